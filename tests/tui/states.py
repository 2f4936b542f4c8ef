"""The states that a person can find the application in, each with the way to get there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from textual.pilot import Pilot

from advisor.errors import BadInput
from advisor.tui.widgets.run_panel import RunPanel
from tests.tui.catalogued import BundledWorkflow, CataloguedWorkflow
from tests.tui.driving import press, settled, until
from tests.tui.measured import MeasuredWorkflow
from tests.tui.recorded import RUN_OF, RecordedWorkflow, evaluate_events, interrupted, restrained_decision, train_events

Steps = Callable[[Pilot[Any]], Awaitable[None]]


class State(NamedTuple):
    """A workflow and what is pressed."""

    workflow: Callable[[], RecordedWorkflow]
    steps: Steps


def pressed(*keys: str) -> Steps:
    async def steps(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    return steps


def live(step: int, *keys: str) -> Steps:
    """Go on with the journey, and wait until the live run has said this step."""

    async def steps(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "c", *keys)
        await until(pilot, lambda: heard_step(pilot) == step)
        await settled(pilot)

    return steps


def heard_step(pilot: Pilot[Any]) -> int | None:
    panels = pilot.app.screen.query(RunPanel)
    step = panels.first().state.step if panels else None
    return step.step if step is not None else None


def finished() -> RecordedWorkflow:
    return RecordedWorkflow(done=7)


def training(*, cut: int = 34) -> RecordedWorkflow:
    workflow = RecordedWorkflow(done=4, status="running")
    workflow.cut[RUN_OF["train"]] = train_events(1, cut)
    return workflow


def stopped() -> RecordedWorkflow:
    workflow = RecordedWorkflow(done=4, status="interrupted")
    workflow.cut[RUN_OF["train"]] = [*train_events(1, 34), interrupted(34)]
    return workflow


def evaluating() -> RecordedWorkflow:
    workflow = RecordedWorkflow(done=5, status="running")
    arms = ("base_few_shot", "base_zero_shot", "tuned")
    workflow.cut[RUN_OF["compare"]] = evaluate_events(arms, total=200, done_of_last=64)
    return workflow


def failing() -> RecordedWorkflow:
    workflow = RecordedWorkflow(done=4)
    workflow.fail["train"] = BadInput("the checkpoint was made for another model", "tunewise train spec.json --fresh")
    return workflow


def restrained() -> RecordedWorkflow:
    workflow = RecordedWorkflow()
    workflow.chosen = restrained_decision()
    return workflow


async def evaluation(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await press(pilot, "c", "4")
    await until(pilot, lambda: sum(arm.done for arm in pilot.app.screen.query_one(RunPanel).state.arms.values()) == 464)


async def halted(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await press(pilot, "c")
    await until(pilot, lambda: bool(getattr(pilot.app, "halts", {})))
    pilot.app.clear_notifications()


async def interrupted_run(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await press(pilot, "tab", "down", "down", "down", "down", "enter")
    await until(pilot, lambda: heard_step(pilot) == 34)


TO_DECISION = ("tab", "down", "down", "enter")
STATES: dict[str, State] = {
    "home-first-run": State(RecordedWorkflow, pressed()),
    "home": State(finished, pressed()),
    "home-interrupted": State(stopped, pressed()),
    "start": State(RecordedWorkflow, pressed("d")),
    "wizard-choice": State(RecordedWorkflow, pressed("w", "f3")),
    "wizard": State(RecordedWorkflow, pressed("w", "f3", "enter", "enter", "2", "0", "0", "enter", "down", "enter")),
    "wizard-refused": State(RecordedWorkflow, pressed("w", "f3", "f3", "f3", "f3", "f3", "x", "enter")),
    "decision": State(finished, pressed(*TO_DECISION)),
    "decision-gates": State(finished, pressed(*TO_DECISION, "g", "down")),
    "decision-flips": State(finished, pressed(*TO_DECISION, "f")),
    "decision-restrained": State(restrained, pressed("w", "f6")),
    "shortlist": State(finished, pressed(*TO_DECISION, "2")),
    "plan": State(finished, pressed(*TO_DECISION, "3")),
    "plan-offers": State(finished, pressed(*TO_DECISION, "3", "o")),
    "plan-break-even": State(finished, pressed(*TO_DECISION, "3", "b")),
    "journey": State(training, live(34)),
    "journey-halted": State(failing, halted),
    "journey-done": State(finished, pressed(*TO_DECISION, "0")),
    "run": State(training, live(34, "4")),
    "run-prepare": State(finished, pressed("tab", "enter")),
    "run-interrupted": State(stopped, interrupted_run),
    "evaluation": State(evaluating, evaluation),
    "comparison": State(finished, pressed(*TO_DECISION, "5")),
    "comparison-items": State(finished, pressed(*TO_DECISION, "5", "i", "down")),
    "comparison-guards": State(finished, pressed(*TO_DECISION, "5", "g")),
    "report": State(finished, pressed("o")),
    "help": State(RecordedWorkflow, pressed("f1")),
    "jump": State(finished, pressed(*TO_DECISION, "f7")),
}
STATES |= {
    "catalog": State(CataloguedWorkflow, pressed("f")),
    "catalog-no-profile": State(partial(CataloguedWorkflow, done=None), pressed("f")),
    "catalog-filter": State(CataloguedWorkflow, pressed("f", "slash", *"bright", "space", *"params", "greater_than_sign", "2", "B")),
    "catalog-fault": State(CataloguedWorkflow, pressed("f", "slash", *"params", "less_than_sign")),
    "catalog-marked": State(CataloguedWorkflow, pressed("f", "s", "r", "space", "down", "space", "down")),
    "catalog-offers": State(CataloguedWorkflow, pressed("f", "3", "down")),
    "catalog-detail": State(CataloguedWorkflow, pressed("f", "down", "down", "enter", "down", "down")),
    "catalog-compare": State(CataloguedWorkflow, pressed("f", "down", "down", "space", "down", "down", "down", "down", "space", "down", "space", "c")),
    "catalog-pareto": State(CataloguedWorkflow, pressed("f", "p")),
    "catalog-pareto-left-out": State(CataloguedWorkflow, pressed("f", "p", "x", "down")),
}  # fmt: skip
LIVE_STEP = 52
PICTURES: dict[str, State] = {
    "home": State(MeasuredWorkflow, pressed()),
    "wizard": State(MeasuredWorkflow, pressed("w", "f3", "enter", "enter", "2", "0", "0", "enter", "down", "enter")),
    "decision": State(MeasuredWorkflow, pressed(*TO_DECISION)),
    "shortlist": State(MeasuredWorkflow, pressed(*TO_DECISION, "2")),
    "plan": State(MeasuredWorkflow, pressed(*TO_DECISION, "3")),
    "journey": State(partial(MeasuredWorkflow, live_step=LIVE_STEP), live(LIVE_STEP)),
    "run": State(partial(MeasuredWorkflow, live_step=LIVE_STEP), live(LIVE_STEP, "4")),
    "comparison": State(MeasuredWorkflow, pressed(*TO_DECISION, "5")),
    "comparison-items": State(MeasuredWorkflow, pressed(*TO_DECISION, "5", "i", "down")),
    "report": State(MeasuredWorkflow, pressed("o")),
    "catalog": State(BundledWorkflow, pressed("f", "slash", *"llama", "space", *"kind", "equals_sign", *"open", "enter", "down", "down")),
    "catalog-pareto": State(BundledWorkflow, pressed("f", "slash", *"kind", "equals_sign", *"open", "enter", "p", *["m"] * 5)),
}  # fmt: skip
"""The pictures of the README: a recorded demo, not an invented one."""
