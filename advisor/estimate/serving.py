"""Serving: what fits beside the weights, and a decoding roofline. Formulas and sources: docs/method.md."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from advisor.estimate import spec as read
from advisor.estimate.arithmetic import SCALARS, Arithmetic, Number
from advisor.estimate.cards import Card
from advisor.estimate.constants import ServingConstants
from advisor.estimate.shape import Shape

USABLE_SHARE = 0.975
"""Of the memory a card is sold with, what an engine can plan with."""
WORKSPACE_BYTES = 1e9
"""Of each GPU: activations and graphs of the engine."""
MOST_REQUESTS = 1e5
MOST_RUNNING = 2048.0
"""Requests that engines run at once by default, at most."""
FEW = 4.0
"""Up to so many requests, handling and scheduling hide behind the model."""


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
    stages: int | None
    memory_share: float | None
    max_model_len: float | None
    low_precision: bool
    """Arithmetic in fp8 or fp4, not only weights stored so."""
    bitsandbytes: bool
    double_quantised: bool
    offline: bool
    experts: int | None


@dataclass(frozen=True, slots=True)
class Served:
    """A serving workload in numbers only, one value or a column of values for each field."""

    params: Number
    active: Number
    linear_params: Number
    embedding_params: Number
    layers: Number
    q_dim: Number
    kv_dim: Number
    experts: Number
    """Of a layer; 1 in a dense model."""
    mixture: Number
    gpus: Number
    stages: Number
    """GPUs that compute one after another."""
    weight_bytes: Number
    four_bit: Number
    eight_bit: Number
    bitsandbytes: Number
    double_quantised: Number
    float8: Number
    """8-bit floating point, where the card has it."""
    float4: Number
    input_len: Number
    output_len: Number
    concurrency: Number
    queued: Number
    """Are there always more requests than fit."""
    eager: Number
    offline: Number
    """Does the engine take its requests in process, without a server before it."""
    memory_share: Number

    @property
    def weights_total(self) -> Number:
        """Bytes of all weights; embeddings and head stay in 16 bit."""
        return self.linear_params * self.weight_bytes + self.embedding_params * 2.0


def read_serving(spec: Mapping[str, object], shape: Shape, experts: int | None = None) -> Serving:
    """A serving workload from a spec's fields. Raises BadInput."""
    engine = (read.text(spec, "engine") or "").lower()
    precision = (read.text(spec, "precision") or "").lower()
    return Serving(
        shape=shape,
        gpus=read.whole(spec, "n_gpus"),
        weight_bytes=weight_bytes(read.text(spec, "precision")),
        input_len=read.number(spec, "input_len"),
        output_len=read.number(spec, "output_len"),
        concurrency=_concurrency(spec),
        eager=None if not engine else bool(re.search(r"transformers|litgpt|autogptq|eager", engine)),
        stages=_stages((read.text(spec, "parallelism") or "").lower()),
        memory_share=read.number(spec, "gpu_mem_util"),
        max_model_len=read.number(spec, "max_model_len"),
        low_precision=precision in ("fp8", "fp4", "nvfp4", "mxfp4", "mxfp8"),
        bitsandbytes="nf4" in precision or "bnb" in precision,
        double_quantised="dq" in precision,
        offline="tensorrt" in engine or "offline" in engine,
        experts=experts,
    )


def weight_bytes(precision: str | None) -> float | None:
    """Bytes of one parameter of a linear layer in the precision that weights are stored in."""
    low = (precision or "").lower()
    rules = (
        ("fp32", 4.0), ("mxfp4", 0.53), ("bf16", 2.0), ("fp16", 2.0), ("float16", 2.0), ("fp8", 1.0), ("int8", 1.0), ("w8", 1.0),
        ("fp4", 0.56), ("nf4", 0.56), ("int4", 0.56), ("awq", 0.56), ("gptq", 0.56),
    )  # fmt: skip
    return next((size for word, size in rules if word in low), None)


def _stages(words: str) -> int | None:
    named = re.search(r"pp(\d+)", words)
    if named:
        return max(1, int(named[1]))
    return 1 if "tp" in words else None


