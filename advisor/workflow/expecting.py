"""What is expected of a run before it starts, from what was prepared and from the ledger of this workspace."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.estimate.foreseen import Known, Settings, expected_evaluation, expected_training
from advisor.estimate.ledger import Expected
from advisor.paths import Workspace
from advisor.store.journal import Journal
from advisor.store.ledger import ledger
from advisor.store.tail import JournalDamaged, read
from advisor.workflow.facts import load_catalog
from harness import protocol
from harness.chain import Record
from harness.protocol import EvaluateSpec, Planned, PrepareResult, PrepareSpec, TrainSpec


def known_to(workspace: Workspace) -> Known:
    """What estimates in a workspace rest on: its ledger and its facts."""
    return Known(rows=ledger(workspace), facts=load_catalog(workspace))


def expected_of(spec: TrainSpec | EvaluateSpec, prepared: PrepareResult, known: Known) -> Expected:
    """The estimate of the run that a specification describes, on the machine that prepared its model and data."""
    priced = known._replace(usd_per_hour=spec.price.usd_per_hour if spec.price else None)
    if isinstance(spec, TrainSpec):
        return expected_training(prepared.machine, prepared.model, settings_of(spec, prepared), priced)
    items = spec.items if spec.items is not None else prepared.dataset.rows[spec.split]
    return expected_evaluation(
        prepared.machine, prepared.model, items=items * len(spec.arms), tokens_per_item=prepared.mean_prompt_tokens,
        known=priced,
    )  # fmt: skip


def settings_of(spec: TrainSpec, prepared: PrepareResult) -> Settings:
    """A specification's sizes. What all rows begin with is computed once a batch where the run shares it."""
    whole = prepared.mean_example_tokens
    shared = prepared.shared_prefix_tokens if spec.shared_prefix else 0
    return Settings(
        rank=spec.lora.rank,
        examples=spec.max_steps * spec.micro_batch * spec.grad_accum,
        tokens_per_example=whole,
        computed_tokens=max(1.0, whole - shared + shared / spec.micro_batch),
        micro_batch=spec.micro_batch,
        grad_accum=spec.grad_accum,
        max_seq_length=spec.max_seq_length,
        dtype=spec.dtype,
    )


def planned_from(expected: Expected, plan_id: str) -> Planned:
    """The expectation as the run's specification keeps it, beside the plan that it belongs to."""
    told = expected.predicted
    return Planned(plan_id=plan_id, machine_hours=told.hours, peak_memory_gib=told.peak_memory_gib, usd=told.usd)


def prepared_for(workspace: Workspace, spec: TrainSpec | EvaluateSpec) -> PrepareResult | None:
    """The newest prepare run of this workspace that made the specification's model and data; None where there is none."""
    model = spec.model_sha256 if isinstance(spec, TrainSpec) else spec.arms[0].model_sha256
    for record in reversed(Journal(workspace).of_kind("run_started")):
        if record.body["kind"] != "prepare":
            continue
        result = _prepared(workspace, record.body["run_id"])
        if result is not None and (result.model_sha256, result.data_sha256) == (model, spec.data_sha256):
            return result
    return None


def expected_here(workspace: Workspace, spec: PrepareSpec | TrainSpec | EvaluateSpec) -> Expected | None:
    """The estimate of a run of any origin; None where its model and data were not prepared in this workspace."""
    if isinstance(spec, PrepareSpec):
        return None
    prepared = prepared_for(workspace, spec)
    return None if prepared is None else expected_of(spec, prepared, known_to(workspace))


def past_error_told(records: Iterable[Record], run_id: str) -> str:
    """What was said of past errors when a run started; "" where nothing was."""
    started = (record.body for record in records if record.kind == "run_started")
    expected = next((body.get("expected") for body in started if body["run_id"] == run_id), None)
    return str(expected.get("past_error", "")) if expected else ""


def _prepared(workspace: Workspace, run_id: str) -> PrepareResult | None:
    try:
        records = read(workspace.run_dir(run_id) / "events.jsonl")
    except JournalDamaged:
        return None
    result = protocol.finished(map(protocol.to_event, records))
    return result if isinstance(result, PrepareResult) else None
