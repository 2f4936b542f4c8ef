"""What a room is about: a profile alone, or a journey as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.workflow.records import Advice, JourneyView, StageId

RoomId = Literal["journey", "decision", "shortlist", "plan", "run", "comparison", "report"]
ROOMS: tuple[RoomId, ...] = ("journey", "decision", "shortlist", "plan", "run", "comparison", "report")
ROOM_OF_STAGE: dict[StageId, RoomId] = {
    "prepare": "run",
    "probe": "run",
    "decide": "decision",
    "plan": "plan",
    "train": "run",
    "compare": "comparison",
    "report": "report",
}


@dataclass(frozen=True)
class Case:
    """A profile with what has been answered about it so far."""

    profile: Profile | None = None
    journey: JourneyView | None = None
    advice: Advice | None = None
    plan: Plan | None = None
    profile_path: Path | None = None
    model: str | None = None
    """The model to plan with; the plan's own choice where none is named."""
    run_id: str | None = None
    """The run that the run room shows; the training run of the journey where none is named."""

    @property
    def name(self) -> str:
        """What the person calls it."""
        return (self.profile.name if self.profile is not None else None) or "Unnamed task"

    @property
    def shown_run(self) -> str | None:
        """The run that the run room shows."""
        return self.run_id or (run_of(self.journey) if self.journey is not None else None)

    def rooms(self) -> frozenset[RoomId]:
        """The rooms that have something to show."""
        open_rooms: set[RoomId] = {"decision", "shortlist", "plan"} if self.profile is not None else set()
        if self.journey is not None:
            open_rooms |= _rooms_of(self.journey)
        return frozenset(open_rooms | ({"run"} if self.shown_run else set()))


def _rooms_of(view: JourneyView) -> set[RoomId]:
    rooms: set[RoomId] = {"journey"}
    if view.comparison is not None:
        rooms |= {"comparison", "report"}
    return rooms


def case_of(view: JourneyView) -> Case:
    """A journey with its profile as measured, or as stated where nothing was measured yet."""
    profile = view.profile or view.inputs.profile
    return Case(profile=profile, journey=view, advice=view.advice, plan=view.plan)


def run_of(view: JourneyView) -> str | None:
    """The run worth looking at: the one that goes on, else the training run, else the last one there was."""
    going = [stage.run_id for stage in view.stages if stage.run_id and stage.status == "running"]
    training = [stage.run_id for stage in view.stages if stage.run_id and stage.id == "train"]
    others = [stage.run_id for stage in reversed(view.stages) if stage.run_id]
    return next(iter([*going, *training, *others]), None)
