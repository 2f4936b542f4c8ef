"""Is A at most a margin worse than B? The question behind "cheaper, and as good"."""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.statistics.normal import below, quantile
from advisor.statistics.paired import PairedTable, paired_accuracy_difference


class NonInferiority(NamedTuple):
    """The one-sided lower limit of A minus B, and whether it stays above minus the margin."""

    diff: float
    se: float
    lower: float
    noninferior: bool
    z: float | None
    """Standard errors between the difference and minus the margin; None where all pairs agree."""
    p_value: float
    """One-sided, of the hypothesis that A is worse by the margin or more."""


def noninferiority_paired(table: PairedTable, *, margin: float, alpha: float = 0.05) -> NonInferiority:
    """Is the lower limit of the (1 - 2 alpha) interval of A minus B above -margin? alpha is one-sided.

    Large-sample paired interval (Nam 1997, Biometrics 53:1422, in its Wald form). Say which alpha was chosen: the
    same data can pass at 0.05 and fail at 0.025. Raises ValueError for an empty table or a margin that is not above 0.
    """
    if margin <= 0:
        raise ValueError("margin must be above 0")
    diff, se, _, _ = paired_accuracy_difference(table)
    lower = max(-1.0, diff - quantile(1 - alpha) * se)
    z = (diff + margin) / se if se > 0 else None
    p_value = below(-z) if z is not None else float(diff <= -margin)
    return NonInferiority(diff, se, lower, lower > -margin, z, p_value)


def noninferiority_n_paired(
    *, discordance: float, margin: float, alpha: float = 0.025, power: float = 0.8, difference: float = 0.0
) -> float:
    """Items needed to show non-inferiority (Nam 1997, Biometrics 53:1422, in its Wald form); round it up.

    ``discordance`` is the share of items that one arm alone gets right, alpha is one-sided, ``difference`` the true
    A minus B that is hoped for. Raises ValueError where difference <= -margin or discordance < |difference|.
    """
    if difference <= -margin or not abs(difference) <= discordance <= 1:
        raise ValueError("difference must be above -margin, and discordance from |difference| to 1")
    reach = quantile(1 - alpha) + quantile(power)
    return float(reach**2 * (discordance - difference**2) / (margin + difference) ** 2)


def whole_items(n: float) -> int:
    """A number of items rounded up, with slack for the last bit of a double."""
    return math.ceil(n - 1e-9)
