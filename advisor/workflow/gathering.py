"""From the journals to the facts of a report: each record with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path

from advisor.compare import pairs
from advisor.errors import TunewiseError
from advisor.paths import Workspace
from advisor.report import (
    CatalogFact,
    EvaluationFacts,
    JournalRef,
    Origin,
    ProbeFacts,
    ReportFacts,
    StageTime,
    TrainFacts,
)
from advisor.store import tail
from advisor.workflow import measured
from advisor.workflow.expecting import past_error_told
from advisor.workflow.facts import load_catalog
from advisor.workflow.records import JourneyView, StageId
from harness import protocol
from harness.chain import Record
from harness.protocol import EvaluateSpec, TrainSpec

RUN_ORIGINS: Mapping[StageId, Origin] = {
    "prepare": "prepare",
    "probe": "probe",
    "train": "train",
    "compare": "evaluate",
}
SHOWN_MODELS = 6
"""As many as the report's table of candidates has rows."""
SPEC_ORIGINS: Mapping[StageId, Origin] = {"train": "train_spec", "compare": "evaluate_spec"}
TIME_ORIGINS: Mapping[StageId, Origin] = {**RUN_ORIGINS, "decide": "decided", "plan": "planned"}
JOURNAL_KINDS: tuple[Origin, ...] = ("decided", "planned", "compared")


def finished_runs(workspace: Workspace, view: JourneyView) -> dict[StageId, Path]:
    """The folders of a journey's runs that reached their end: where the evidence of its report lies."""
    return {part.id: workspace.run_dir(part.run_id) for part in view.stages if part.run_id and part.status == "done"}


def gather(workspace: Workspace, records: Sequence[Record], view: JourneyView, *, today: date) -> ReportFacts:
    """Everything that a report of a journey is made from. Raises TunewiseError where it has no decision yet."""
    if view.prepared is None or view.advice is None:
        raise TunewiseError(f"{view.id} has come to no decision yet", "go on with it: `tunewise demo`")
    run_dirs = finished_runs(workspace, view)
    return ReportFacts(
        journey_id=view.id,
        made_on=today,
        version=metadata.version("tunewise"),
        profile=view.profile or view.inputs.profile,
        decision=view.advice.decision,
        shortlist=view.advice.shortlist,
        prepared=view.prepared,
        plan=view.plan,
        probe=_probe(view, run_dirs),
        train=_train(view, run_dirs, records),
        evaluation=_evaluation(view, run_dirs, records),
        timings=tuple(_timings(view)),
        catalog=tuple(_catalog(workspace, view)),
        journal={
            **_of_runs(workspace, run_dirs),
            **_of_specs(workspace, records, run_dirs),
            **_of_journal(workspace, records, view.id),
        },
    )


def _timings(view: JourneyView) -> Iterable[StageTime]:
    for part in view.stages:
        if part.status == "done" and part.id in TIME_ORIGINS:
            yield StageTime(title=part.title, seconds=part.seconds, origin=TIME_ORIGINS[part.id])


def _probe(view: JourneyView, run_dirs: Mapping[StageId, Path]) -> ProbeFacts | None:
    if view.probed is None:
        return None
    spec = protocol.read_spec(run_dirs["probe"] / "spec.json")
    labels = {arm.id: arm.label for arm in spec.arms} if isinstance(spec, EvaluateSpec) else {}
    return ProbeFacts(result=view.probed, labels=labels, best=measured.best_arm(view.probed).arm)


def _train(view: JourneyView, run_dirs: Mapping[StageId, Path], records: Sequence[Record]) -> TrainFacts | None:
    if view.trained is None:
        return None
    folder = run_dirs["train"]
    spec = protocol.read_spec(folder / "spec.json")
    if not isinstance(spec, TrainSpec):
        raise TunewiseError(f"{folder / 'spec.json'} is no specification of a LoRA run", "tunewise verify")
    events = protocol.read_events(folder)
    return TrainFacts(
        run_id=folder.name,
        result=view.trained,
        lora=spec.lora,
        learning_rate=spec.learning_rate,
        seed=spec.seed,
        price=spec.price,
        planned=spec.planned,
        past_error=past_error_told(records, folder.name),
        steps=tuple(protocol.steps(events)),
        validation=tuple(protocol.validation_losses(events)),
    )


