"""Workloads read together, sorted into those that differ only in lengths and batches."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from advisor.errors import BadInput
from advisor.estimate import memory
from advisor.estimate import spec as read
from advisor.estimate.constants import fitted
from advisor.estimate.lines import Numbered, Skipped, estimated
from advisor.estimate.many import NUMPY, Columns, predictions
from advisor.estimate.serving import MOST_REQUESTS
from advisor.estimate.understood import ServingAsked, TrainingAsked, all_kept, understood

if TYPE_CHECKING:
    from advisor.estimate.architecture import Facts
    from advisor.estimate.records import Prediction

LEAST = 4
"""Workloads of a setting for which a pass over columns takes less time than one by one."""
TRAINING = ("seq_len", "micro_batch", "grad_accum")
SERVING = ("input_len", "output_len", "concurrency")
LENGTHS = (*TRAINING, *SERVING)
ENCODE = json.JSONEncoder(check_circular=False).encode


def estimates(chunk: Sequence[Numbered | Skipped], facts: Facts) -> list[Prediction | Skipped]:
    """The estimate of each, in order, or why there is none."""
    made: dict[int, Prediction | Skipped] = {}
    for rows in _settings(chunk).values():
        some = [chunk[row] for row in rows]
        found = _together(some, facts) if len(rows) >= LEAST else None
        found = found or [one if isinstance(one, Skipped) else estimated(one, facts) for one in some]
        made.update(zip(rows, found, strict=True))
    return [made[row] for row in range(len(chunk))]


def _settings(chunk: Sequence[Numbered | Skipped]) -> dict[str, list[int]]:
    """Rows by what they say beside id and lengths; what is wrong stands alone."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(chunk):
        found[f"line {row}" if isinstance(one, Skipped) else setting(one.spec)].append(row)
    return found


def setting(spec: Mapping[str, object]) -> str:
    """What a workload says beside its id and plain lengths, as text; which lengths are plain belongs to it."""
    plain = [name for name in LENGTHS if _is_plain(name, spec.get(name))]
    return ENCODE([plain, {name: value for name, value in spec.items() if name != "id" and name not in plain}])


def _is_plain(name: str, value: object) -> bool:
    """A number that is taken as it is; a length in words or out of its limits is a setting of its own."""
    if type(value) is not int and (type(value) is not float or name == "concurrency"):
        return False
    low, high = read.LIMITS[name]
    return low <= value <= high


def _together(some: Sequence[Numbered | Skipped], facts: Facts) -> list[Prediction | Skipped] | None:
    """Estimates of one setting over columns; None where something is wrong."""
    specs = [one.spec for one in some if isinstance(one, Numbered)]
    try:
        idents = [read.text(spec, "id") for spec in specs]
        asked = understood(specs[0], facts, fitted()) if _task(specs[0]) else None
    except BadInput:
        return None
    if asked is None or None in idents:
        return None
    columns = _columns(asked, specs)
    alike = _alike(asked, columns, len(specs))
    made: list[Prediction | Skipped | None] = [None] * len(specs)
    for rows in alike:
        meant = understood(specs[rows[0]], facts, fitted())
        part = {name: column[rows] for name, column in columns.items()}
        found = predictions([idents[row] or "" for row in rows], meant or asked, part, fitted())
        for row, one in zip(rows, found, strict=True):
            made[row] = one
    return [one for one in made if one is not None]


def _alike(asked: TrainingAsked | ServingAsked, columns: Columns, count: int) -> list[list[int]]:
    """Rows that are understood alike: whether activations are kept, where nobody says, is taken from what fits."""
    rows = np.arange(count)
    if not (isinstance(asked, TrainingAsked) and asked.training.tuned_kernels and asked.training.checkpointing is None):
        return [rows.tolist()]
    work = dataclasses.replace(all_kept(asked.training), **columns)
    needed = memory.needed_gib(memory.peak_parts_gib(work, fitted().memory, NUMPY))
    kept = np.broadcast_to(needed <= max(asked.rooms_gib, default=np.inf), (count,))
    return [found.tolist() for found in (rows[kept], rows[~kept]) if len(found)]


def _task(spec: Mapping[str, object]) -> bool:
    return (read.text(spec, "task") or "training").lower() in ("training", "serving")


def _columns(asked: TrainingAsked | ServingAsked, specs: Sequence[Mapping[str, Any]]) -> Columns:
    names = TRAINING if isinstance(asked, TrainingAsked) else SERVING
    plain = [name for name in names if _is_plain(name, specs[0].get(name))]
    found = {name: np.array([spec[name] for spec in specs], float) for name in plain}
    if "concurrency" in found:
        found["concurrency"] = np.minimum(found["concurrency"], MOST_REQUESTS)
    if "output_len" in found:
        found["output_len"] = np.maximum(found["output_len"], 1.0)
    return found
