"""An event in a few words, and what the last events say about progress and money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from advisor.wording import printable
from harness.protocol import (
    ArmFinished,
    ArmProgress,
    CheckpointSaved,
    EvaluateResult,
    EvaluateSpec,
    Event,
    PrepareSpec,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    StageFinished,
    StageStarted,
    StepDone,
    TrainResult,
    TrainSpec,
    ValidationLoss,
    Warned,
)

Spec = PrepareSpec | TrainSpec | EvaluateSpec


def describe(event: Event) -> str:
    """What happened, in a few words, without control characters."""
    return plain(WORDS[type(event)](event))


def plain(text: str) -> str:
    """Text on one line, without anything that could steer a terminal."""
    return " ".join(printable(text).split())


def progress(spec: Spec, events: Sequence[Event]) -> float | None:
    """How much of a run is done, 0 to 1; None while it cannot be told."""
    for event in reversed(events):
        if isinstance(event, RunFinished):
            return 1.0
        if isinstance(event, StepDone):
            return event.step / event.total_steps
        if isinstance(event, ArmProgress | ArmFinished) and isinstance(spec, EvaluateSpec):
            return _arms_done(spec, event)
    return None


def usd_so_far(events: Sequence[Event]) -> Decimal | None:
    """The money that the last events count; None while none is counted."""
    for event in reversed(events):
        if isinstance(event, RunFinished) and isinstance(event.result, TrainResult | EvaluateResult):
            return event.result.usd
        if isinstance(event, StepDone | ArmProgress) and event.usd_so_far is not None:
            return event.usd_so_far
    return None


def _arms_done(spec: EvaluateSpec, event: ArmProgress | ArmFinished) -> float | None:
    """Arms run in the order of the spec; each counts the same."""
    name = event.arm if isinstance(event, ArmProgress) else event.score.arm
    order = [arm.id for arm in spec.arms]
    if name not in order:
        return None
    share = event.done / event.total if isinstance(event, ArmProgress) and event.total else 1.0
    return (order.index(name) + share) / len(order)


def _started(event: RunStarted) -> str:
    return f"{'resumed' if event.resumed else 'started'} by pid {event.pid}"


def _interrupted(event: RunInterrupted) -> str:
    return f"stopped by {event.signal}" + ("" if event.step is None else f" at step {event.step}")


RESULTS: dict[str, str] = {
    "prepare": "model and data are ready",
    "train": "all steps done",
    "evaluate": "all arms have their items",
}
WORDS: dict[type[Event], Callable[[Any], str]] = {
    RunStarted: _started,
    StageStarted: lambda event: f"{event.stage} {event.detail}",
    StageFinished: lambda event: f"{event.stage} done in {event.seconds:.1f} s {event.detail}",
    StepDone: lambda event: f"step {event.step}/{event.total_steps}, loss {event.loss:.3f}",
    ValidationLoss: lambda event: f"validation loss {event.loss:.3f} at step {event.step}",
    CheckpointSaved: lambda event: f"checkpoint at step {event.step}",
    ArmProgress: lambda event: f"{event.arm}: {event.done}/{event.total} items, {event.correct} correct",
    ArmFinished: lambda event: f"{event.score.arm}: {event.score.correct}/{event.score.items} correct",
    Warned: lambda event: event.message,
    RunInterrupted: _interrupted,
    RunFailed: lambda event: event.error,
    RunFinished: lambda event: RESULTS[event.result.kind],
}
