"""The figures of a run in words."""

from __future__ import annotations

from textual.content import Content

from advisor.tui.figures import duration, percent
from advisor.tui.run_state import ArmState, Outcome, Part, RunState
from advisor.tui.widgets.bars import Bar
from advisor.tui.widgets.text import one_line
from harness.protocol import EvaluateResult, TrainResult


def main_figure(state: RunState) -> tuple[str, str, str]:
    """Name, figure and remark of what the run is about: its loss, its items, or its part."""
    if state.arms:
        done = sum(arm.done for arm in state.arms.values())
        total = sum(arm.total for arm in state.arms.values())
        return "items", f"{done:,}", f"of {total:,}"
    if state.step is not None:
        latest = max(state.validation, default=None)
        remark = f"val {state.validation[latest]:.3f}" if latest is not None else ""
        return "loss", f"{state.step.loss:.3f}", remark
    return "part", str(len(state.parts)), ""


def peak_memory_gib(state: RunState) -> float | None:
    """The highest memory seen, from the result where there is one."""
    if isinstance(state.result, TrainResult | EvaluateResult):
        return state.result.peak_memory_gib
    return state.step.peak_memory_gib if state.step is not None else None


def speed(state: RunState) -> tuple[str, str]:
    """Tokens a second and the rate of learning; items a second for an evaluation."""
    if state.step is not None:
        return f"{state.step.tokens_per_second:,.0f} tok/s", f"lr {state.step.learning_rate:.2g}"
    fresh = sum(arm.done - arm.cached for arm in state.arms.values())
    if fresh and state.elapsed_s:
        return f"{fresh / state.elapsed_s:.1f} items/s", ""
    return "-", ""


def arm_bar(name: str, arm: ArmState) -> Bar:
    """How far an arm is, and how many of its answers were right so far."""
    right = percent(arm.correct / arm.done) if arm.done else "-"
    cached = f", {arm.cached} from before" if arm.cached else ""
    return Bar(one_line(name, 18), arm.done / arm.total if arm.total else 0.0,
               f"{arm.done}/{arm.total}{cached}  right {right:>7}")  # fmt: skip


def part_line(part: Part, outcome: Outcome | None) -> Content:
    """A part of the work with its mark and time."""
    going = part.seconds is None and outcome is None
    mark = "▸" if going else "✓" if part.seconds is not None else "‖"
    tone = "$text-accent" if going else "$text-success" if part.seconds is not None else "$text-warning"
    took = f"  {duration(part.seconds)}" if part.seconds is not None else ""
    detail = f"  {one_line(part.detail, 80)}" if part.detail else ""
    return Content.assemble(
        (f"{mark} ", tone), one_line(part.name, 40), (took, "$foreground-muted"), (detail, "$foreground-muted")
    )
