"""The one door that both front ends use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from advisor import runner
from advisor.compare import pairs
from advisor.compare.records import Comparison, ItemPair
from advisor.decide import decide
from advisor.decide.records import Decision
from advisor.errors import BadInput, TunewiseError
from advisor.paths import Workspace, ensure_writable
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.store import plans
from advisor.workflow import profiles
from advisor.workflow.advice import advise
from advisor.workflow.browsing import Browsing
from advisor.workflow.expecting import expected_here, past_error_told
from advisor.workflow.facts import load_catalog
from advisor.workflow.journeys import Journeys, Listener, Watch
from advisor.workflow.planning import plan_for
from advisor.workflow.records import Advice, Draft, JourneyInputs, JourneyView, ReportFiles, RunView
from advisor.workflow.reporting import write_report
from advisor.workflow.spec_files import read_spec
from harness import protocol
from harness.protocol import Event


class Workflow:
    """Everything that the command line and the terminal application can do."""

    def __init__(self, workspace: Workspace, *, today: Callable[[], date] = date.today) -> None:
        self.workspace = workspace
        self.today = today
        self._journeys = Journeys(workspace, today=today)

    # -- profile and advice ------------------------------------------------------------------------------------
    def read_profile(self, path: Path) -> Profile:
        """A profile from YAML or JSON. Raises BadInput with the field, what is wrong, what is allowed."""
        return profiles.read_profile(path)

    def example_profile(self) -> Profile:
        """The profile of the embedded example."""
        return profiles.example_profile()

    def save_profile(self, profile: Profile, path: Path) -> None:
        """Write a profile as YAML, or as JSON where the name ends so."""
        profiles.write_profile(profile, path)

    def save_draft(self, draft: Draft) -> None:
        """Keep an unfinished wizard, atomically."""
        profiles.write_draft(self.workspace, draft)

    def load_draft(self) -> Draft | None:
        """The unfinished wizard, if there is one."""
        return profiles.read_draft(self.workspace)

    def decide(self, profile: Profile) -> Decision:
        """The decision alone: fast enough for every key press of the wizard."""
        return decide(profile)

    def advise(self, profile: Profile) -> Advice:
        """Decision and shortlist."""
        return advise(profile, today=self.today(), catalog=load_catalog(self.workspace))

    def plan(self, profile: Profile, *, model: str | None = None, gpu: str | None = None) -> Plan:
        """What it would cost. Raises BadInput for unknown models or GPUs, with the nearest names."""
        facts = load_catalog(self.workspace)
        return plan_for(profile, model=model, gpu=gpu, today=self.today(), catalog=facts, workspace=self.workspace)

    def replay_plan(self, plan_id: str) -> tuple[Plan, str]:
        """A kept plan made again from the facts it was made from, and what is to be said of it. Raises BadInput."""
        return plans.replay(self.workspace, plan_id)

    def browse(self) -> Browsing:
        """The facts as they are now, to be looked at. Raises BadInput where a data file was edited wrongly."""
        return Browsing(load_catalog(self.workspace), today=self.today())

    # -- journeys ----------------------------------------------------------------------------------------------
    def journeys(self) -> list[JourneyView]:
        """All journeys, newest first."""
        return [self._journeys.view(journey_id) for journey_id in self._journeys.ids()]

    def journey(self, journey_id: str) -> JourneyView:
        """One journey as far as it has come. Raises BadInput for an unknown id."""
        return self._journeys.view(journey_id)

    def journey_of(self, run_id: str) -> JourneyView | None:
        """The journey that a run is part of. Raises BadInput for an unknown run."""
        self.run(run_id)
        journey_id = self._journeys.owner_of(run_id)
        return self._journeys.view(journey_id) if journey_id else None

    def open_journey(self, inputs: JourneyInputs, *, fresh: bool = False) -> JourneyView:
        """The unfinished journey with these inputs, or a new one."""
        ensure_writable(self.workspace)
        return self._journeys.open(inputs, fresh=fresh)

    def advance(self, journey_id: str, listen: Listener, *, stop: threading.Event | None = None) -> JourneyView:
        """Do the next stage, or join it where it already runs; blocks until it ends or ``stop`` is set.

        Setting ``stop`` leaves a run going: it only stops watching.
        """
        return self._journeys.advance(journey_id, Watch(listen, stop))

    def items(self, journey_id: str) -> tuple[ItemPair, ...]:
        """Both answers to every item of the journey's comparison."""
        folder = self._comparison_folder(journey_id)
        comparison = self.comparison(journey_id)
        plan = comparison.plan
        if plan is None:
            raise TunewiseError(f"the comparison of {journey_id} has no registered plan")
        return pairs(protocol.read_items(folder), baseline=plan.baseline, candidate=plan.candidate)

    def comparison(self, journey_id: str) -> Comparison:
        """The journey's comparison. Raises BadInput where there is none yet."""
        found = self.journey(journey_id).comparison
        if found is None:
            raise BadInput(f"{journey_id} has no comparison yet", "the journey has not come that far")
        return found

    def write_report(self, journey_id: str) -> ReportFiles:
        """Render the report from the journals. Raises TunewiseError when they do not hold together."""
        return write_report(self.workspace, self._journeys.journal, self.journey(journey_id), today=self.today())

    def _comparison_folder(self, journey_id: str) -> Path:
        stages = self.journey(journey_id).stages
        run_id = next(stage.run_id for stage in stages if stage.id == "compare")
        if run_id is None:
            raise BadInput(f"{journey_id} has no comparison yet", "the journey has not come that far")
        return self.workspace.run_dir(run_id)

    # -- runs --------------------------------------------------------------------------------------------------
    def runs(self) -> list[RunView]:
        """All runs, newest first."""
        return runner.statuses(self.workspace)

    def run(self, run_id: str) -> RunView:
        """One run. Raises BadInput for an unknown id."""
        view = runner.status(self._folder(run_id))
        return view.model_copy(update={"past_error": past_error_told(self._journeys.journal.records(), run_id)})

    def start_run(self, path: Path) -> RunView:
        """Start the run that a specification file describes, in this workspace and under a name of its own."""
        spec = read_spec(path)
        ensure_writable(self.workspace)
        run_id = runner.new_run_id(spec.kind)
        own = spec.model_copy(update={"run_id": run_id, "run_dir": str(self.workspace.run_dir(run_id))})
        return runner.start(own, workspace=self.workspace, expected=expected_here(self.workspace, own))

    def follow(self, run_id: str, *, stop: threading.Event | None = None) -> Iterator[Event]:
        """Every event of a run from its first, then live ones until it ends or ``stop`` is set."""
        yield from runner.follow(self._folder(run_id), stop)
        runner.record_end(self.workspace, run_id)

    def stop_run(self, run_id: str) -> None:
        """Ask a run to save and end."""
        runner.stop(self._folder(run_id))
        runner.record_end(self.workspace, run_id)

    def resume_run(self, run_id: str) -> RunView:
        """Go on with a run that was interrupted or killed. Raises TunewiseError if it is running or finished."""
        return runner.resume(self._folder(run_id))

    def log_tail(self, run_id: str, lines: int = 200) -> list[str]:
        """The end of a run's log."""
        return runner.log_tail(self._folder(run_id), lines)

    def _folder(self, run_id: str) -> Path:
        """The folder of a run; an id is a name, never a path."""
        if not run_id or Path(run_id).name != run_id:
            raise BadInput(f"{run_id!r} is not the name of a run", "`tunewise runs` lists them")
        return self.workspace.run_dir(run_id)
