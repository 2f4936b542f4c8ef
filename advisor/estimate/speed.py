"""Training speed: time of a micro-step as arithmetic, memory traffic, launches and communication. See docs/method.md."""

from __future__ import annotations

import math

from advisor.estimate.constants import TrainingConstants
from advisor.estimate.memory import optimizer_bytes_per_param, trainable_params, weight_bytes_per_param
from advisor.estimate.workload import Complete
from catalog.records import Gpu

REFERENCE_FLOP_PER_BYTE = 312e12 / 2.039e12
"""A100 80GB SXM, NVIDIA datasheet."""


def tokens_per_second_per_gpu(work: Complete, gpu: Gpu, constants: TrainingConstants) -> float | None:
    """Tokens of a step over its time and GPUs; None where the GPU's 16-bit rate is not published."""
    peak = peak_flops(work, gpu)
    if peak is None:
        return None
    share = work.model_degree * work.sharding.context
    seconds = (
        matmul_seconds(work, gpu, peak, constants) / share
        + traffic_seconds(work, gpu, constants) / share
        + constants.layer_launch_s * passes(work) * work.shape.layers / work.sharding.pipeline
        + step_seconds(work, gpu) / work.grad_accum
    )
    return work.tokens / max(seconds, communication_seconds(work, constants)) / share


def passes(work: Complete) -> float:
    """Trips through the layers: forward, backward, and forward again with checkpointing."""
    return 3.0 if work.checkpointing else 2.0


def peak_flops(work: Complete, gpu: Gpu) -> float | None:
    """Dense 16-bit rate in flop/s. A card without bf16 runs fp16."""
    rate = gpu.fp16_dense_tflops if work.fp16_only else gpu.bf16_dense_tflops
    rate = rate or gpu.fp16_dense_tflops or gpu.bf16_dense_tflops
    return None if rate is None else rate * 1e12


def flops_per_token(work: Complete) -> tuple[float, float]:
    """Matrix and attention flops of a token, forward, backward and recomputation.

    2 per parameter forward, 2 for the gradient of the input, 2 for the gradient of the weight, which frozen weights do
    not need (Kaplan et al. 2020, section 2.1; Hu et al. 2021). Attention: 2 products of s/2 keys on average.
    """
    recompute = 2.0 if work.checkpointing else 0.0
    frozen_saving = 2.0 if work.method != "full" else 0.0
    matrices = (6.0 + recompute - frozen_saving) * work.shape.matmul_params
    adapters = (6.0 + recompute) * (trainable_params(work) if work.method != "full" else 0.0)
    attention = (3.0 + recompute / 2) * 2.0 * work.shape.layers * work.shape.q_dim * work.seq_len
    return matrices + adapters, attention


def matmul_seconds(work: Complete, gpu: Gpu, peak: float, constants: TrainingConstants) -> float:
    """Arithmetic at the share of the peak that width and the card's balance allow."""
    matrices, attention = flops_per_token(work)
    width = work.shape.hidden / (work.shape.hidden + constants.width_half)
    balance = math.pow(peak / (gpu.bandwidth_gb_s * 1e9) / REFERENCE_FLOP_PER_BYTE, -constants.ratio_power)
    rate = peak * constants.peak_share * width * min(balance, 1.3) * (constants.fp8_gain if work.fp8 else 1.0)
    cost = constants.attention_cost if work.flash else constants.eager_cost
    return work.tokens * (matrices + cost * attention) / rate


def traffic_seconds(work: Complete, gpu: Gpu, constants: TrainingConstants) -> float:
    """Elementwise work per token, and unpacking 4-bit weights in every pass."""
    tokens = work.tokens * constants.elementwise_bytes * work.shape.hidden * work.shape.layers * passes(work) / 3
    quantised = work.shape.linear_params if weight_bytes_per_param(work) < 1 else 0.0
    return (tokens + passes(work) * constants.dequantise_bytes * quantised) / (gpu.bandwidth_gb_s * 1e9)


def step_seconds(work: Complete, gpu: Gpu) -> float:
    """The optimizer reads and writes weights, gradients and states once per step."""
    moved = (4.0 + 2.0 * optimizer_bytes_per_param(work)) * trainable_params(work)
    shards = work.shards if work.sharding.stage >= 1 else 1
    return moved / (work.model_degree * shards) / (gpu.bandwidth_gb_s * 1e9)


def communication_seconds(work: Complete, constants: TrainingConstants) -> float:
    """ZeRO-3 gathers the weights in every pass and scatters gradients; replicas reduce gradients once a step."""
    if work.shards == 1:
        return 0.0
    width = min(2.0, weight_bytes_per_param(work))
    gradients = 2.0 * trainable_params(work) * (1.0 if work.sharding.stage == 3 else 2.0 / work.grad_accum)
    gathered = passes(work) * width * work.shape.params if work.sharding.stage == 3 else 0.0
    return (gathered + gradients) / work.model_degree * (1 - 1 / work.shards) / (constants.link_gb_s * 1e9)