def _evaluation(
    view: JourneyView, run_dirs: Mapping[StageId, Path], records: Sequence[Record]
) -> EvaluationFacts | None:
    comparison = view.comparison
    if comparison is None or comparison.plan is None:
        return None
    folder = run_dirs["compare"]
    spec, result = protocol.read_spec(folder / "spec.json"), protocol.finished(protocol.read_events(folder))
    if not isinstance(spec, EvaluateSpec) or not isinstance(result, protocol.EvaluateResult):
        raise TunewiseError(f"{folder.name} is not a finished evaluation", "tunewise verify")
    plan = comparison.plan
    return EvaluationFacts(
        run_id=folder.name,
        result=result,
        price=spec.price,
        planned=spec.planned,
        past_error=past_error_told(records, folder.name),
        comparison=comparison,
        items=pairs(protocol.read_items(folder), baseline=plan.baseline, candidate=plan.candidate),
    )


def _catalog(workspace: Workspace, view: JourneyView) -> Iterable[CatalogFact]:
    """The models at the head of the shortlist and the GPU of the plan, as the catalog has them."""
    catalog = load_catalog(workspace)
    shown = view.advice.shortlist.candidates[:SHOWN_MODELS] if view.advice else ()
    known = {model.id: model for model in catalog.models}
    for model in (known[candidate.model] for candidate in shown if candidate.model in known):
        size = f"{model.total_params / 1e9:.1f} B parameters" if model.total_params else "size not published"
        yield CatalogFact(
            name=model.id, value=f"{size}, licence {model.license}", source=model.source, as_of=model.as_of
        )
        if model.price_source and model.price_as_of:
            rate = f"${model.input_usd_per_mtok} in, ${model.output_usd_per_mtok} out per million tokens"
            yield CatalogFact(name=f"{model.id}: price", value=rate, source=model.price_source, as_of=model.price_as_of)
    for gpu in catalog.gpus:
        if view.plan and gpu.name == view.plan.chosen.gpu:
            told = f"{gpu.memory_gb:g} GB, {gpu.bandwidth_gb_s:g} GB/s"
            yield CatalogFact(name=gpu.name, value=told, source=gpu.source, as_of=gpu.as_of)


def _of_runs(workspace: Workspace, run_dirs: Mapping[StageId, Path]) -> dict[Origin, JournalRef]:
    """The last record of each run's journal, and of the per-item journal of the comparison."""
    found = {
        RUN_ORIGINS[stage]: _ref(workspace, folder / "events.jsonl", tail.read(folder / "events.jsonl")[-1])
        for stage, folder in run_dirs.items()
    }
    if "compare" in run_dirs:
        items = run_dirs["compare"] / "items.jsonl"
        found["items"] = _ref(workspace, items, tail.read(items)[-1])
    return found


def _of_specs(
    workspace: Workspace, records: Sequence[Record], run_dirs: Mapping[StageId, Path]
) -> dict[Origin, JournalRef]:
    """The records that hold the digests of the specifications, written before the runs began."""
    started = {record.body["run_id"]: record for record in records if record.kind == "run_started"}
    return {
        SPEC_ORIGINS[stage]: _ref(workspace, workspace.journal, started[folder.name])
        for stage, folder in run_dirs.items()
        if stage in SPEC_ORIGINS
    }


def _of_journal(workspace: Workspace, records: Sequence[Record], journey_id: str) -> dict[Origin, JournalRef]:
    own = [record for record in records if record.body.get("journey") == journey_id]
    last = {record.kind: record for record in own}
    return {kind: _ref(workspace, workspace.journal, last[kind]) for kind in JOURNAL_KINDS if kind in last}


def _ref(workspace: Workspace, path: Path, record: Record) -> JournalRef:
    return JournalRef(path=str(path.relative_to(workspace.root)), seq=record.seq, kind=record.kind, hash=record.hash)
