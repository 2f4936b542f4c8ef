"""An estimate of a workload, recalibrated by the runs of this installation. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from advisor.estimate import spec as read
from advisor.estimate.architecture import Facts, find_shape
from advisor.estimate.gpus import memory_class, resolve
from advisor.estimate.ledger import Device, Kind, LedgerRow, Quantity, Target, past_error, recalibrated
from advisor.estimate.memory import CACHE_GIVEN_BACK
from advisor.estimate.records import Prediction
from advisor.estimate.understood import USABLE_SHARE
from advisor.estimate.workload import method_of
from catalog.records import Gpu
from harness.span import Range

OWN_RUNS = "own_runs"
"""The part of the memory by which runs here differed from the public fit; may be negative."""


def with_own_runs(found: Prediction, spec: Mapping[str, object], facts: Facts, rows: Sequence[LedgerRow]) -> Prediction:
    """The estimate moved and narrowed by like runs on the same GPU; unchanged where there are none."""
    gpu = _gpu(spec, facts)
    shape = find_shape(spec, facts)
    if not rows or gpu is None or shape is None:
        return found
    target = Target(_kind(spec), Device(name=gpu.id, count=read.whole(spec, "n_gpus") or 1, is_gpu=True), {
        "method": method_of(spec) if _kind(spec) == "training" else None, "params_b": shape.shape.params / 1e9,
        "seq_len": read.number(spec, "seq_len"), "micro_batch": read.number(spec, "micro_batch"),
    })  # fmt: skip
    return replace(found, past_error=past_error(rows, target) or None, **_moved(found, rows, target, gpu))


def gpu_name(printed: str, facts: Facts | None) -> str:
    """The catalog's id of a GPU as its driver prints it; the same words where the catalog has none such."""
    gpu = None if facts is None else _gpu({"gpu": printed}, facts)
    return printed if gpu is None else gpu.id


def _moved(found: Prediction, rows: Sequence[LedgerRow], target: Target, gpu: Gpu) -> dict[str, Any]:
    def own(span: Range | None, quantity: Quantity) -> Range | None:
        return None if span is None else recalibrated(span, rows, target, quantity).span

    peak = own(found.peak_gpu_memory_gib, "peak_memory_gib")
    return {
        "peak_gpu_memory_gib": peak,
        "tokens_per_second_per_gpu": own(found.tokens_per_second_per_gpu, "tokens_per_second"),
        "output_tokens_per_second": own(found.output_tokens_per_second, "tokens_per_second"),
        **_parts(found, peak, gpu),
    }


def _parts(found: Prediction, peak: Range | None, gpu: Gpu) -> dict[str, Any]:
    """Parts that still sum to the peak, and whether that fits."""
    if peak is None or peak == found.peak_gpu_memory_gib or not found.peak_gpu_memory_gib or not found.breakdown_gib:
        return {}
    parts = found.breakdown_gib | {OWN_RUNS: peak.expected - found.peak_gpu_memory_gib.expected}
    needed = peak.expected - CACHE_GIVEN_BACK * parts.get("fragmentation", 0.0)
    return {"breakdown_gib": parts, "fits": needed <= USABLE_SHARE * gpu.memory_gb}


def _kind(spec: Mapping[str, object]) -> Kind:
    return "serving" if (read.text(spec, "task") or "").lower() == "serving" else "training"


def _gpu(spec: Mapping[str, object], facts: Facts) -> Gpu | None:
    """The one card that is meant; None where several may be or none is named."""
    name = read.text(spec, "gpu")
    if name is None or memory_class(name) is not None or "not named" in name.lower():
        return None
    card, rivals = resolve(name, facts.gpus)
    return None if rivals else card
