"""Unknown inputs: what each may be, and how far the answer moves between its values.

The expected value takes the middle case of every unknown; each unknown then widens the interval by how far the answer
moves when it takes its other cases, in logarithms and added in quadrature to the spread of the fully known case.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from advisor.estimate.serving import Serving
from advisor.estimate.shape import ALL_LINEAR
from advisor.estimate.workload import Sharding, Training
from harness.protocol import Range

LEAST_WIDENING = math.log(1.03)


class Cases(NamedTuple):
    """An unknown's middle case, its others, and what to tell the reader."""

    expected: Any
    others: tuple[Any, ...]
    said: str
    weight: float = 0.6
    """How much of the way to the other cases belongs to an interval of 80 %: they are less likely than the middle one."""


def unknowns(work: Training, sharding: Sharding | None = None, *, kept: bool = False) -> dict[str, Cases]:
    """Cases of every field that the workload leaves open, as far as its method has the field."""
    tuned = work.method != "full"
    weights = "nf4" if work.method == "qlora4" else "16"
    table: dict[str, Cases] = {
        "gpus": Cases(1, (8,), "number of GPUs unknown: 1 to 8"),
        "sharding": Cases(
            sharding or Sharding(stage=3),
            (Sharding(), Sharding(stage=2)),
            "how GPUs share unknown: replicas to full sharding",
        ),
        "seq_len": Cases(1024.0, (512.0, 4096.0), "sequence length unknown: 512 to 4096 tokens"),
        "micro_batch": Cases(1.0 if work.tuned_kernels else 2.0, (1.0, 8.0), "micro-batch unknown: 1 to 8 sequences"),
        "grad_accum": Cases(4.0, (1.0, 32.0), "gradient accumulation unknown: 1 to 32"),
        "rank": Cases(16.0, (8.0, 64.0), "LoRA rank unknown: 8 to 64"),
        "targets": Cases(ALL_LINEAR, (("q", "v"),), "LoRA targets unknown: q and v only to all linear"),
        "weights": Cases(
            weights, ("nf4-dq",) if weights == "nf4" else ("fp32",), f"weight dtype unknown: taken {weights}"
        ),
        "optimizer": Cases("adamw", ("adamw8bit",), "optimizer unknown: AdamW to 8-bit AdamW"),
        "checkpointing": Cases(not kept, (kept,), "activation checkpointing unknown: with to without", 0.3),
        "flash": Cases(True, (False,), "attention kernel unknown: flash to eager"),
        "cross_entropy": Cases("fused", ("plain", "chunked"), "loss kernel unknown: plain to chunked"),
        "mem_is": Cases(
            "reserved", ("allocated", "nvidia-smi"), "which memory is meant unknown: allocated to nvidia-smi"
        ),
    }
    absent = {"rank", "targets"} if not tuned else set()
    return {name: case for name, case in table.items() if getattr(work, name) is None and name not in absent}


def serving_unknowns(work: Serving) -> dict[str, Cases]:
    """The same of a serving workload."""
    table = {
        "gpus": Cases(1, (8,), "number of GPUs unknown: 1 to 8"),
        "weight_bytes": Cases(2.0, (0.56, 1.0), "precision unknown: 16 to 4 bit"),
        "input_len": Cases(512.0, (32.0, 4096.0), "input length unknown: 32 to 4096 tokens"),
        "output_len": Cases(256.0, (64.0, 1024.0), "output length unknown: 64 to 1024 tokens"),
        "concurrency": Cases(16.0, (1.0, 256.0), "requests at once unknown: 1 to 256"),
        "eager": Cases(False, (True,), "engine unknown: serving engine to eager framework"),
    }
    return {name: case for name, case in table.items() if getattr(work, name) is None}


class Spreads(NamedTuple):
    """Logarithms of the factors down and up from the expected value."""

    down: float
    up: float


def interval(
    evaluate: Callable[[dict[str, Any]], float], open_cases: dict[str, Cases], base: tuple[float, float]
) -> Range:
    """Expected value with an 80 % interval; ``evaluate`` gives the answer for cases of the unknowns."""
    middle = {name: case.expected for name, case in open_cases.items()}
    expected = evaluate(middle)
    moves = [_moves(evaluate, middle, name, case, expected) for name, case in open_cases.items()]
    down = math.hypot(math.log(1 / base[0]), *(move.down for move in moves))
    up = math.hypot(math.log(base[1]), *(move.up for move in moves))
    return Range(low=expected * math.exp(-down), expected=expected, high=expected * math.exp(up))


def _moves(
    evaluate: Callable[[dict[str, Any]], float], middle: dict[str, Any], name: str, case: Cases, expected: float
) -> Spreads:
    logs = [case.weight * math.log(evaluate({**middle, name: other}) / expected) for other in case.others]
    return Spreads(down=max(LEAST_WIDENING, *(-log for log in logs)), up=max(LEAST_WIDENING, *logs))