def _concurrency(spec: Mapping[str, object]) -> float | None:
    words = (read.text(spec, "concurrency") or "").lower()
    if words.startswith("max"):
        return float("inf")
    counted = re.match(r"(?:batch )?(\d+(?:\.\d+)?)", words)
    return float(counted[1]) if counted else read.number(spec, "concurrency")


def numeric(work: Serving, answers: Mapping[str, Any], memory_share: float) -> Served:
    """The workload in numbers, with unknowns answered; ``memory_share`` is taken where the workload has no such field."""
    said = replace(work, **answers)
    shape, width = said.shape, said.weight_bytes or 2.0
    gpus = float(said.gpus or 1)
    stages = float(said.stages or (gpus if said.eager else 1.0))
    mixture = shape.active < shape.params
    return Served(
        params=shape.params,
        active=shape.active,
        linear_params=shape.linear_params,
        embedding_params=float(shape.embedding_params),
        layers=float(shape.layers),
        q_dim=float(shape.q_dim),
        kv_dim=float(shape.kv_dim),
        experts=float(said.experts or shape.experts) if mixture else 1.0,
        mixture=float(mixture),
        gpus=gpus,
        stages=min(stages, gpus),
        weight_bytes=width,
        four_bit=float(width < 0.7),
        eight_bit=float(0.7 < width < 1.5),
        bitsandbytes=float(said.bitsandbytes),
        double_quantised=float(said.double_quantised),
        float8=float(said.low_precision),
        float4=float(said.low_precision and width < 0.7),
        input_len=float(said.input_len or 0.0),
        output_len=max(1.0, float(said.output_len or 1.0)),
        concurrency=min(float(said.concurrency or 1.0), MOST_REQUESTS),
        queued=float(math.isinf(said.concurrency or 1.0)),
        eager=float(bool(said.eager)),
        offline=float(said.offline),
        memory_share=said.memory_share or memory_share,
    )


def cache_bytes_per_token(work: Served, card: Card, m: Arithmetic = SCALARS) -> Number:
    """Keys and values of one token; in 8 bit where weights and activations are, as engines' fp8 recipes extend it."""
    return 2.0 * work.layers * work.kv_dim * m.where((work.float8 > 0) & (card.fp8 > 0), 1.0, 2.0)


def kv_cache_tokens(work: Served, card: Card, m: Arithmetic = SCALARS) -> Number:
    """Tokens of context that the engine's share of memory holds beside the weights; 0 when weights do not fit."""
    room = work.gpus * (card.memory * USABLE_SHARE * work.memory_share - WORKSPACE_BYTES) - work.weights_total
    return m.maximum(0.0, room) / cache_bytes_per_token(work, card, m)


def batch_size(work: Served, card: Card, m: Arithmetic = SCALARS) -> Number:
    """Requests in flight: those offered, as far as their contexts fit; at least one."""
    context = m.maximum(1.0, work.input_len + work.output_len / 2)
    fitting = kv_cache_tokens(work, card, m) / context
    return m.maximum(1.0, m.minimum(m.minimum(work.concurrency, MOST_RUNNING), fitting))


def output_tokens_per_second(work: Served, card: Card, constants: ServingConstants, m: Arithmetic = SCALARS) -> Number:
    """Output tokens of all requests over the time that their prefill, decoding and handling take."""
    batch = batch_size(work, card, m)
    many = (batch > FEW) & (work.eager <= 0)
    handling = m.where(many & (work.offline <= 0), constants.request_s, 0.0)
    spent = work.output_len * decode_seconds(work, card, constants, m)
    spent = spent + batch * (prefill_seconds(work, card, constants, m) + handling)
    ramp = m.where(many & (work.queued <= 0), constants.ramp * batch / m.maximum(batch, work.concurrency), 0.0)
    return batch * work.output_len / spent / (1.0 + ramp)


def prefill_seconds(work: Served, card: Card, constants: ServingConstants, m: Arithmetic = SCALARS) -> Number:
    """Of one prompt: two flops for each active parameter and token, and the products of attention."""
    attention = 2.0 * work.layers * work.q_dim * work.input_len
    return work.input_len * (2.0 * work.active + attention) / _flops(work, card, constants, m)


