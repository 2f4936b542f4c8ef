"""The shortest experiment that there is about cost: a few real steps of a run on this machine, then its estimate anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from advisor import runner
from advisor.errors import BadInput, TunewiseError
from advisor.estimate.foreseen import Known
from advisor.estimate.ledger import Expected, LedgerRow
from advisor.paths import Workspace, ensure_writable
from advisor.records import Frozen
from advisor.runner.records import RunView
from advisor.store.ledger import ledger
from advisor.workflow.expecting import expected_of, known_to, prepared_for
from advisor.workflow.spec_files import read_spec
from advisor.workflow.specs import MICRO_BATCH
from harness import protocol
from harness.protocol import Event, PrepareResult, PrepareSpec, Prompt, TrainSpec

LEAST_STEPS = 4
"""Two steps of warm-up, and two to be measured."""
HELD_OUT = 10
"""Rows kept apart when data is prepared for a probe alone: nothing is evaluated on them."""
PROMPTS: TypeAdapter[tuple[Prompt, ...]] = TypeAdapter(tuple[Prompt, ...])
Listen = Callable[[str, Event], None]


class Asked(NamedTuple):
    """The whole run that the probe is a beginning of, with its model and data."""

    spec: TrainSpec
    prepared: PrepareResult


class ProbeFit(Frozen):
    """What the steps took, and the estimate of the whole run before and after them."""

    steps: int
    whole_steps: int
    row: LedgerRow
    """The probe in the ledger: what was foreseen of it and what came."""
    before: Expected
    after: Expected


def asked_by_spec(workspace: Workspace, path: Path) -> Asked:
    """The run that a specification describes. Raises BadInput where it is no LoRA run or was not prepared here."""
    spec = _read(path)
    prepared = prepared_for(workspace, spec)
    if prepared is None:
        raise BadInput(
            f"{path}: its model and data were not prepared in {workspace.root}",
            "probe with --model DIR --data FILE, or name the workspace that prepared them",
        )
    return Asked(spec, prepared)


def asked_by_folder(workspace: Workspace, *, model: str, data: str, steps: int, listen: Listen) -> Asked:
    """A run of so many steps on a model and data that are prepared now, with the settings that journeys use."""
    ensure_writable(workspace)
    run_id = runner.new_run_id("prepare")
    spec = PrepareSpec(
        run_id=run_id, run_dir=str(workspace.run_dir(run_id)), model=model, data=data,
        model_cache=str(workspace.models), data_dir=str(workspace.data / run_id), validation_items=HELD_OUT,
        test_items=HELD_OUT,
    )  # fmt: skip
    run = _finish(workspace, runner.start(spec, workspace=workspace), listen)
    prepared = protocol.finished(protocol.read_events(run.folder))
    if not isinstance(prepared, PrepareResult):
        raise TunewiseError(f"{run.id} ended without a result", f"its log: {run.folder / 'log.txt'}")
    return Asked(_whole(workspace, prepared, steps), prepared)


def probe_fit(workspace: Workspace, asked: Asked, *, steps: int, listen: Listen) -> ProbeFit:
    """Run the first ``steps`` of a run, and foresee the whole of it with what they measured.

    The probe is a run like any other: its journal is its row in the ledger. Raises TunewiseError where it does not
    reach its end.
    """
    ensure_writable(workspace)
    known = known_to(workspace)
    spec = _beginning(workspace, asked.spec, steps)
    started = runner.start(spec, workspace=workspace, expected=expected_of(spec, asked.prepared, known))
    run = _finish(workspace, started, listen)
    rows = ledger(workspace)
    return ProbeFit(
        steps=spec.max_steps,
        whole_steps=asked.spec.max_steps,
        row=next(row for row in rows if row.run_id == run.id),
        before=expected_of(asked.spec, asked.prepared, known),
        after=expected_of(asked.spec, asked.prepared, Known(rows=rows, facts=known.facts)),
    )


def _read(path: Path) -> TrainSpec:
    spec = read_spec(path)
    if not isinstance(spec, TrainSpec):
        raise BadInput(f"{path}: is a {spec.kind} run", "give the spec.json of a LoRA run: runs/train-.../spec.json")
    return spec


def _whole(workspace: Workspace, prepared: PrepareResult, steps: int) -> TrainSpec:
    prompts = PROMPTS.validate_json((Path(prepared.data_dir) / "prompts.json").read_bytes())
    run_id = "whole"
    return TrainSpec(
        run_id=run_id, run_dir=str(workspace.run_dir(run_id)), model_dir=prepared.model_dir,
        model_sha256=prepared.model_sha256, data_dir=prepared.data_dir, data_sha256=prepared.data_sha256,
        prompt=prompts[0], max_steps=steps, micro_batch=MICRO_BATCH,
    )  # fmt: skip


def _beginning(workspace: Workspace, whole: TrainSpec, steps: int) -> TrainSpec:
    """The first steps alone: no validation, one checkpoint at the end."""
    run_id = runner.new_run_id("train-fit")
    changes = {
        "run_id": run_id, "run_dir": str(workspace.run_dir(run_id)), "max_steps": steps, "checkpoint_every": steps,
        "validation_rows": 0, "planned": None,
    }  # fmt: skip
    return whole.model_copy(update=changes)


def _finish(workspace: Workspace, run: RunView, listen: Listen) -> RunView:
    """Follow a run to its end. Raises as the run ended."""
    for event in runner.follow(run.folder, stop=None):
        listen(run.id, event)
    ended = runner.status(run.folder)
    runner.record_end(workspace, run.id)
    if ended.bad_input:
        raise BadInput(ended.detail, ended.hint)
    if ended.status != "finished":
        raise TunewiseError(f"{run.id} {ended.status}: {ended.detail}", f"its log: {run.folder / 'log.txt'}")
    return ended
