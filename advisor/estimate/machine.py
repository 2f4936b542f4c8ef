"""What a run takes on the machine at hand, without a GPU: hours and memory of the process."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from advisor.estimate.constants import fitted
from advisor.estimate.memory import GIB, peak_parts_gib
from advisor.estimate.shape import Shape
from advisor.estimate.speed import flops_per_token
from advisor.estimate.work import Work
from advisor.estimate.workload import numeric, read_training
from harness.span import Range

if TYPE_CHECKING:  # the records of runs; an estimate of a workload is made without them
    from harness.protocol import MachineFacts, ModelFacts

ARITHMETIC_SHARE = 0.60
"""Of the measured matrix product rate that LoRA steps reach: 98 tokens/s of a 135M model on 2 cores of 89 Gflop/s."""
START_S = Range(low=8.0, expected=12.0, high=25.0)
"""Imports, reading weights, tokenising: as seen."""
OVERHEAD_SHARE = 0.15
"""Checkpoints and validation rows beside the steps."""
PROCESS_GIB = 0.6
"""Python with torch and transformers imported."""
FP32_ACTIVATIONS = 1.4
"""Kept activations in fp32 against mixed precision, which keeps both copies of some; logits are fp32 in either."""
ALLOCATOR_SHARE = 0.15
"""Freed but kept by the allocator, as a share of what comes and goes."""
ENGINE_START_S = Range(low=20.0, expected=36.0, high=60.0)
"""vLLM on CPU: imports, an engine, the weights of each arm; 28 to 47 s in runs of three arms (benchmarks/ledger)."""
ITEM_FIXED_TOKENS = 28.0
"""A short answer's decoding and scheduling, as tokens of the model's arithmetic: 0.04 s at 135M and 190 Gflop/s."""
ITEM_TOKEN_SHARE = 0.10
"""Of a prompt's tokens that are computed anew: worked examples are the same for all items and cached."""
ENGINE_GIB = 2.2
"""Process, kernels and key-value cache; 2.2 to 3.2 GiB in all were seen at 135M parameters, 2026-11-23, 2 cores."""
PROCESS_SPREAD = (0.75, 1.45)
"""Of the resident memory about its expected value, 80 %: judged."""
GFLOPS_PER_CORE = 30.0
"""Where the machine was not measured."""


class MachineNeed(NamedTuple):
    """Hours of the process, its resident memory at the peak, and its rate without start and checkpoints."""

    hours: Range
    peak_memory_gib: Range
    examples_per_second: Range


def machine_estimate(  # noqa: PLR0913 - a run has that many sizes, all named
    machine: MachineFacts, model: ModelFacts, *, lora_rank: int, examples: int, tokens_per_example: float,
    micro_batch: int, max_seq_length: int, dtype: str,
) -> MachineNeed:  # fmt: skip
    """A LoRA run on the CPU from its measured rate. ``examples`` counts every pass; lengths in tokens."""
    length = min(float(max_seq_length), max(1.0, tokens_per_example))
    work = _work(model, rank=lora_rank, length=length, micro_batch=micro_batch)
    seconds = length * sum(flops_per_token(work)) / (_gflops(machine) * 1e9 * ARITHMETIC_SHARE)
    rate = _spread(1.0 / seconds, machine)
    longest = _work(model, rank=lora_rank, length=min(float(max_seq_length), 1.6 * length), micro_batch=micro_batch)
    memory = _memory(longest, 2.0 if dtype == "float32" else 1.0)
    return MachineNeed(training_hours(rate, examples), memory, rate)


def evaluation_estimate(machine: MachineFacts, model: ModelFacts, *, items: int, tokens_per_item: float) -> MachineNeed:
    """Generating short answers with vLLM on the CPU; ``items`` counts every arm's."""
    token_s = 2.0 * _shape(model).matmul_params / (_gflops(machine) * 1e9)
    rate = _spread(1.0 / (token_s * (ITEM_FIXED_TOKENS + ITEM_TOKEN_SHARE * tokens_per_item)), machine)
    peak = ENGINE_GIB + 2.0 * model.total_params * 2 / GIB
    return MachineNeed(evaluation_hours(rate, items), Range(low=0.7 * peak, expected=peak, high=1.5 * peak), rate)


def training_hours(examples_per_second: Range, examples: int) -> Range:
    """Of the process: start, steps, and what checkpoints and validation rows add."""
    return _hours(START_S, examples * (1 + OVERHEAD_SHARE), examples_per_second)


def evaluation_hours(items_per_second: Range, items: int) -> Range:
    """Of the process: engine and items."""
    return _hours(ENGINE_START_S, items, items_per_second)


def _hours(start_s: Range, count: float, rate: Range) -> Range:
    return Range(
        low=(start_s.low + count / rate.high) / 3600,
        expected=(start_s.expected + count / rate.expected) / 3600,
        high=(start_s.high + count / rate.low) / 3600,
    )


def _gflops(machine: MachineFacts) -> float:
    return machine.fp32_gflops or GFLOPS_PER_CORE * machine.cores


def _spread(rate: float, machine: MachineFacts) -> Range:
    """The interval of the expected rate, wider where the machine's was not measured."""
    low, high = fitted().spread.machine
    unmeasured = 0.0 if machine.fp32_gflops else math.log(2.5)
    slower, faster = math.hypot(math.log(high), unmeasured), math.hypot(math.log(low), unmeasured)
    return Range(low=rate * math.exp(-slower), expected=rate, high=rate * math.exp(faster))


def _memory(work: Work, width: float) -> Range:
    """Parts as on a GPU beside the process itself; ``width`` is the weights' against 16 bit."""
    parts = peak_parts_gib(work, fitted().memory)
    passing = (parts["activations"] * (FP32_ACTIVATIONS if width > 1 else 1.0) + parts["logits"]) * (
        1 + ALLOCATOR_SHARE
    )
    weights = 2.0 * width * work.params / GIB
    peak = PROCESS_GIB + weights + passing + parts["adapters"] + parts["optimizer"] + parts["gradients"]
    low, high = PROCESS_SPREAD
    return Range(low=low * peak, expected=peak, high=high * peak)


def _work(model: ModelFacts, *, rank: int, length: float, micro_batch: int) -> Work:
    spec = {
        "method": "lora", "n_gpus": 1, "parallelism": "none", "lora_rank": rank, "lora_targets": "all",
        "weight_dtype": "bf16", "optimizer": "adamw", "seq_len": max(1.0, length), "micro_batch": micro_batch,
        "grad_accum": 1, "activation_ckpt": "n", "flash_attn": "y", "chunked_or_fused_ce": "n", "mem_is": "allocated",
    }  # fmt: skip
    return numeric(read_training(spec, _shape(model)), {})


def _shape(model: ModelFacts) -> Shape:
    return Shape(
        params=float(model.total_params), active=float(model.total_params), layers=model.num_layers,
        hidden=model.hidden_size, heads=model.num_heads, kv_heads=model.num_kv_heads, head_dim=model.head_dim,
        intermediate=model.intermediate_size, vocab=model.vocab_size, tied=model.tied_embeddings,
    )  # fmt: skip
