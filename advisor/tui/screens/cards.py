"""What a journey has concluded so far, in a few lines: decision, plan, verdict."""

from __future__ import annotations

from textual.content import Content

from advisor.compare.records import Comparison
from advisor.decide.records import Decision
from advisor.plan.records import Plan
from advisor.tui.figures import bar, money, percent, points, span
from advisor.tui.widgets.bars import Bar, approach_bars
from advisor.tui.widgets.text import clean, one_line
from advisor.tui.words import APPROACH_VERDICTS, VERDICT_NAMES
from advisor.workflow.records import JourneyView

BAR_CELLS = 16


def conclusion_card(view: JourneyView) -> Content:
    """The latest conclusion first, those it rests on beneath."""
    parts = [
        comparison_card(view.comparison) if view.comparison is not None else None,
        decision_card(view.advice.decision) if view.advice is not None else None,
        plan_card(view.plan) if view.plan is not None else None,
    ]
    shown = [part for part in parts if part is not None]
    return Content("\n\n").join(shown) if shown else Content("Nothing is concluded yet.")


def decision_card(decision: Decision) -> Content:
    """The verdict and the chances behind it."""
    heading = Content.assemble(("Decision  ", "$text-primary"), (APPROACH_VERDICTS[decision.approach], "bold"))
    chances = [item for item in approach_bars(decision) if item.fraction >= 0.005]
    lines = [_chance_line(item) for item in chances]
    return Content("\n").join([heading, Content(clean(decision.headline)), *lines])


def _chance_line(item: Bar) -> Content:
    drawn = (f"{bar(item.fraction, BAR_CELLS):<{BAR_CELLS}}", "$text-primary")
    return Content.assemble(f"  {item.label:<16} ", drawn, f" {item.figure}")


def plan_card(plan: Plan) -> Content:
    """What it would take."""
    return Content.assemble(
        ("Plan  ", "$text-primary"), (f"{one_line(plan.model)} by {plan.method}", "bold"),
        f"\n{money(plan.once_usd)} once, {money(plan.monthly_usd)} a month",
        f"\n{span(plan.gpu_hours, 'GPU h')} on {one_line(plan.gpu)}, peak {span(plan.peak_memory_gib, 'GiB')}",
    )  # fmt: skip


def comparison_card(comparison: Comparison) -> Content:
    """The verdict and the effect."""
    heading = Content.assemble(("Verdict  ", "$text-primary"), (VERDICT_NAMES[comparison.verdict], "bold"))
    primary = comparison.primary
    if primary is None:
        return Content("\n").join([heading, Content(clean(comparison.because))])
    low, high = primary.interval
    effect = (
        f"{percent(primary.baseline)} → {percent(primary.candidate)}: {points(primary.difference)} "
        f"({points(low)} to {points(high)}), n = {primary.n}"
    )
    return Content("\n").join([heading, Content(effect), Content("v opens the comparison, 6 the report")])
