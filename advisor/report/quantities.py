"""Numbers that several sections state, so that each is one fact with one source wherever it stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from advisor.compare.records import ArmSummary, Primary
from advisor.plan.records import Plan
from advisor.report.facts import EvaluationFacts, Origin, TrainFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, hours, level, millions, p_value, percent, points, points_range, usd
from advisor.report.records import Line, Number
from harness.protocol import Planned, Price

__all__ = ["count", "millions"]

Run = Literal["train", "evaluate"]
SPECS: dict[Run, Origin] = {"train": "train_spec", "evaluate": "evaluate_spec"}
RECOUNTED = "recomputed from the items"
FORMED = "both answers in the right form"
SLICED = "slices: difference"
FORM_IS_FINE = 0.9
"""Share of answers in the right form above which form explains little."""
PRICED = "hours x price per hour of the chosen offer"


def primary(evaluation: EvaluationFacts) -> Primary:
    """The headline. Raises ValueError where the comparison has none: callers ask first."""
    if evaluation.comparison.primary is None:
        raise ValueError("an invalid comparison has no headline")
    return evaluation.comparison.primary


def difference(evaluation: EvaluationFacts, ledger: Ledger) -> Number:
    """Candidate minus baseline, in points."""
    value = primary(evaluation).difference
    how = f"comparison.candidate minus comparison.baseline, {RECOUNTED}"
    return ledger.recorded("compared", "comparison.difference", points(value), value, unit="fraction of items", how=how)


def interval(evaluation: EvaluationFacts, ledger: Ledger) -> Line:
    """Its interval in words."""
    low, high = primary(evaluation).interval
    how, level = f"{primary(evaluation).method}, {RECOUNTED}", alpha_level(evaluation)
    first, last = points_range(low, high).split(" to ")
    return (
        f"{level} interval ",
        ledger.recorded("compared", "comparison.low", first, low, unit="fraction of items", how=how),
        " to ",
        ledger.recorded("compared", "comparison.high", last, high, unit="fraction of items", how=how),
    )


def alpha_level(evaluation: EvaluationFacts) -> str:
    """The level of the intervals that the plan asked for."""
    plan = evaluation.comparison.plan
    return level(0.05 if plan is None else plan.alpha)


def p(evaluation: EvaluationFacts, ledger: Ledger) -> Number:
    """McNemar's mid-p."""
    value = primary(evaluation).p_value
    return ledger.recorded("compared", "comparison.p", p_value(value), value, how=f"McNemar mid-p, {RECOUNTED}")


def items(evaluation: EvaluationFacts, ledger: Ledger) -> Number:
    """Items that both arms answered."""
    value = primary(evaluation).n
    return ledger.recorded(
        "items", "comparison.n", count(value), value, unit="items", how="items that both arms answered"
    )


def score(evaluation: EvaluationFacts, role: Literal["baseline", "candidate"], ledger: Ledger) -> Number:
    """Share of right answers of one side, on the items that both answered."""
    value: float = getattr(primary(evaluation), role)
    return ledger.recorded(
        "items",
        f"comparison.{role}",
        percent(value),
        value,
        unit="fraction of items",
        how="right answers / items both answered",
    )


def arm_score(arm: ArmSummary, ledger: Ledger) -> Line:
    """Score of one arm with its interval."""
    how, unit = "right answers / answers", "fraction of items"
    wilson = "Wilson score interval, 95 %"
    low, high = arm.interval
    return (
        ledger.recorded("items", f"arm.{arm.arm}.score", percent(arm.score), arm.score, unit=unit, how=how),
        " (",
        ledger.recorded("items", f"arm.{arm.arm}.low", f"{100 * low:.1f}", low, unit=unit, how=wilson),
        " to ",
        ledger.recorded("items", f"arm.{arm.arm}.high", f"{100 * high:.1f}", high, unit=unit, how=wilson),
        ")",
    )


def candidate_arm(evaluation: EvaluationFacts | None) -> ArmSummary | None:
    """The tuned arm with its own interval; None where there is no headline."""
    comparison = evaluation.comparison if evaluation else None
    if comparison is None or comparison.primary is None or comparison.plan is None:
        return None
    return next((arm for arm in comparison.arms if arm.arm == comparison.plan.candidate), None)


