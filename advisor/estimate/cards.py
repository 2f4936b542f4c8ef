"""A GPU in numbers only: what the formulas see, one value or a column of values for each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from advisor.estimate.arithmetic import Number

if TYPE_CHECKING:
    from catalog.records import Gpu

LINKED_GB_S = 300.0
"""From this rate on, the links between the GPUs of a machine carry sharded training."""


@dataclass(frozen=True, slots=True)
class Card:
    """Rates per second, memory in bytes, flags 0 or 1. A card sold with 80 GB has 80 GiB less what ECC and driver take."""

    flops: Number
    """Dense, 16 bit."""
    bandwidth: Number
    memory: Number
    linked: Number
    """Are the GPUs of a machine joined by NVLink or its like."""
    consumer: Number
    fp8: Number
    """Tensor cores with 8-bit floating point."""
    fp4: Number


def card_of(gpu: Gpu, *, fp16_only: bool = False) -> Card | None:
    """A catalog GPU in numbers; None where its 16-bit rate is not published. A card without bf16 runs fp16."""
    first, second = gpu.bf16_dense_tflops, gpu.fp16_dense_tflops
    rate = (second or first) if fp16_only else (first or second)
    if rate is None:
        return None
    family = gpu.architecture.lower()
    return Card(
        flops=rate * 1e12,
        bandwidth=gpu.bandwidth_gb_s * 1e9,
        memory=gpu.memory_gb * 2.0**30,
        linked=float((gpu.nvlink_gb_s or 0.0) >= LINKED_GB_S),
        consumer=float(gpu.segment == "consumer"),
        fp8=float(family.startswith(("ada", "hopper", "blackwell", "cdna3", "cdna4"))),
        fp4=float(family.startswith(("blackwell", "cdna4"))),
    )


def stacked(cards: Sequence[Card]) -> Card:
    """One card whose fields are columns."""
    import numpy as np  # noqa: PLC0415 - one card needs no numpy

    return Card(
        **{field.name: np.array([getattr(card, field.name) for card in cards], float) for field in fields(Card)}
    )
