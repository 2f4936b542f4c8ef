"""A real demo, recorded: what the pictures of the README show. The items are those of a recorded evaluation of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from advisor.compare import pairs
from advisor.compare.records import ItemPair
from advisor.decide import decide
from advisor.decide.records import Decision
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.runner.words import usd_so_far
from advisor.workflow.records import Advice, JourneyView, RunView, StageId, StageView
from harness.protocol import (
    RUN_EVENT,
    Event,
    RunKind,
    RunStarted,
    StepDone,
    read_items,
)
from tests.tui.recorded import EARLIER, RecordedWorkflow

RECORDINGS = Path(__file__).parent.parent / "recordings"
DEMO = RECORDINGS / "demo"
JOURNEY = JourneyView.model_validate_json((DEMO / "journey.json").read_bytes())
RUNS = {part.run_id: part.id for part in JOURNEY.stages if part.run_id}


def events_of(stage: str) -> list[Event]:
    """The events of a stage's run."""
    lines = (DEMO / f"{stage}.jsonl").read_text("utf-8").splitlines()
    return [cast("Event", RUN_EVENT.validate_python(json.loads(line))) for line in lines]


def up_to_step(events: Iterable[Event], last: int) -> list[Event]:
    """A LoRA run as it was told up to a step."""
    told: list[Event] = []
    for event in events:
        told.append(event)
        if isinstance(event, StepDone) and event.step == last:
            break
    return told


class MeasuredWorkflow(RecordedWorkflow):
    """Answers from the recorded demo; ``live_step`` shows its LoRA run as it was at that step."""

    def __init__(self, *, live_step: int | None = None) -> None:
        super().__init__(done=7)
        self.live_step = live_step
        assert JOURNEY.advice is not None
        assert JOURNEY.comparison is not None
        self.chosen = JOURNEY.advice.decision
        self.compared = JOURNEY.comparison
        self.the_profile = JOURNEY.inputs.profile
        self.items_shown = own_items()

    def advise(self, profile: Profile) -> Advice:
        assert JOURNEY.advice is not None
        return JOURNEY.advice

    def plan(self, profile: Profile, *, model: str | None = None, gpu: str | None = None) -> Plan:
        assert JOURNEY.plan is not None
        return JOURNEY.plan

    def journeys(self) -> list[JourneyView]:
        return [self.journey(JOURNEY.id)]

    def decide(self, profile: Profile) -> Decision:
        return decide(profile)

    def journey(self, journey_id: str) -> JourneyView:
        if self.live_step is None:
            return self._with_report()
        stages = tuple(self._as_then(part) for part in JOURNEY.stages)
        return JOURNEY.model_copy(
            update={"stages": stages, "trained": None, "comparison": None, "report_html": None, "report_markdown": None}
        )

    def _with_report(self) -> JourneyView:
        """The journey as recorded, its report in this workspace."""
        self.workspace.reports.mkdir(parents=True, exist_ok=True)
        path = self.workspace.reports / f"{JOURNEY.id}.md"
        path.write_text((DEMO / "report.md").read_text("utf-8"), "utf-8")
        return JOURNEY.model_copy(update={"report_html": path.with_suffix(".html"), "report_markdown": path})

    def _as_then(self, part: StageView) -> StageView:
        """A stage while the LoRA run was at work."""
        if part.id == "train":
            last = self._told("train")[-1]
            told = f"step {last.step}/{last.total_steps}, loss {last.loss:.3f}" if isinstance(last, StepDone) else ""
            return part.model_copy(update={"status": "running", "summary": told, "seconds": last.elapsed_s})
        if part.id in ("compare", "report"):
            return StageView(id=part.id, title=part.title, status="waiting")
        return part

    def _told(self, stage: StageId) -> list[Event]:
        events = events_of(stage)
        return up_to_step(events, self.live_step) if stage == "train" and self.live_step is not None else events

    def run(self, run_id: str) -> RunView:
        stage = RUNS[run_id]
        told = self._told(stage)
        kind: RunKind = "evaluate" if stage in ("probe", "compare") else cast("RunKind", stage)
        live = stage == "train" and self.live_step is not None
        first = next(event for event in told if isinstance(event, RunStarted))
        last = told[-1]
        done = last.step / last.total_steps if isinstance(last, StepDone) else 1.0
        return RunView(
            id=run_id, kind=kind, status="running" if live else "finished", pid=first.pid if live else None,
            started_at=EARLIER, elapsed_s=last.elapsed_s, progress=done, usd_so_far=usd_so_far(told), detail="",
            resume_command=None, folder=self.workspace.run_dir(run_id),
        )  # fmt: skip

    def runs(self) -> list[RunView]:
        return [self.run(part.run_id) for part in reversed(self.journey(JOURNEY.id).stages) if part.run_id]

    def follow(self, run_id: str, *, stop: threading.Event | None = None) -> Iterator[Event]:
        yield from self._told(RUNS[run_id])
        if self.live_step is not None and RUNS[run_id] == "train":
            (stop or threading.Event()).wait()

    def advance(
        self, journey_id: str, listen: Callable[[str, Event], None], *, stop: threading.Event | None = None
    ) -> JourneyView:
        run_id = next(name for name, stage in RUNS.items() if stage == "train")
        for event in self.follow(run_id, stop=stop):
            listen(run_id, event)
        return self.journey(journey_id)


def own_items() -> tuple[ItemPair, ...]:
    """Both answers to invented messages, as a recorded evaluation gave them."""
    folder = RECORDINGS / "evaluate"
    spec = json.loads((folder / "spec.json").read_text("utf-8"))
    found = pairs(read_items(folder), baseline=spec["plan"]["baseline"], candidate=spec["plan"]["candidate"])
    names = {spec["plan"]["baseline"]: "best_prompt", spec["plan"]["candidate"]: "tuned"}
    return tuple(_renamed(pair, names) for pair in found)


def _renamed(pair: ItemPair, names: Mapping[str, str]) -> ItemPair:
    """The same pair under the names that the demo gives its arms."""
    outputs = {names[arm]: output for arm, output in pair.outputs.items() if arm in names}
    correct = {names[arm]: right for arm, right in pair.correct.items() if arm in names}
    return pair.model_copy(update={"outputs": outputs, "correct": correct})
