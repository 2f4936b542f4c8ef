"""Walks a journey from stage to stage in a worker and says what happens; knows nothing of widgets."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message

from advisor.errors import TunewiseError
from advisor.tui.messages import Halt, JourneyEnded, JourneyHalted, JourneyMoved, RunBegan
from advisor.workflow.records import JourneyView, StageId
from advisor.workflow.workflow import Workflow
from harness.protocol import Event

Post = Callable[[Message], object]
Listener = Callable[[str, Event], None]


def drive(workflow: Workflow, journey_id: str, *, post: Post, stop: threading.Event) -> None:
    """Advance until the report is there, a stage stops short, or ``stop`` is set, which leaves a run going."""
    view = workflow.journey(journey_id)
    listen = _announcer(workflow, journey_id, post)
    while (stage := view.next_stage) is not None:
        post(JourneyMoved(view))
        try:
            moved = workflow.advance(journey_id, listen, stop=stop)
        except TunewiseError as error:
            view = workflow.journey(journey_id)
            post(JourneyHalted(view, Halt(stage, error.message, error.hint)))
            return
        if stop.is_set():
            return
        if moved.next_stage == stage:
            post(JourneyHalted(moved, _halt_of(moved, stage)))
            return
        view = moved
    post(JourneyEnded(view))


def _announcer(workflow: Workflow, journey_id: str, post: Post) -> Listener:
    """A listener that says once of each run that it is there to be followed."""
    known: set[str] = set()

    def listen(run_id: str, event: Event) -> None:  # noqa: ARG001 - the run's own screen reads its events
        if run_id not in known:
            known.add(run_id)
            post(RunBegan(journey_id, run_id))
            post(JourneyMoved(workflow.journey(journey_id)))

    return listen


def standing_halt(view: JourneyView) -> Halt | None:
    """Why a journey that nobody advances stands still, where its next stage stopped short."""
    stage = next((part for part in view.stages if part.id == view.next_stage), None)
    return _halt_of(view, stage.id) if stage is not None and stage.status in ("interrupted", "failed") else None


def _halt_of(view: JourneyView, stage: StageId) -> Halt:
    """What the journal says of a stage that did not get done."""
    stopped = next(part for part in view.stages if part.id == stage)
    return Halt(stage, stopped.summary or f"the stage is {stopped.status}", stopped.hint)
