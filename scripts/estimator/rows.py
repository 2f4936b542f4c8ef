"""The published measurements as workloads with answers."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "calibration"
METHODS = ("lora", "qlora4", "full")
MOST_GPUS = 8
TIERS = {"strict": ("high",), "extended": ("high", "med")}
CAPPED_LENGTHS = ("litgpt_resource_tables", "litgpt_config_hub", "unsloth_readme")
"""Sources whose ``seq_len`` is an upper limit: their speed counts only where it was printed itself."""
ANSWERS = {
    "training": frozenset(
        [
            "peak_mem_gb",
            "peak_mem_gib",
            "peak_alloc_gib",
            "mem_unit",
            "tokens_per_s_per_gpu",
            "step_time_s",
            "step_time_is",
            "total_hours",
            "samples_per_s",
            "derived_fields",
            "source_url_or_repo_path",
            "source_id",
            "confidence",
            "row_kind",
            "duplicate_of",
        ]
    ),
    "serving": frozenset(
        [
            "qps",
            "output_tok_s_per_gpu",
            "output_tok_s",
            "total_tok_s",
            "ttft_ms",
            "tpot_ms",
            "itl_ms",
            "mem_gb",
            "kv_cache_tokens",
            "kv_cache_gib",
            "max_concurrency_at_max_len",
            "source",
            "confidence",
            "source_id",
            "row_kind",
            "duplicate_of",
        ]
    ),
}
"""Columns that hold an answer or give one away; all others are the question."""
Row = dict[str, str]


@dataclass(frozen=True)
class Measured:
    """A workload and what was measured of it."""

    id: str
    source: str
    spec: dict[str, object]
    value: float
    allocated: float | None
    """A second figure of the same run: GiB of tensors alone."""


def measured(part: str, tier: str = "extended") -> list[Measured]:
    """Rows of a part that count: memory (GiB), throughput (tokens/s and GPU) or serving (output tokens/s)."""
    task = "serving" if part == "serving" else "training"
    column = {"memory": "peak_mem_gib", "throughput": "tokens_per_s_per_gpu", "serving": "output_tok_s"}[part]
    return [_measured(row, task, column) for row in read(task) if _counts(row, part, column, tier)]


def outcomes(tier: str = "extended") -> list[tuple[dict[str, object], bool]]:
    """Workloads with whether they ran."""
    kinds = {"measured": True, "oom": False, "failed_or_oom": False}
    rows = [row for row in read("training") if row["row_kind"] in kinds and row["method"] in METHODS]
    kept = [row for row in rows if _once(row) and (row["row_kind"] != "measured" or row["confidence"] in TIERS[tier])]
    return [(question(row, "training"), kinds[row["row_kind"]]) for row in kept]


def read(task: str) -> list[Row]:
    """All rows of a table."""
    with (FOLDER / f"{task}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def question(row: Row, task: str) -> dict[str, object]:
    """The row as a workload, answers left out; an empty cell is unknown."""
    asked = {name: cell or None for name, cell in row.items() if name not in ANSWERS[task]}
    return {"task": task, **asked}


def number(cell: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _measured(row: Row, task: str, column: str) -> Measured:
    return Measured(
        id=row["id"],
        source=row["source_id"],
        spec=question(row, task),
        value=number(row[column]) or 0.0,
        allocated=number(row.get("peak_alloc_gib", "")) if column == "peak_mem_gib" else None,
    )


def _counts(row: Row, part: str, column: str, tier: str) -> bool:
    kinds = ("throughput", "bs1_speed") if part == "serving" else ("measured",)
    if row["row_kind"] not in kinds or row["confidence"] not in TIERS[tier] or not _once(row):
        return False
    if part != "serving" and row["method"] not in METHODS:
        return False
    if part == "throughput" and _doubtful_speed(row):
        return False
    return (number(row[column]) or 0.0) > 0


def _once(row: Row) -> bool:
    return not row["duplicate_of"] and 1 <= (number(row["n_gpus"]) or 0) <= MOST_GPUS


def _doubtful_speed(row: Row) -> bool:
    """Speeds that their sources do not bear out; see the README of the measurements."""
    if row["source_id"] == "unsloth_readme" or (row["source_id"] == "torchtune" and "A6000" in row["gpu"]):
        return True
    calculated = not row["tokens_per_s_per_gpu"] or "tokens_per_s" in row["derived_fields"]
    return row["source_id"] in CAPPED_LENGTHS and calculated
