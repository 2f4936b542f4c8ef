"""How many items a new test needs, where this one could not tell."""

from __future__ import annotations

from advisor.compare.records import Guard
from advisor.compare.rules import SURE, Findings, is_superior
from advisor.statistics import PairedTable, miller_sample_size, probability_above
from advisor.statistics.noninferiority import whole_items
from harness.protocol import EvaluationPlan

POWER = 0.8
ONE_SIDED_TENTH = 0.2
"""Two-sided alpha of a one-sided 10 % limit: what a probability of at least 0.9 asks for."""


def items_needed(found: Findings) -> int | None:
    """Items of a new test that would decide with 80 % power if the truth is what this pilot shows.

    Miller's formula with the pilot's discordance, for the nearest end of each question that is still open; a pilot
    exactly on a boundary is taken as half a margin from it. None where answers are missing rather than items.
    """
    asked = [_for_the_primary(found), _for_the_worth(found), *(_for_a_guard(found, guard) for guard in found.guards)]
    sizes = [size for size in asked if size is not None]
    return max(*sizes, found.table.n + 1) if sizes else None


def _for_the_primary(found: Findings) -> int | None:
    """The cheapest of: better by the minimum gain, not better by it, or the same within the margin."""
    if is_superior(found.table, found.plan):
        return None
    gain, plan, variance = found.table.difference, found.plan, pilot_variance(found.table)
    distances = (plan.minimum_gain - gain, plan.noninferiority_margin - abs(gain))
    routes = [miller_sample_size(variance, away, alpha=plan.alpha, power=POWER) for away in distances if away > 0]
    if gain > plan.minimum_gain:
        routes.append(_to_superiority(gain, variance, plan))
    return whole_items(min(routes)) if routes else _resolving(found, found.table, 0.0, plan.alpha)


def _to_superiority(gain: float, variance: float, plan: EvaluationPlan) -> float:
    """The larger of what shows a gain at all, and what shows the minimum gain with probability 0.9."""
    at_all = miller_sample_size(variance, gain, alpha=plan.alpha, power=POWER)
    enough = miller_sample_size(variance, gain - plan.minimum_gain, alpha=ONE_SIDED_TENTH, power=POWER)
    return max(at_all, enough)


def _for_the_worth(found: Findings) -> int | None:
    threshold = found.worth.break_even
    if threshold is None or probability_above(found.table, threshold) >= SURE:
        return None
    return _resolving(found, found.table, found.table.difference - threshold, ONE_SIDED_TENTH)


def _for_a_guard(found: Findings, guard: Guard) -> int | None:
    if guard.passed:
        return None
    return _resolving(found, found.guard_tables[guard.id], guard.difference + guard.margin, 2 * found.plan.alpha)


def _resolving(found: Findings, table: PairedTable, distance: float, alpha: float) -> int | None:
    """Items that tell on which side of a boundary the truth lies, if it is so far from it."""
    away = distance or found.plan.noninferiority_margin / 2
    return whole_items(miller_sample_size(pilot_variance(table), away, alpha=alpha, power=POWER)) if away else None


def pilot_variance(table: PairedTable) -> float:
    """Variance of one item's difference, with half a pair added to each discordant cell.

    A pilot without discordant pairs would otherwise promise certainty (Agresti & Min 2005, Stat Med 24:729).
    """
    discordance = (table.discordant + 1) / (table.n + 2)
    return float(max(discordance - table.difference**2, 1 / (table.n + 2)))
