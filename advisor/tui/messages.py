"""What workers tell the application: small and typed; a worker never touches a widget."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from advisor.workflow.records import JourneyView, StageId


@dataclass
class JourneyMoved(Message):
    """A journey as it is now."""

    view: JourneyView


@dataclass
class RunBegan(Message):
    """A stage of a journey has a run that can be followed."""

    journey_id: str
    run_id: str


@dataclass(frozen=True)
class Halt:
    """Why a journey stopped short of its end, and how it goes on."""

    stage: StageId
    message: str
    hint: str


@dataclass
class JourneyHalted(Message):
    """A journey stopped short of its end."""

    view: JourneyView
    halt: Halt


@dataclass
class JourneyEnded(Message):
    """A journey reached its report."""

    view: JourneyView
