"""The published measurements as questions that adapters can put to a peer: read once, by this project, for all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.errors import BadInput
from advisor.estimate.architecture import Found
from advisor.estimate.constants import fitted
from advisor.estimate.gpus import memory_class, resolve
from advisor.estimate.shape import Shape
from advisor.estimate.understood import ServingAsked, TrainingAsked, understood
from advisor.estimate.workload import Sharding
from catalog.load import load
from scripts.estimator.rows import TIERS, measured, number, question, read

PARTS = ("memory", "throughput", "serving", "serving_memory", "kv_cache")
OF_THE_FIT = ("memory", "throughput", "serving")
"""Parts that this project's constants are fitted to."""
COLUMNS = {"serving_memory": "mem_gb", "kv_cache": "kv_cache_tokens"}


@dataclass(frozen=True)
class Asked:
    """A measurement as a question."""

    id: str
    source: str
    part: str
    value: float
    spec: dict[str, object]
    question: dict[str, Any]


def asked(tier: str = "extended") -> Iterator[Asked]:
    """Every measurement of every part."""
    for part in PARTS:
        for ident, source, spec, value in _measured(part, tier):
            yield Asked(ident, source, part, value, spec, {"id": ident, "part": part, **_read(spec)})


def _measured(part: str, tier: str) -> Iterator[tuple[str, str, dict[str, object], float]]:
    if part in OF_THE_FIT:
        for row in measured(part, tier):
            yield row.id, row.source, row.spec, row.value
        return
    for line in read("serving"):
        value = number(line[COLUMNS[part]])
        if value and line["confidence"] in TIERS[tier] and not line["duplicate_of"]:
            yield line["id"], line["source_id"], question(line, "serving"), value


def _read(spec: dict[str, object]) -> dict[str, Any]:
    try:
        found = understood(spec, load(), fitted())
    except BadInput:
        found = None
    known = {"model": spec.get("model"), "dims": None, "card": _card(spec)}
    if isinstance(found, TrainingAsked):
        return known | {"dims": _dims(found.found), **_training(found)}
    return known | ({"dims": _dims(found.found), **_serving(found, spec)} if isinstance(found, ServingAsked) else {})


def _dims(found: Found) -> dict[str, Any]:
    """Of the source, else of the catalog, else typical for the size: what this project's own estimate rests on too."""
    shape: Shape = found.shape
    names = ("params", "active", "layers", "hidden", "heads", "kv_heads", "head_dim", "intermediate", "vocab", "tied")
    return {name: getattr(shape, name) for name in (*names, "gated", "q_dim", "kv_dim")}


def _card(spec: dict[str, object]) -> dict[str, Any] | None:
    """The likeliest card, with what the catalog knows of it."""
    name = str(spec.get("gpu") or "")
    stated = memory_class(name)
    if stated:
        return {"id": "", "name": name, "memory_gib": float(stated), "bf16_tflops": None, "bandwidth_gb_s": 0.0}
    try:
        gpu, _ = resolve(name, load().gpus)
    except BadInput:
        return None
    rate = gpu.bf16_dense_tflops or gpu.fp16_dense_tflops
    known = {"id": gpu.id, "name": gpu.name, "memory_gib": gpu.memory_gb}
    return known | {"bf16_tflops": rate, "bandwidth_gb_s": gpu.bandwidth_gb_s}


def _training(found: TrainingAsked) -> dict[str, Any]:
    """What the source says; None is unknown."""
    work = found.training
    sharding = work.sharding or Sharding()
    fields = ("method", "gpus", "seq_len", "micro_batch", "grad_accum", "rank", "targets", "weights", "optimizer")
    more = ("paged", "checkpointing", "flash", "cross_entropy", "mem_is")
    ways = {name: getattr(sharding, name) for name in ("stage", "tensor", "pipeline", "context", "offload")}
    return {name: getattr(work, name) for name in (*fields, *more)} | ways


def _serving(found: ServingAsked, spec: dict[str, object]) -> dict[str, Any]:
    """The same; requests at once are None where all are queued or nothing is said."""
    work = found.asked
    at_once = work.concurrency if work.concurrency is not None and math.isfinite(work.concurrency) else None
    fields = ("gpus", "weight_bytes", "input_len", "output_len", "eager", "memory_share", "max_model_len")
    words = {name: spec.get(name) for name in ("precision", "engine")}
    return {name: getattr(work, name) for name in fields} | words | {"concurrency": at_once}
