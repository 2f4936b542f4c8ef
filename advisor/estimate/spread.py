"""Unknown inputs: what each may be, and how far the answer moves between its values.

The expected value takes the middle case of every unknown; each unknown then widens the interval by how far the answer
moves when it takes its other cases, in logarithms and added in quadrature to the spread of the fully known case.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from advisor.estimate.serving import Serving
from advisor.estimate.shape import ALL_LINEAR
from advisor.estimate.workload import Sharding, Training
from harness.span import Range

LEAST_WIDENING = math.log(1.03)
MOST_CHOICES = 150
"""Of cases of the other unknowns that an unknown is moved from; fewer unknowns are moved together where there are many."""


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
        "fp8": Cases(False, (True,), "compute dtype unknown: 16 to 8 bit", 0.3),
        "tuned_kernels": Cases(False, (True,), "framework unknown: general to its own kernels"),
        "prepared": Cases(True, (False,), "preparation of quantised weights unknown: embeddings in fp32 to 16 bit"),
    }
    absent = (set() if tuned else {"rank", "targets"}) | (set() if work.method == "qlora4" else {"prepared"})
    return {name: case for name, case in table.items() if getattr(work, name) is None and name not in absent}


def serving_unknowns(work: Serving, memory_share: float) -> dict[str, Cases]:
    """The same of a serving workload; ``memory_share`` is what engines take by default."""
    table = {
        "gpus": Cases(1, (8,), "number of GPUs unknown: 1 to 8"),
        "weight_bytes": Cases(2.0, (0.56, 1.0), "precision unknown: 16 to 4 bit"),
        "input_len": Cases(512.0, (32.0, 4096.0), "input length unknown: 32 to 4096 tokens"),
        "output_len": Cases(256.0, (64.0, 1024.0), "output length unknown: 64 to 1024 tokens"),
        "concurrency": Cases(16.0, (1.0, 256.0), "requests at once unknown: 1 to 256"),
        "eager": Cases(False, (True,), "engine unknown: serving engine to eager framework"),
        "stages": Cases(None, (8,), "how GPUs share unknown: side by side to layers in turn", 0.3),
        "memory_share": Cases(memory_share, (0.8, 0.95), "the engine's share of the memory unknown: 80 to 95 %"),
    }
    absent = ({"stages"} if work.gpus == 1 else set()) | ({"stages", "memory_share"} if work.eager else set())
    return {name: case for name, case in table.items() if getattr(work, name) is None and name not in absent}


class Spreads(NamedTuple):
    """Logarithms of the factors down and up from the expected value."""

    down: float
    up: float


def interval(
    evaluate: Callable[[dict[str, Any]], float], open_cases: dict[str, Cases], base: tuple[float, float]
) -> Range:
    """Expected value with an 80 % interval; ``evaluate`` gives the answer for cases of the unknowns.

    How far an unknown moves the answer may hang on others: eager attention matters where sequences are long and their
    scores are kept. So each is moved from every choice of cases of the others, as far as they are not too many, and counts
    where it moves furthest: knowing less then does not narrow an interval.
    """
    at = _remembering(evaluate, open_cases)
    moves = [_moves(at, open_cases, name) for name in open_cases]
    down = math.hypot(math.log(1 / base[0]), *(move.down for move in moves))
    up = math.hypot(math.log(base[1]), *(move.up for move in moves))
    expected = math.exp(at(()))
    return Range(low=expected * math.exp(-down), expected=expected, high=expected * math.exp(up))


Choice = tuple[tuple[str, int], ...]
"""Unknowns that take another case than the middle one, each with the case's place."""


def _moves(at: Callable[[Choice], float], open_cases: dict[str, Cases], name: str) -> Spreads:
    case = open_cases[name]
    starts = choices({other: found for other, found in open_cases.items() if other != name})
    logs = [
        case.weight * (at((*start, (name, place))) - at(start)) for start in starts for place in range(len(case.others))
    ]
    return Spreads(down=max(LEAST_WIDENING, *(-log for log in logs)), up=max(LEAST_WIDENING, *logs))


def choices(open_cases: dict[str, Cases]) -> list[Choice]:
    """All in their middle case, one in another, two, and so on, as far as there are not too many."""
    found: list[Choice] = [()]
    for size in range(1, len(open_cases) + 1):
        more = list(itertools.islice(_of_size(open_cases, size), MOST_CHOICES))
        if len(found) + len(more) > MOST_CHOICES:
            return found
        found += more
    return found


def _of_size(open_cases: dict[str, Cases], size: int) -> Iterator[Choice]:
    for names in itertools.combinations(open_cases, size):
        for places in itertools.product(*(range(len(open_cases[name].others)) for name in names)):
            yield tuple(zip(names, places, strict=True))


def _remembering(
    evaluate: Callable[[dict[str, Any]], float], open_cases: dict[str, Cases]
) -> Callable[[Choice], float]:
    """Logarithm of the answer for a choice; each is evaluated once."""
    middle = {name: case.expected for name, case in open_cases.items()}
    known: dict[frozenset[tuple[str, int]], float] = {}

    def at(choice: Choice) -> float:
        key = frozenset(choice)
        if key not in known:
            answers = {name: open_cases[name].others[place] for name, place in choice}
            known[key] = math.log(evaluate({**middle, **answers}))
        return known[key]

    return at
