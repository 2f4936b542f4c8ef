"""The one door that both front ends use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from advisor.compare.records import Comparison, ItemPair
from advisor.decide.records import Decision
from advisor.paths import Workspace
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.workflow.records import Advice, Draft, JourneyInputs, JourneyView, ReportFiles, RunView
from harness.protocol import Event

Listener = Callable[[str, Event], None]
"""Called with the run id and each event, from the calling thread."""


class Workflow:
    """Everything that the command line and the terminal application can do."""

    def __init__(self, workspace: Workspace, *, today: Callable[[], date] = date.today) -> None:
        self.workspace = workspace
        self.today = today

    # -- profile and advice ------------------------------------------------------------------------------------
    def read_profile(self, path: Path) -> Profile:
        """A profile from YAML or JSON. Raises BadInput with the field, what is wrong, what is allowed."""
        raise NotImplementedError

    def example_profile(self) -> Profile:
        """The profile of the embedded example."""
        raise NotImplementedError

    def save_profile(self, profile: Profile, path: Path) -> None:
        """Write a profile as YAML."""
        raise NotImplementedError

    def save_draft(self, draft: Draft) -> None:
        """Keep an unfinished wizard, atomically."""
        raise NotImplementedError

    def load_draft(self) -> Draft | None:
        """The unfinished wizard, if there is one."""
        raise NotImplementedError

    def decide(self, profile: Profile) -> Decision:
        """The decision alone: fast enough for every key press of the wizard."""
        raise NotImplementedError

    def advise(self, profile: Profile) -> Advice:
        """Decision and shortlist."""
        raise NotImplementedError

    def plan(self, profile: Profile, *, model: str | None = None, gpu: str | None = None) -> Plan:
        """What it would cost. Raises BadInput for unknown models or GPUs, with the nearest names."""
        raise NotImplementedError

    # -- journeys ----------------------------------------------------------------------------------------------
    def journeys(self) -> list[JourneyView]:
        """All journeys, newest first."""
        raise NotImplementedError

    def journey(self, journey_id: str) -> JourneyView:
        """One journey as far as it has come."""
        raise NotImplementedError

    def open_journey(self, inputs: JourneyInputs, *, fresh: bool = False) -> JourneyView:
        """The unfinished journey with these inputs, or a new one."""
        raise NotImplementedError

    def advance(self, journey_id: str, listen: Listener, *, stop: threading.Event | None = None) -> JourneyView:
        """Do the next stage, or join it where it already runs; blocks until it ends or ``stop`` is set.

        Setting ``stop`` leaves a run going: it only stops watching.
        """
        raise NotImplementedError

    def items(self, journey_id: str) -> tuple[ItemPair, ...]:
        """Both answers to every item of the journey's comparison."""
        raise NotImplementedError

    def comparison(self, journey_id: str) -> Comparison:
        """The journey's comparison."""
        raise NotImplementedError

    def write_report(self, journey_id: str) -> ReportFiles:
        """Render the report from the journals. Raises TunewiseError when they do not hold together."""
        raise NotImplementedError

    # -- runs --------------------------------------------------------------------------------------------------
    def runs(self) -> list[RunView]:
        """All runs, newest first."""
        raise NotImplementedError

    def run(self, run_id: str) -> RunView:
        """One run. Raises BadInput for an unknown id."""
        raise NotImplementedError

    def follow(self, run_id: str, *, stop: threading.Event | None = None) -> Iterator[Event]:
        """Every event of a run from its first, then live ones until it ends or ``stop`` is set."""
        raise NotImplementedError

    def stop_run(self, run_id: str) -> None:
        """Ask a run to save and end."""
        raise NotImplementedError

    def resume_run(self, run_id: str) -> RunView:
        """Go on with a run that was interrupted or killed. Raises TunewiseError if it is running or finished."""
        raise NotImplementedError

    def log_tail(self, run_id: str, lines: int = 200) -> list[str]:
        """The end of a run's log."""
        raise NotImplementedError
