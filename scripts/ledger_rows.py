"""Writes the finished runs of workspaces as rows of measurements, to be kept in benchmarks/ledger/measured.csv.

    .venv/bin/python -m scripts.ledger_rows WORKSPACE... > benchmarks/ledger/measured.csv

A row holds what was measured and what the run was: no estimate, which follows from them by the estimator of the day.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.estimate.foreseen import Known
from advisor.paths import Workspace
from advisor.store import ledger as store
from advisor.store.tail import read
from advisor.workflow.expecting import expected_of, prepared_for
from harness import protocol
from harness.protocol import EvaluateSpec, TrainSpec

COLUMNS = (
    "date", "kind", "device", "cores", "memory_gib", "fp32_gflops", "params_b", "hidden", "layers", "heads", "kv_heads",
    "intermediate", "vocab", "tied_embeddings", "lora_rank", "weight_dtype", "tokens_per_example", "seq_len",
    "micro_batch", "grad_accum", "examples", "items", "memory_is", "peak_memory_gib", "tokens_per_second",
    "examples_per_second", "hours",
)  # fmt: skip


def main() -> None:
    """Every finished LoRA run and evaluation whose model and data were prepared in the same workspace."""
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    rows = [row for root in sys.argv[1:] for row in of_workspace(Workspace(Path(root).absolute()))]
    for row in sorted(rows, key=lambda row: str(row["at"])):
        writer.writerow({name: row.get(name) for name in COLUMNS})


def of_workspace(workspace: Workspace) -> Iterator[dict[str, object]]:
    """One for each run."""
    for path in workspace.runs.glob("*/spec.json"):
        spec = protocol.read_spec(path)
        if isinstance(spec, TrainSpec | EvaluateSpec):
            yield from _row(workspace, path.parent, spec)


def _row(workspace: Workspace, folder: Path, spec: TrainSpec | EvaluateSpec) -> Iterator[dict[str, object]]:
    prepared = prepared_for(workspace, spec)
    records = read(folder / "events.jsonl")
    if prepared is None or not records or records[-1].kind != "finished":
        return
    expected = expected_of(spec, prepared, Known())
    found = store.measured_by(folder.name, records, expected)
    if found is not None:
        of = expected.spec
        yield {
            **of, **found.measured.model_dump(), "at": found.at, "date": found.at.date(), "kind": expected.kind,
            "device": expected.device.name, "tokens_per_example": of["tokens_per_example"],
        }  # fmt: skip


if __name__ == "__main__":
    main()
