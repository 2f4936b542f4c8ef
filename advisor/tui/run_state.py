"""A run as its events tell it so far: what the live screen draws, folded one event at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import singledispatchmethod
from typing import Literal

from harness.protocol import (
    ArmFinished,
    ArmProgress,
    CheckpointSaved,
    EvaluateResult,
    Event,
    PrepareResult,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunKind,
    RunStarted,
    StageFinished,
    StageStarted,
    StepDone,
    TrainResult,
    ValidationLoss,
    Warned,
)

Outcome = Literal["finished", "failed", "interrupted"]
LOG_LINES = 200


@dataclass
class Part:
    """A named part of the work."""

    name: str
    detail: str = ""
    seconds: float | None = None
    """None while it goes on."""


@dataclass
class ArmState:
    """How far one arm of an evaluation is."""

    done: int = 0
    total: int = 0
    correct: int = 0
    cached: int = 0
    format_valid: int | None = None
    """Known once the arm is finished."""


@dataclass
class RunState:
    """Everything that the events of one run have said."""

    kind: RunKind | None = None
    parts: list[Part] = field(default_factory=list)
    losses: dict[int, float] = field(default_factory=dict)
    """Training loss by step; a step that was redone after a resume counts once, as it went last."""
    validation: dict[int, float] = field(default_factory=dict)
    arms: dict[str, ArmState] = field(default_factory=dict)
    step: StepDone | None = None
    checkpoint_step: int | None = None
    elapsed_s: float = 0.0
    usd_so_far: Decimal | None = None
    notes: list[str] = field(default_factory=list)
    """What happened, newest last."""
    sessions: int = 0
    outcome: Outcome | None = None
    message: str = ""
    hint: str = ""
    result: PrepareResult | TrainResult | EvaluateResult | None = None

    @property
    def progress(self) -> float | None:
        """0 to 1, or None where the end is not known."""
        if self.outcome == "finished":
            return 1.0
        if self.step is not None and self.step.total_steps:
            return self.step.step / self.step.total_steps
        total = sum(arm.total for arm in self.arms.values())
        return sum(arm.done for arm in self.arms.values()) / total if total else None

    @property
    def part(self) -> str:
        """The part that goes on now."""
        return next((part.name for part in reversed(self.parts) if part.seconds is None), "")

    def hear(self, event: Event) -> None:
        """Take one event in."""
        self.elapsed_s = max(self.elapsed_s, event.elapsed_s)
        self._take(event)

    def _note(self, event: Event, text: str) -> None:
        self.notes.append(f"{event.elapsed_s:7.1f} s  {text}")
        del self.notes[:-LOG_LINES]

    @singledispatchmethod
    def _take(self, event: Event) -> None:
        """An event of a kind that says nothing to a person is passed over."""

    @_take.register
    def _(self, event: RunStarted) -> None:
        self.kind, self.sessions, self.outcome = event.run_kind, self.sessions + 1, None
        self.message = self.hint = ""
        for part in self.parts:
            part.seconds = part.seconds if part.seconds is not None else 0.0
        again = f"resumed from step {event.resumed_from_step}" if event.resumed_from_step is not None else "resumed"
        self._note(event, again if event.resumed else f"started as process {event.pid}")

    @_take.register
    def _(self, event: StageStarted) -> None:
        self.parts.append(Part(event.stage, event.detail))
        self._note(event, f"{event.stage} {event.detail}".rstrip())

    @_take.register
    def _(self, event: StageFinished) -> None:
        for part in reversed(self.parts):
            if part.name == event.stage and part.seconds is None:
                part.seconds, part.detail = event.seconds, event.detail or part.detail
                break

    @_take.register
    def _(self, event: StepDone) -> None:
        self.step, self.losses[event.step] = event, event.loss
        self.usd_so_far = event.usd_so_far if event.usd_so_far is not None else self.usd_so_far

    @_take.register
    def _(self, event: ValidationLoss) -> None:
        self.validation[event.step] = event.loss
        self._note(event, f"step {event.step}: validation loss {event.loss:.3f}")

    @_take.register
    def _(self, event: CheckpointSaved) -> None:
        self.checkpoint_step = event.step
        self._note(event, f"step {event.step}: checkpoint saved")

    @_take.register
    def _(self, event: ArmProgress) -> None:
        arm = self.arms.setdefault(event.arm, ArmState())
        arm.done, arm.total, arm.correct, arm.cached = event.done, event.total, event.correct, event.cached
        self.usd_so_far = event.usd_so_far if event.usd_so_far is not None else self.usd_so_far

    @_take.register
    def _(self, event: ArmFinished) -> None:
        score = event.score
        arm = self.arms.setdefault(score.arm, ArmState())
        arm.done = arm.total = score.items
        arm.correct, arm.format_valid = score.correct, score.format_valid
        self._note(event, f"arm {score.arm}: {score.correct} of {score.items} right")

    @_take.register
    def _(self, event: Warned) -> None:
        self._note(event, f"! {event.message}")

    @_take.register
    def _(self, event: RunInterrupted) -> None:
        self.outcome, self.hint = "interrupted", event.resume
        where = f" after step {event.step}" if event.step is not None else ""
        self.message = f"stopped by {event.signal}{where}"
        self._note(event, self.message)

    @_take.register
    def _(self, event: RunFailed) -> None:
        self.outcome, self.message, self.hint = "failed", event.error, event.hint
        self._note(event, f"failed: {event.error}")

    @_take.register
    def _(self, event: RunFinished) -> None:
        self.outcome, self.result = "finished", event.result
        self._note(event, "finished")
