"""Training speed: time of a micro-step as arithmetic, memory traffic, launches and communication. See docs/method.md."""

from __future__ import annotations

from advisor.estimate.arithmetic import SCALARS, Arithmetic, Number
from advisor.estimate.cards import Card
from advisor.estimate.constants import TrainingConstants
from advisor.estimate.work import Work

REFERENCE_FLOP_PER_BYTE = 312e12 / 2.039e12
"""A100 80GB SXM, NVIDIA datasheet."""


def tokens_per_second_per_gpu(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """Tokens of a step over its time and GPUs."""
    seconds = step_seconds(work, card, constants, m)
    return work.tokens / seconds / (work.model_degree * work.context)


def step_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """Of a micro-batch with its share of the optimizer step; communication hides behind the rest as far as it can."""
    cut = 1.0 + m.where(work.tensor > 1, constants.tensor_cost * m.log2(work.tensor), 0.0)
    cut = cut * m.where(work.pipeline > 1, 1.05, 1.0) / (work.model_degree * work.context)
    busy = (
        (arithmetic_seconds(work, card, constants, m) + elementwise_seconds(work, card, constants, m)) * cut
        + unpack_seconds(work, card, constants, m) / work.model_degree
        + launch_seconds(work, constants) / work.pipeline
        + optimizer_seconds(work, card, constants, m) / work.grad_accum
    )
    return m.maximum(busy, communication_seconds(work, card, constants, m))


def passes(work: Work) -> Number:
    """Trips through the layers: forward, backward, and forward again with checkpointing."""
    return 2.0 + work.checkpointing


def flops_per_token(work: Work, m: Arithmetic = SCALARS) -> tuple[Number, Number]:
    """Matrix and attention flops of a token, forward, backward and recomputation.

    2 per parameter forward, 2 for the gradient of the input, 2 for the gradient of the weight, which frozen weights do
    not need (Kaplan et al. 2020, section 2.1; Hu et al. 2021). Attention: 2 products of s/2 keys on average.
    """
    again = 2.0 * work.checkpointing
    full = work.full > 0
    matrices = (6.0 + again - m.where(full, 0.0, 2.0)) * work.multiplied_params
    adapters = (6.0 + again) * m.where(full, 0.0, work.trained)
    attention = (3.0 + again / 2) * 2.0 * work.layers * work.q_dim * work.seq_len
    return matrices + adapters, attention


def arithmetic_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """Arithmetic at the share of the peak that width, the card's balance and the framework's kernels allow."""
    matrices, attention = flops_per_token(work, m)
    balance = card.flops / card.bandwidth / REFERENCE_FLOP_PER_BYTE
    share = constants.peak_share * m.minimum(balance ** (-constants.balance_power), 1.3)
    share = share * work.hidden / (work.hidden + constants.width_half)
    share = share * m.where(work.tuned_kernels > 0, constants.tuned_gain, 1.0)
    share = share * m.where(card.consumer > 0, constants.consumer_gain, 1.0)
    rate = card.flops * share * m.where(work.fp8 > 0, constants.fp8_gain, 1.0)
    cost = m.where(work.flash > 0, constants.attention_cost, constants.eager_cost)
    return work.tokens * (matrices + cost * attention) / rate


def elementwise_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """Memory traffic outside matrix products: little where kernels are fused, much where each operation is its own."""
    moved = constants.fused_bytes + (constants.eager_bytes - constants.fused_bytes) * work.eager_kernels
    size = work.tokens * moved * work.hidden * work.layers * passes(work) / 3.0
    return size / card.bandwidth / m.where(card.consumer > 0, constants.consumer_gain, 1.0)


def unpack_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """Unpacking 4-bit weights in every pass; as much again where DoRA forms every matrix to take its norm."""
    formed = work.quantised + m.where(work.dora_outputs > 0, 1.0, 0.0)
    return formed * passes(work) * constants.unpack_bytes * work.linear_params / card.bandwidth


def launch_seconds(work: Work, constants: TrainingConstants) -> Number:
    """Fixed time of each layer and pass; more of it where weights are unpacked."""
    quantised = constants.quantised_launch_s * (1.0 + (constants.gptq_launch - 1.0) * work.unpack_cost)
    return work.layers * passes(work) * (constants.launch_s + work.quantised * quantised)


def optimizer_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """The optimizer reads and writes weights, gradients and states once per step; over the host link when offloaded."""
    moved = (4.0 + 4.0 * work.trained_bytes) * work.trained
    moved = moved / work.model_degree * m.where(work.stage >= 1, 1.0 / work.shards, 1.0)
    away = (work.states_offloaded > 0) & (work.in_backward <= 0)
    return moved / m.where(away, constants.host_gb_s * 1e9, card.bandwidth)


def communication_seconds(work: Work, card: Card, constants: TrainingConstants, m: Arithmetic = SCALARS) -> Number:
    """ZeRO-3 gathers the weights in every pass and scatters gradients; replicas reduce gradients once a step."""
    whole = work.stage >= 3
    link = m.where(card.linked > 0, constants.link_gb_s, constants.pcie_gb_s) * 1e9
    width = m.minimum(2.0, work.weight_bytes)
    gathered = m.where(whole, passes(work) * width * work.params, 0.0)
    gradients = 2.0 * work.trained * m.where(whole, 1.0, 2.0 / work.grad_accum)
    return (gathered + gradients) / work.model_degree * (1.0 - 1.0 / work.shards) / link
