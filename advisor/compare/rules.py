"""From findings to a verdict: each rule a question, asked in the order of what may be claimed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from advisor.compare.guards import is_worse
from advisor.compare.records import Guard, Primary, Verdict
from advisor.compare.words import chance, effect, percent, points
from advisor.compare.worth import Worth
from advisor.statistics import PairedTable, probability_above, tango_interval
from harness.protocol import EvaluationPlan

SURE = 0.9
"""Probability that the gain exceeds the smallest worth having, and that it pays: required for SHIP."""


class Findings(NamedTuple):
    """What the rules look at."""

    plan: EvaluationPlan
    table: PairedTable
    worst: PairedTable
    """With what is missing held against the candidate."""
    primary: Primary
    guards: tuple[Guard, ...]
    guard_tables: Mapping[str, PairedTable]
    worth: Worth


class Ruling(NamedTuple):
    """A verdict and why."""

    verdict: Verdict
    because: str


def rule(found: Findings) -> Ruling:
    """SHIP, SHIP_CHEAPER, KEEP or NOT_ENOUGH_DATA."""
    finding = effect(found.primary, found.plan.alpha)
    broken = [guard.id for guard in found.guards if is_worse(guard)]
    if broken:
        return Ruling("KEEP", f"the candidate breaks {', '.join(broken)}; {finding}")
    if _all_guards_pass(found):
        shipping = _ship(found, finding)
        if shipping is not None:
            return shipping
    return _keep(found, finding) or _wait(found, finding)


def _ship(found: Findings, finding: str) -> Ruling | None:
    if _superior(found) and (pays := _probability_that_it_pays(found)) >= SURE:
        known = "" if found.worth.break_even is None else f", and it pays for itself with probability {chance(pays)}"
        return Ruling("SHIP", f"{finding}{known}")
    if found.worth.cheaper and _noninferior(found):
        margin = points(-found.plan.noninferiority_margin)
        return Ruling("SHIP_CHEAPER", f"not worse than {margin}, and each request costs less; {finding}")
    return None


def _keep(found: Findings, finding: str) -> Ruling | None:
    _, high = found.primary.interval
    if high < 0:
        return Ruling("KEEP", f"the candidate is worse; {finding}")
    if high < found.plan.minimum_gain:
        return Ruling("KEEP", f"a gain of {points(found.plan.minimum_gain)} is ruled out; {finding}")
    if _noninferior(found) and high < found.plan.noninferiority_margin:
        return Ruling("KEEP", f"as good as the baseline within the margin, and not known to be cheaper; {finding}")
    if _superior(found) and _probability_that_it_pays(found) <= 1 - SURE:
        return Ruling("KEEP", f"better, but it costs more than the gain is worth; {finding}")
    return None


def _wait(found: Findings, finding: str) -> Ruling:
    open_guards = [guard.id for guard in found.guards if not guard.passed]
    if open_guards and _superior(found):
        return Ruling("NOT_ENOUGH_DATA", f"better, but {', '.join(open_guards)} may have got worse; {finding}")
    if is_superior(found.table, found.plan) and not _superior(found):
        return Ruling("NOT_ENOUGH_DATA", f"the answers that are missing could take the gain away; {finding}")
    if _superior(found):
        return Ruling("NOT_ENOUGH_DATA", f"better, but whether it pays is open; {finding}")
    return Ruling("NOT_ENOUGH_DATA", f"neither a gain nor its absence is shown; {finding}")


def _all_guards_pass(found: Findings) -> bool:
    return all(guard.passed for guard in found.guards)


def _superior(found: Findings) -> bool:
    """Better on the answered items, and still better where all that is missing counts against it."""
    return is_superior(found.table, found.plan) and is_superior(found.worst, found.plan)


def is_superior(table: PairedTable, plan: EvaluationPlan) -> bool:
    """The interval excludes zero, and the gain is at least the minimum with probability 0.9."""
    low, _ = tango_interval(table, alpha=plan.alpha)
    return low > 0 and probability_above(table, plan.minimum_gain) >= SURE


def _probability_that_it_pays(found: Findings) -> float:
    """1 where prices are unknown: then worth is no argument, for or against."""
    threshold = found.worth.break_even
    return 1.0 if threshold is None else probability_above(found.table, threshold)


def _noninferior(found: Findings) -> bool:
    """The lower limit of the (1 - 2 alpha) interval is above minus the margin, also with what is missing held against it."""
    limits = [tango_interval(table, alpha=2 * found.plan.alpha).lo for table in (found.table, found.worst)]
    return min(limits) > -found.plan.noninferiority_margin


def partial_text(done: int, planned: int, finding: str) -> str:
    """Why a part of the planned items gives no verdict."""
    return f"PARTIAL: {done} of the {planned} registered items ({percent(done / planned)}); so far {finding}"
