"""The journey from profile to report: what stands in the journals, and how its next stage is done."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter

from advisor import runner
from advisor.errors import BadInput, TunewiseError
from advisor.paths import Workspace
from advisor.store.journal import Journal
from advisor.store.tail import JournalDamaged
from advisor.workflow import measured, specs, views
from advisor.workflow.advice import advise
from advisor.workflow.comparing import comparison_of
from advisor.workflow.expecting import expected_of, known_to
from advisor.workflow.facts import load_catalog
from advisor.workflow.planning import plan_for_prepared
from advisor.workflow.records import JourneyInputs, JourneyView, RunView, StageId
from advisor.workflow.reporting import reported, write_report
from harness import chain, protocol
from harness.protocol import (
    EvaluateResult,
    EvaluateSpec,
    Event,
    PrepareResult,
    PrepareSpec,
    Prompt,
    TrainResult,
    TrainSpec,
)

Known = TypeVar("Known")
Listener = Callable[[str, Event], None]
PROMPTS: TypeAdapter[tuple[Prompt, ...]] = TypeAdapter(tuple[Prompt, ...])
ZERO_SHOT = "zero_shot"
RESULTS: Mapping[str, type[PrepareResult | TrainResult | EvaluateResult]] = {
    "prepare": PrepareResult,
    "probe": EvaluateResult,
    "train": TrainResult,
    "compare": EvaluateResult,
}
AGAIN = "put back what was there, or start anew with: tunewise demo --fresh"


class Watch(NamedTuple):
    """Who is told of events, and when to stop watching."""

    listen: Listener
    stop: threading.Event | None


class Journeys:
    """All journeys of a workspace."""

    def __init__(self, workspace: Workspace, *, today: Callable[[], date]) -> None:
        self.workspace, self.today = workspace, today
        self.journal = Journal(workspace)

    # -- what there is -------------------------------------------------------------------------------------------
    def ids(self) -> list[str]:
        """All journeys, newest first."""
        return [record.body["journey"] for record in reversed(self.journal.of_kind("journey_started"))]

    def view(self, journey_id: str) -> JourneyView:
        """One journey as far as it has come. Raises BadInput for an unknown id."""
        if journey_id not in self.ids():
            raise BadInput(f"no journey {journey_id!r} in {self.workspace.root}", "`tunewise demo` starts one")
        records = self.journal.records()
        runs = {stage: self._stage_run(run_id) for stage, run_id in views.run_ids(records, journey_id).items()}
        return views.journey_view(records, journey_id, runs)

    def owner_of(self, run_id: str) -> str | None:
        """The journey that a run belongs to."""
        bodies = [record.body for record in self.journal.of_kind("run_started")]
        return next((body.get("journey") for body in bodies if body["run_id"] == run_id), None)

    def _stage_run(self, run_id: str) -> views.StageRun:
        folder = self.workspace.run_dir(run_id)
        try:
            view = runner.status(folder)
        except BadInput as error:
            raise TunewiseError(f"{folder}: this run of a journey is missing", AGAIN) from error
        result = protocol.finished(protocol.read_events(folder)) if view.status == "finished" else None
        if result is not None and not isinstance(result, RESULTS[views.stage_of(run_id)]):
            raise TunewiseError(f"{folder / 'events.jsonl'}: the journal of another kind of run", AGAIN)
        return views.StageRun(view, result)

    # -- going on ------------------------------------------------------------------------------------------------
    def open(self, inputs: JourneyInputs, *, fresh: bool) -> JourneyView:
        """The newest journey with these inputs unless it is finished or ``fresh`` is asked for; else a new one."""
        for journey_id in [] if fresh else self.ids():
            view = self.view(journey_id)
            if view.inputs == inputs and not self._at_end(view):
                return view
        journey_id = f"journey-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self.journal.append("journey_started", {"journey": journey_id, "inputs": inputs.model_dump(mode="json")})
        return self.view(journey_id)

    def _at_end(self, view: JourneyView) -> bool:
        failed_for_good = any(stage.status == "failed" and not stage.hint for stage in view.stages)
        return view.next_stage is None or failed_for_good

    def advance(self, journey_id: str, watch: Watch) -> JourneyView:
        """Do the next stage and return the journey after it."""
        view = self.view(journey_id)
        stage = view.next_stage
        if stage is not None:
            self._stages()[stage](view, watch)
        return self.view(journey_id)

    def _stages(self) -> dict[StageId, Callable[[JourneyView, Watch], None]]:
        return {
            "prepare": self._prepare,
            "probe": self._probe,
            "decide": self._decide,
            "plan": self._plan,
            "train": self._train,
            "compare": self._compare,
            "report": self._report,
        }

    # -- stages --------------------------------------------------------------------------------------------------
    def _prepare(self, view: JourneyView, watch: Watch) -> None:
        self._run(view, "prepare", lambda run_id: specs.prepare_spec(self.workspace, view, run_id), watch)

    def _probe(self, view: JourneyView, watch: Watch) -> None:
        def spec(run_id: str) -> EvaluateSpec:
            prepared, inputs = _need(view.prepared), view.inputs
            return specs.probe_spec(
                self.workspace,
                prepared,
                self._prompts(view),
                run_id=run_id,
                items=inputs.validation_items,
                seed=inputs.seed,
            )

        self._run(view, "probe", spec, watch)

    def _decide(self, view: JourneyView, _watch: Watch) -> None:
        started = time.monotonic()
        today = self.today()
        profile = measured.measured_profile(view.inputs.profile, _need(view.prepared), _need(view.probed), on=today)
        advice = advise(profile, today=today, catalog=load_catalog(self.workspace))
        body = {"profile": profile.model_dump(mode="json"), "advice": advice.model_dump(mode="json", by_alias=True)}
        self.journal.append("decided", self._body(view, started, body))

    def _plan(self, view: JourneyView, _watch: Watch) -> None:
        started = time.monotonic()
        plan = plan_for_prepared(
            _need(view.profile), _need(view.prepared), today=self.today(), catalog=load_catalog(self.workspace),
            workspace=self.workspace,
        )  # fmt: skip
        self.journal.append("planned", self._body(view, started, {"plan": plan.model_dump(mode="json")}))

    def _train(self, view: JourneyView, watch: Watch) -> None:
        def spec(run_id: str) -> TrainSpec:
            return specs.train_spec(self.workspace, view, self._zero_shot(view), run_id)

        self._run(view, "train", spec, watch)

    def _compare(self, view: JourneyView, watch: Watch) -> None:
        def spec(run_id: str) -> EvaluateSpec:
            trained = _need(view.trained)
            adapter = self.workspace.run_dir(_run_of(view, "train")) / trained.adapter_dir
            best = self._prompt(view, measured.best_arm(_need(view.probed)).arm)
            return specs.compare_spec(
                self.workspace,
                view,
                baseline=best,
                zero_shot=self._zero_shot(view),
                adapter_dir=adapter,
                adapter_sha256=trained.adapter_sha256,
                run_id=run_id,
            )

        done = self._run(view, "compare", spec, watch)
        if done is not None and done.status == "finished":
            body = {"comparison": comparison_of(done.folder, view).model_dump(mode="json")}
            self.journal.append("compared", self._body(view, time.monotonic(), body))

    def _report(self, view: JourneyView, _watch: Watch) -> None:
        started = time.monotonic()
        files = write_report(self.workspace, self.journal, view, today=self.today())
        body = reported(files)
        self.journal.append("reported", self._body(view, started, body))
        self._index()

    def _index(self) -> None:
        """Bring the DuckDB index up to date; where it cannot be used now, the journals still answer."""
        from advisor.store.database import IndexUnavailable  # noqa: PLC0415 - DuckDB takes 0.2 s to import
        from advisor.store.rebuild import sync  # noqa: PLC0415

        with suppress(IndexUnavailable):
            sync(self.workspace)

    # -- parts ---------------------------------------------------------------------------------------------------
    def _run(
        self,
        view: JourneyView,
        stage: StageId,
        spec: Callable[[str], PrepareSpec | TrainSpec | EvaluateSpec],
        watch: Watch,
    ) -> RunView | None:
        """Start the stage's run, join it, or go on with it; follow it; raise where it did not reach its end."""
        with self._one_starter():
            run = self._current(view, stage, spec)
        for event in runner.follow(run.folder, stop=watch.stop):
            watch.listen(run.id, event)
        ended = runner.status(run.folder)
        if ended.status in ("starting", "running"):
            return None
        runner.record_end(self.workspace, run.id)
        if ended.status != "finished":
            raise stopped(stage, ended)
        return ended

    def _current(
        self, view: JourneyView, stage: StageId, spec: Callable[[str], PrepareSpec | TrainSpec | EvaluateSpec]
    ) -> RunView:
        run_id = next(part.run_id for part in view.stages if part.id == stage)
        if run_id is None:
            return self._start(view, spec(runner.new_run_id(stage)))
        run = runner.status(self.workspace.run_dir(run_id))
        if run.status in ("interrupted", "killed", "failed"):
            return runner.resume(run.folder)
        return run

    def _start(self, view: JourneyView, spec: PrepareSpec | TrainSpec | EvaluateSpec) -> RunView:
        """With what is expected of it, once model and data are known."""
        if isinstance(spec, PrepareSpec):
            return runner.start(spec, workspace=self.workspace, journey=view.id)
        expected = expected_of(spec, _need(view.prepared), known_to(self.workspace))
        planned = specs.with_plan(spec, view, expected)
        return runner.start(planned, workspace=self.workspace, journey=view.id, expected=expected)

    @contextmanager
    def _one_starter(self) -> Iterator[None]:
        """Two front ends on one workspace must not start the same stage twice."""
        path = self.workspace.root / "starts.jsonl"
        try:
            turn = chain.Writer(path)
        except chain.ChainError as error:
            raise JournalDamaged(path, error.line, error.reason) from error
        with turn:
            yield

    def _prompts(self, view: JourneyView) -> tuple[Prompt, ...]:
        return PROMPTS.validate_json((Path(_need(view.prepared).data_dir) / "prompts.json").read_bytes())

    def _prompt(self, view: JourneyView, prompt_id: str) -> Prompt:
        return next(prompt for prompt in self._prompts(view) if prompt.id == prompt_id)

    def _zero_shot(self, view: JourneyView) -> Prompt:
        return self._prompt(view, ZERO_SHOT)

    def _body(self, view: JourneyView, started: float, body: dict[str, Any]) -> dict[str, Any]:
        return {"journey": view.id, "seconds": round(time.monotonic() - started, 3), **body}


def stopped(stage: StageId, run: RunView) -> TunewiseError:
    """Why a stage did not reach its end, and the command that goes on."""
    if run.bad_input:
        return BadInput(run.detail, run.hint)
    told = f"{run.hint}; " if run.hint else ""
    return TunewiseError(f"{stage} ({run.id}) {run.status}: {run.detail}", f"{told}go on with: {run.resume_command}")


def _run_of(view: JourneyView, stage: StageId) -> str:
    return _need(next(part.run_id for part in view.stages if part.id == stage))


def _need(value: Known | None) -> Known:
    """A fact that an earlier stage has given."""
    if value is None:
        raise ValueError("an earlier stage of the journey has no result")
    return value
