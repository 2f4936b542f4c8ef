"""Money that is in the unit of its column, or looks like another one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from catalog.records import Fact
from catalog.verify import CACHED_PRICE_USD, GPU_HOUR_USD, OUTPUT_TO_INPUT, TOKEN_PRICE_USD

DISCOUNTED = ("cached", "cache_write", "batch", "off_peak")


class UnitFault(NamedTuple):
    """A price that is out of all bounds."""

    field: str
    wrong: str
    allowed: str


def unit_faults(record: Fact) -> Iterator[UnitFault]:
    """Every price of one record that no market asks: a price per thousand tokens, per machine, in cents."""
    for name, value in record:
        if isinstance(value, Decimal):
            yield from _out_of_bounds(name, value)
    yield from _out_of_proportion(
        getattr(record, "input_usd_per_mtok", None), getattr(record, "output_usd_per_mtok", None)
    )


def _out_of_bounds(name: str, value: Decimal) -> Iterator[UnitFault]:
    """Free is a price too: zero passes."""
    bounds = _bounds(name)
    if bounds and value and not bounds[0] <= value <= bounds[1]:
        unit = "GPU and hour" if name == "usd_per_gpu_hour" else "million tokens"
        yield UnitFault(name, f"{value.normalize():f}: another unit?", f"{bounds[0]} to {bounds[1]} dollars per {unit}")


def _bounds(name: str) -> tuple[Decimal, Decimal] | None:
    if name == "usd_per_gpu_hour":
        return GPU_HOUR_USD
    if not name.endswith("usd_per_mtok"):
        return None
    return CACHED_PRICE_USD if name.startswith(DISCOUNTED) else TOKEN_PRICE_USD


def _out_of_proportion(given: Decimal | None, answered: Decimal | None) -> Iterator[UnitFault]:
    low, high = OUTPUT_TO_INPUT
    if given and answered and not low <= answered / given <= high:
        wrong = f"{answered / given:.4g} times the input price: another unit?"
        yield UnitFault("output_usd_per_mtok", wrong, f"{low} to {high} times")
