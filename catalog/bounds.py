"""Figures that are in the unit of their column, or look like another one: what ``catalog.verify`` asks of all, of one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.records import Fact
from catalog.verify.limits import (
    BANDWIDTH_GB_S,
    CACHED_PRICE_USD,
    GPU_HOUR_USD,
    MEMORY_GB,
    NVLINK_GB_S,
    OUTPUT_TO_INPUT,
    TOKEN_PRICE_USD,
    TRAINING_HOUR_USD,
    TRAINING_PRICE_USD,
    WATTS,
)

BOUNDS: Mapping[str, tuple[Any, Any]] = {
    "usd_per_gpu_hour": GPU_HOUR_USD,
    "train_usd_per_mtok": TRAINING_PRICE_USD,
    "train_high_usd_per_mtok": TRAINING_PRICE_USD,
    "train_usd_per_hour": TRAINING_HOUR_USD,
    "memory_gb": MEMORY_GB,
    "bandwidth_gb_s": BANDWIDTH_GB_S,
    "nvlink_gb_s": NVLINK_GB_S,
    "tdp_w": WATTS,
}
DISCOUNTED = ("cached", "cache_write", "batch", "off_peak")


class UnitFault(NamedTuple):
    """A figure that is out of all bounds."""

    field: str
    wrong: str
    allowed: str


def unit_faults(record: Fact) -> Iterator[UnitFault]:
    """Every figure of one record that is most likely in another unit: a price per thousand tokens, memory in megabytes."""
    for name, value in record:
        bounds = _bounds(name)
        if bounds and value is not None and not bounds[0] <= value <= bounds[1]:
            yield UnitFault(name, f"{_plain(value)}: another unit?", f"{bounds[0]} to {bounds[1]} {_unit(name)}")
    given, answered = getattr(record, "input_usd_per_mtok", None), getattr(record, "output_usd_per_mtok", None)
    if given and answered:
        yield from _out_of_proportion(answered / given)


def _bounds(name: str) -> tuple[Any, Any] | None:
    if name.endswith("usd_per_mtok") and name not in BOUNDS:
        return CACHED_PRICE_USD if name.startswith(DISCOUNTED) else TOKEN_PRICE_USD
    return BOUNDS.get(name)


def _unit(name: str) -> str:
    units = {"usd_per_mtok": "dollars per million tokens", "usd_per_gpu_hour": "dollars per GPU and hour"}
    return next((unit for end, unit in units.items() if name.endswith(end)), "in the unit of its name")


def _out_of_proportion(ratio: Decimal) -> Iterator[UnitFault]:
    low, high = OUTPUT_TO_INPUT
    if not low <= ratio <= high:
        yield UnitFault(
            "output_usd_per_mtok", f"{float(ratio):.4g} times the input price: another unit?", f"{low} to {high} times"
        )


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:.12g}"
