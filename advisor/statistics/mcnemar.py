"""McNemar's test: is one arm right more often than the other on the items where they differ?"""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.statistics.normal import chi2_tail
from advisor.statistics.paired import PairedTable, check_table


class McNemar(NamedTuple):
    """All forms of the two-sided test."""

    exact_p: float
    midp: float
    chi2: float
    asymptotic_p: float
    chi2_cc: float
    """With the continuity correction of Edwards 1948."""
    cc_p: float


def mcnemar(table: PairedTable) -> McNemar:
    """Exact, mid-p and chi-square forms (McNemar 1947; Fagerland, Lydersen & Laake 2013, BMC Med Res Methodol 13:91).

    Without discordant pairs nothing speaks for a difference: every p is 1. Raises ValueError as ``PairedTable`` does.
    """
    check_table(table)
    if table.discordant == 0:
        return McNemar(1.0, 1.0, 0.0, 1.0, 0.0, 1.0)
    gap = abs(table.b - table.c)
    chi2, corrected = gap**2 / table.discordant, max(0, gap - 1) ** 2 / table.discordant
    return McNemar(*_binomial(table), chi2, chi2_tail(chi2), corrected, chi2_tail(corrected))


def _binomial(table: PairedTable) -> tuple[float, float]:
    """Exact and mid-p of the smaller discordant count under Binomial(discordant, 1/2)."""
    from scipy.special import bdtr  # noqa: PLC0415 - scipy takes 0.2 s

    smaller, trials = min(table.b, table.c), table.discordant
    point = math.exp(
        math.lgamma(trials + 1) - math.lgamma(smaller + 1) - math.lgamma(trials - smaller + 1) - trials * math.log(2)
    )
    if table.b == table.c:
        return 1.0, 1 - point / 2
    exact = min(1.0, 2 * float(bdtr(smaller, trials, 0.5)))
    return exact, max(0.0, exact - point)