def arm_interval(arm: ArmSummary, ledger: Ledger) -> tuple[Number, Number]:
    """Wilson's limits of one arm, in percent without the sign."""
    low, high = (
        ledger.recorded(
            "items", f"arm.{arm.arm}.{name}", f"{100 * value:.1f}", value, unit="fraction of items",
            how="Wilson score interval, 95 %",
        )
        for name, value in zip(("low", "high"), arm.interval, strict=True)
    )  # fmt: skip
    return low, high


def form(evaluation: EvaluationFacts, ledger: Ledger) -> Line:
    """How much of the gain is form: said where one answer in ten of the baseline has not the right one."""
    comparison = evaluation.comparison
    guard = next((one for one in comparison.guards if one.id == "format_valid"), None)
    both = next((one for one in comparison.slices if one.name == FORMED), None)
    if guard is None or guard.baseline > FORM_IS_FINE:
        return ()
    share = ledger.recorded(
        "compared", "guard.format_valid.baseline", percent(guard.baseline), guard.baseline, unit="fraction of items",
        how="guards: baseline",
    )  # fmt: skip
    line: Line = (" Part of that is form: ", share, " of the best prompt's answers have the right one")
    if both is None:
        return (*line, ".")
    gain = ledger.recorded(
        "compared", f"slice.{FORMED}.difference", points(both.difference), both.difference, how=SLICED
    )
    count_ = ledger.recorded("compared", f"slice.{FORMED}.n", count(both.n), both.n, how="slices: n")
    return (*line, "; where both answers have it (", count_, " items, exploratory) the gain is ", gain, ".")


def gpu_training(plan: Plan | None, ledger: Ledger) -> Line:
    """What the plan expects of the training itself on the chosen GPU; nothing where it has no such line."""
    part = next((one for one in plan.components if one.id == "training.run"), None) if plan else None
    if plan is None or part is None or part.usd is None:
        return ()
    low, mid, high = (
        ledger.recorded(
            "planned", f"plan.training.run.usd.{name}", usd(getattr(part.usd, name)), getattr(part.usd, name),
            unit="USD", how=part.because,
        )
        for name in ("low", "expected", "high")
    )  # fmt: skip
    return (
        "there the plan expects ", mid, " (", low, " to ", high, (") for all of its training steps, start and download "
        "of the machine not counted"),
    )  # fmt: skip


def items_needed(evaluation: EvaluationFacts, ledger: Ledger) -> Line:
    """Items of a new test and their price, where a price is known."""
    comparison = evaluation.comparison
    how = "Miller 2024, from the discordance of this test, 80 % power"
    needed = ledger.recorded(
        "compared",
        "comparison.items_needed",
        count(comparison.items_needed),
        comparison.items_needed,
        unit="items",
        how=how,
    )
    if comparison.cost_of_items_usd is None:
        return (needed, " items, at an unknown price")
    cost = comparison.cost_of_items_usd
    return (
        needed,
        " items, ",
        ledger.recorded(
            "compared", "comparison.cost_of_items", usd(cost), cost, unit="USD", how="items x price of both arms"
        ),
    )


def train_time(train: TrainFacts, ledger: Ledger) -> Number:
    """Time that the training took on the machine that ran it."""
    value = train.result.machine_hours
    return ledger.recorded(
        "train", "train.machine_hours", hours(value), value, unit="hours", how="time of all sessions of the run"
    )


def train_usd(train: TrainFacts, ledger: Ledger) -> Number:
    """The training at the price of the chosen offer."""
    return run_usd("train", train.result.usd, ledger)


def run_usd(origin: Run, value: Decimal | None, ledger: Ledger) -> Number:
    """A run at the price of the chosen offer."""
    return ledger.recorded(origin, f"{origin}.usd", usd(value), value, unit="USD", how=PRICED)


def planned_usd(planned: Planned | None, run: Run, ledger: Ledger) -> Line:
    """What a run was planned to cost, low to high; nothing where it was not planned."""
    if planned is None or planned.usd is None:
        return ()
    low, high = planned.usd.low, planned.usd.high
    return (
        ledger.recorded(SPECS[run], f"{run}.usd.planned.low", usd(low), low, unit="USD", how=PRICED),
        " to ",
        ledger.recorded(SPECS[run], f"{run}.usd.planned.high", usd(high), high, unit="USD", how=PRICED),
    )


def offer_price(price: Price, ledger: Ledger) -> Number:
    """What an hour costs on the chosen offer."""
    source = f"{price.source} ({price.as_of})"
    return ledger.stated(
        source,
        "offer.usd_per_hour",
        usd(price.usd_per_hour),
        price.usd_per_hour,
        unit="USD per hour",
        how="price of the offer",
    )
