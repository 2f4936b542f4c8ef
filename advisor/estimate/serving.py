"""Serving: what fits beside the weights, and a decoding roofline. Formulas and sources: docs/method.md."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.estimate import spec as read
from advisor.estimate.constants import ServingConstants
from advisor.estimate.memory import GIB
from advisor.estimate.shape import Shape
from catalog.records import Gpu


@dataclass(frozen=True, slots=True)
class Serving:
    """A serving workload; None is unknown. ``concurrency`` infinite means: as many as fit."""

    shape: Shape
    gpus: int | None
    weight_bytes: float | None
    input_len: float | None
    output_len: float | None
    concurrency: float | None
    eager: bool | None
    pipeline: bool
    memory_share: float | None
    max_model_len: float | None
    low_precision: bool


@dataclass(frozen=True, slots=True)
class Served:
    """A serving workload with every unknown set to one case."""

    shape: Shape
    gpus: int
    weight_bytes: float
    input_len: float
    output_len: float
    concurrency: float
    eager: bool
    pipeline: bool
    memory_share: float
    low_precision: bool = False
    """fp8 or fp4 arithmetic, not only weights stored so."""

    @property
    def mixture(self) -> bool:
        """Is it a mixture of experts."""
        return self.shape.active < self.shape.params

    @property
    def weights_total(self) -> float:
        """Bytes of all weights; embeddings and head stay in 16 bit."""
        linear = self.shape.linear_params
        return linear * self.weight_bytes + (self.shape.params - linear) * 2.0


def read_serving(spec: Mapping[str, object], shape: Shape) -> Serving:
    """A serving workload from a spec's fields. Raises BadInput."""
    engine = (read.text(spec, "engine") or "").lower()
    return Serving(
        shape=shape,
        gpus=read.whole(spec, "n_gpus"),
        weight_bytes=weight_bytes(read.text(spec, "precision")),
        input_len=read.number(spec, "input_len"),
        output_len=read.number(spec, "output_len"),
        concurrency=_concurrency(spec),
        eager=None if not engine else bool(re.search(r"transformers|litgpt|autogptq|eager", engine)),
        pipeline=bool(re.search(r"pp([2-9]|\d\d)", (read.text(spec, "parallelism") or "").lower())),
        memory_share=read.number(spec, "gpu_mem_util"),
        max_model_len=read.number(spec, "max_model_len"),
        low_precision=(read.text(spec, "precision") or "").lower() in ("fp8", "fp4", "nvfp4", "mxfp4", "mxfp8"),
    )


def weight_bytes(precision: str | None) -> float | None:
    """Bytes of one parameter of a linear layer in the precision that weights are stored in."""
    low = (precision or "").lower()
    rules = (
        ("fp32", 4.0), ("bf16", 2.0), ("fp16", 2.0), ("float16", 2.0), ("fp8", 1.0), ("int8", 1.0), ("w8", 1.0),
        ("fp4", 0.56), ("nf4", 0.56), ("int4", 0.56), ("awq", 0.56), ("gptq", 0.56),
    )  # fmt: skip
    return next((size for word, size in rules if word in low), None)


def _concurrency(spec: Mapping[str, object]) -> float | None:
    words = (read.text(spec, "concurrency") or "").lower()
    if words.startswith("max"):
        return float("inf")
    counted = re.match(r"(?:batch )?(\d+(?:\.\d+)?)", words)
    return float(counted[1]) if counted else read.number(spec, "concurrency")


def kv_cache_tokens(work: Served, gpu: Gpu) -> float:
    """Tokens of context that the engine's share of memory holds beside the weights; 0 when weights do not fit."""
    room = work.gpus * gpu.memory_gb * 0.985 * GIB * work.memory_share - work.weights_total
    activations = 1.0 * GIB * work.gpus
    return max(0.0, room - activations) / work.shape.kv_bytes_per_token(cache_bytes(work, gpu))


def has_fp8(gpu: Gpu) -> bool:
    """Tensor cores with 8-bit floating point: Ada, Hopper, Blackwell, CDNA3 and later (vendors' data sheets)."""
    return gpu.architecture.lower().startswith(("ada", "hopper", "blackwell", "cdna3", "cdna4"))


def cache_bytes(work: Served, gpu: Gpu) -> float:
    """Bytes of a cached value: 8 bit where weights and activations are, which engines' fp8 recipes extend to the cache."""
    return 1.0 if work.low_precision and has_fp8(gpu) else 2.0


def batch_size(work: Served, gpu: Gpu) -> float:
    """Requests in flight: those offered, as far as their contexts fit; at least one."""
    context = work.input_len + work.output_len / 2
    return max(1.0, min(work.concurrency, kv_cache_tokens(work, gpu) / max(context, 1.0), 2048.0))


def output_tokens_per_second(work: Served, gpu: Gpu, constants: ServingConstants) -> float | None:
    """Output tokens of all requests over the time that their decoding and prefill take; None without a published rate."""
    peak = gpu.bf16_dense_tflops or gpu.fp16_dense_tflops
    if peak is None:
        return None
    batch = batch_size(work, gpu)
    speed_up = _speed_up(work, constants)
    flops = peak * 1e12 * speed_up * compute_share(work, gpu, constants)
    bandwidth = gpu.bandwidth_gb_s * 1e9 * constants.bandwidth_share * speed_up
    step = max(_read_bytes(work, batch, gpu) / bandwidth, 2 * work.shape.active * batch / flops) + fixed_seconds(
        work, constants
    )
    prefill = 2 * work.shape.active * work.input_len / flops
    return batch * work.output_len / (work.output_len * step + batch * prefill)


def compute_share(work: Served, gpu: Gpu, constants: ServingConstants) -> float:
    """Share of the dense 16-bit rate: more with 8-bit tensor cores, less when tokens scatter over experts."""
    native = constants.fp8_gain if work.low_precision and has_fp8(gpu) else 1.0
    return constants.compute_share * native * (constants.mixture_share if work.mixture else 1.0)


def _speed_up(work: Served, constants: ServingConstants) -> float:
    """Several GPUs: layers in turn give nothing to one request; tensors side by side give a power of their number."""
    if work.eager:
        return 1.0
    return math.pow(work.gpus, constants.parallel_share)


def _read_bytes(work: Served, batch: float, gpu: Gpu) -> float:
    """Weights that a step touches, and the keys and values of every request.

    Of a mixture of experts, the more of it the more requests there are: 1 - (1 - share)^batch.
    """
    idle = math.pow(1.0 - work.shape.active / work.shape.params, batch)
    context = work.input_len + work.output_len / 2
    return work.weights_total * (1.0 - idle) + batch * context * work.shape.kv_bytes_per_token(cache_bytes(work, gpu))


def fixed_seconds(work: Served, constants: ServingConstants) -> float:
    """Launches of one step: graph replay and scheduling, or Python for every layer."""
    if not work.eager:
        return constants.launch_s
    slow = constants.eager_quantised if work.weight_bytes < 2.0 else 1.0
    return constants.eager_layer_s * work.shape.layers * slow