def decode_seconds(work: Served, card: Card, constants: ServingConstants, m: Arithmetic = SCALARS) -> Number:
    """Of one token of every request in flight."""
    batch = batch_size(work, card, m)
    reading = _touched_bytes(work, batch) / (
        card.bandwidth * constants.bandwidth_share * _spread_gain(work, card, constants, m)
    )
    computing = 2.0 * work.active * batch / _flops(work, card, constants, m)
    busy = m.maximum(reading, computing) + attention_seconds(work, card, batch, constants, m)
    launched = _eager_launch_seconds(work, constants, m)
    eager = m.sqrt(launched * launched + busy * busy)
    several = m.where(batch > FEW, constants.schedule_s, 0.0) + constants.token_s * batch * m.where(
        work.offline > 0, 0.3, 1.0
    )
    return m.where(work.eager > 0, eager, busy + constants.graph_layer_s * work.layers + several)


def attention_seconds(
    work: Served, card: Card, batch: Number, constants: ServingConstants, m: Arithmetic = SCALARS
) -> Number:
    """Reading the cache: slowly for one request, near the bandwidth for many.

    An eager framework copies the cache at every step and repeats it for all query heads.
    """
    tokens = batch * (work.input_len + work.output_len / 2)
    share = constants.attention_single + (constants.attention_many - constants.attention_single) * (
        1.0 - 1.0 / m.sqrt(batch)
    )
    read = (
        tokens
        * cache_bytes_per_token(work, card, m)
        / (card.bandwidth * share * _spread_gain(work, card, constants, m))
    )
    moved = tokens * work.layers * (12.0 * work.kv_dim + constants.repeated_heads * 8.0 * work.q_dim)
    return m.where(work.eager > 0, moved / (card.bandwidth * constants.bandwidth_share), read)


def _eager_launch_seconds(work: Served, constants: ServingConstants, m: Arithmetic) -> Number:
    """Python and launches of every layer; more where weights are unpacked, much more where experts run in a loop."""
    unpacking = constants.eager_bitsandbytes * m.where(work.double_quantised > 0, constants.eager_double, 1.0)
    quantised = m.where(work.bitsandbytes > 0, unpacking, constants.eager_kernels)
    slow = m.where(work.four_bit > 0, quantised, 1.0) * (1.0 + work.mixture * constants.eager_expert * work.experts)
    return constants.eager_layer_s * work.layers * slow


def _touched_bytes(work: Served, batch: Number) -> Number:
    """Weights that a step reads. Of a mixture of experts, the more of it the more requests there are."""
    idle = (1.0 - work.active / work.params) ** batch
    return work.weights_total * (1.0 - idle * work.mixture)


def _flops(work: Served, card: Card, constants: ServingConstants, m: Arithmetic) -> Number:
    """Share of the dense 16-bit rate: more with 8- and 4-bit tensor cores, less when tokens scatter over experts."""
    four = (work.float4 > 0) & (card.fp4 > 0)
    eight = (work.float8 > 0) & (card.fp8 > 0)
    stored = m.where(work.four_bit + work.eight_bit > 0, constants.stored_gain, 1.0)
    native = m.where(four, constants.fp4_gain, m.where(eight, constants.fp8_gain, stored))
    scattered = m.where(work.mixture > 0, constants.mixture_share, 1.0)
    return card.flops * constants.compute_share * native * scattered * _spread_gain(work, card, constants, m)


def _spread_gain(work: Served, card: Card, constants: ServingConstants, m: Arithmetic) -> Number:
    """What several GPUs give: tensors side by side less than their number, layers in turn nothing to an eager engine."""
    side = work.gpus / work.stages
    gain = side / (1.0 + constants.parallel_cost * m.log2(side))
    gain = gain * m.where((card.linked <= 0) & (side > 1), constants.unlinked_share, 1.0)
    gain = gain * m.where(work.stages > 1, work.stages * constants.stage_share, 1.0)
    return m.where(work.eager > 0, 1.0, gain)


def stacked(works: Sequence[Served]) -> Served:
    """One workload whose fields are columns."""
    import numpy as np  # noqa: PLC0415 - one workload needs no numpy

    return Served(
        **{field.name: np.array([getattr(work, field.name) for work in works], float) for field in fields(Served)}
    )
