"""Prices of APIs as the library ``genai-prices`` gives them for a moment. Importing this module takes 0.24 s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from genai_prices import __version__
from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from catalog.records import ApiPrice

BATCH = {"processing": "batch"}
FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}
"""Ours to the library's; writes are those that a cache keeps for its usual five minutes."""
BEYOND = 10**12
"""Tokens in a request beyond every threshold: of several steps the last is taken from the first on, never too little."""
CHECKED = re.compile(r"(?:verified|checked)\b[^.;]*?(\d{4}-\d\d-\d\d)", re.IGNORECASE)


class _Entry(NamedTuple):
    """A model of the library."""

    provider: Provider
    model: ModelInfo


def prices(ids: Iterable[str], when: date | datetime) -> dict[str, ApiPrice]:
    """Of each ``provider/name`` that the library prices, what was in force; the others are left out.

    A day means the dearest hours of it, with the cheapest beside them as off-peak; a moment means that moment (UTC
    where it names no zone).
    """
    found = ((name, entry, _price(name, entry, when)) for name in ids if (entry := _entry(name)))
    return {name: price for name, _, price in found if price is not None}


def _entry(name: str) -> _Entry | None:
    """By the library's own id, else by the names that it knows an API to answer to."""
    vendor, _, ref = name.partition("/")
    provider = find_provider_by_id(get_snapshot().providers, vendor)
    if provider is None or not ref:
        return None
    model = next((one for one in provider.models if one.id == ref), None) or provider.find_model(ref.lower())
    return _Entry(provider, model) if model else None


def _price(name: str, entry: _Entry, when: date | datetime) -> ApiPrice | None:
    dear, cheap = _extremes(entry.model, when)
    standard = entry.model.get_prices(dear)
    base = _rates(standard, 0)
    if base["input"] is None or base["output"] is None:
        return None
    start = _threshold(standard)
    off_peak = entry.model.get_prices(cheap)
    return ApiPrice.model_validate({
        "id": name,
        "source": _source(entry.provider),
        "as_of": _as_of(entry.model, dear),
        "confidence": "sourced",
        "long_input_from_tokens": start,
        "note": _note(name, entry, when),
        **_named("", base),
        **(_named("long_", _rates(standard, BEYOND)) if start is not None else {}),
        **_batch(entry.model, dear, start),
        **(_named("off_peak_", _rates(off_peak, 0) | {"cache_write": None}) if off_peak != standard else {}),
    })  # fmt: skip


def _named(prefix: str, rates: dict[str, Decimal | None]) -> dict[str, Decimal]:
    return {f"{prefix}{name}_usd_per_mtok": price for name, price in rates.items() if price is not None}


def _batch(model: ModelInfo, when: datetime, start: int | None) -> dict[str, Decimal]:
    """Of requests that may wait; nothing where the library lists no price of their own for input and output."""
    priced = model.get_prices(when, BATCH)
    changed = _rates(priced, 0) != _rates(model.get_prices(when), 0)
    if not changed:
        return {}
    long = _named("batch_long_", _rates(priced, BEYOND)) if start is not None else {}
    return _named("batch_", _rates(priced, 0)) | long


def _rates(price: ModelPrice, tokens_in: int) -> dict[str, Decimal | None]:
    """What each kind of token costs in a request with that much input.

    The library lists no free model; a price of 0 from it would be a gap or a trial, and counts as unknown.
    """
    return {ours: _at(getattr(price, theirs), tokens_in) or None for ours, theirs in FIELDS.items()}


def _at(price: Decimal | TieredPrices | None, tokens_in: int) -> Decimal | None:
    """A tier holds for every token of a request with more input than its start."""
    if not isinstance(price, TieredPrices):
        return price
    return next((tier.price for tier in reversed(price.tiers) if tokens_in > tier.start), price.base)


def _threshold(price: ModelPrice) -> int | None:
    """Where the first tier starts."""
    tiered = (getattr(price, theirs) for theirs in FIELDS.values())
    return min((tier.start for one in tiered if isinstance(one, TieredPrices) for tier in one.tiers), default=None)


def _extremes(model: ModelInfo, when: date | datetime) -> tuple[datetime, datetime]:
    """The moment itself, or of a day the dearest and the cheapest; second always the cheapest of the day."""
    moments = [datetime.combine(when, at, UTC) for at in sorted(_changes(model))]
    ordered = sorted(moments, key=lambda moment: _sum(model.get_prices(moment)))
    if isinstance(when, datetime):
        return (when if when.tzinfo else when.replace(tzinfo=UTC)), ordered[0]
    return ordered[-1], ordered[0]


def _changes(model: ModelInfo) -> set[time]:
    """Times of the day (UTC) at which prices may change."""
    return {time(0), *(_utc(at) for window in _windows(model) for at in (window.start_time, window.end_time))}


def _windows(model: ModelInfo) -> list[TimeOfDateConstraint]:
    """Hours of the day that have a price of their own."""
    limits = [one.constraint for one in model.prices] if isinstance(model.prices, list) else []
    return [limit for limit in limits if isinstance(limit, TimeOfDateConstraint)]


def _utc(at: time) -> time:
    return datetime.combine(date(2000, 1, 1), at, at.tzinfo or UTC).astimezone(UTC).time()


def _sum(price: ModelPrice) -> Decimal:
    rates = _rates(price, 0)
    return (rates["input"] or Decimal(0)) + (rates["output"] or Decimal(0))


# ------------------------------------------------------------------------------------------------ where it is from


def _source(provider: Provider) -> str:
    page = provider.pricing_urls[0] if provider.pricing_urls else provider.name
    return f"{page} through genai-prices {__version__}"


def _as_of(model: ModelInfo, moment: datetime) -> date:
    """The newest day for which the library vouches: its own check of this price, else of any."""
    day = moment.astimezone(UTC).date()
    checked = [one for one in _checked(model) if one <= day]
    return max([*checked, *(one for one in _starts(model) if one <= day)]) if checked else min(day, edition())


def _checked(model: ModelInfo) -> Iterator[date]:
    for found in CHECKED.findall(model.price_comments or ""):
        yield date.fromisoformat(found)


def _starts(model: ModelInfo) -> Iterator[date]:
    for one in model.prices if isinstance(model.prices, list) else ():
        if isinstance(one.constraint, StartDateConstraint):
            yield one.constraint.start_date


@cache
def edition() -> date:
    """The newest day on which any price of the library was checked; it carries no date of its own."""
    return max(day for model in _every_model() for day in _checked(model))


def span(day: date) -> tuple[date, date]:
    """The first and the last day, around a day, on which every price is what it is on that day."""
    changes = sorted({edition()}.union(*(_days(model) for model in _every_model())))
    if day < edition():
        return day, day
    later = next((change for change in changes if change > day), None)
    return max(change for change in changes if change <= day), later - timedelta(days=1) if later else date.max


def _every_model() -> Iterator[ModelInfo]:
    return (model for provider in get_snapshot().providers for model in provider.models)


def _days(model: ModelInfo) -> Iterator[date]:
    """On which something of a model changes."""
    yield from _checked(model)
    yield from _starts(model)
    for variant in model.price_variants or ():
        if isinstance(variant.constraint, StartDateConstraint):
            yield variant.constraint.start_date


def _steps(price: ModelPrice) -> int:
    """How many prices for long requests there are."""
    tiered = (getattr(price, theirs) for theirs in FIELDS.values())
    return max((len(one.tiers) for one in tiered if isinstance(one, TieredPrices)), default=0)


def _note(name: str, entry: _Entry, when: date | datetime) -> str | None:
    told = []
    if name.partition("/")[2].lower() != entry.model.id.lower():
        told.append(f"priced as {entry.provider.id}/{entry.model.id}")
    windows = _peak(entry.model) if not isinstance(when, datetime) else ""
    if windows:
        told.append(f"the price from {windows} UTC; less outside")
    if _steps(entry.model.get_prices(_extremes(entry.model, when)[0])) > 1:
        told.append("the long price is that of its longest requests; it rises in several steps")
    if entry.model.deprecated:
        told.append("deprecated, says the library")
    return "; ".join(told) or None


def _peak(model: ModelInfo) -> str:
    return " and ".join(f"{window.start_time:%H:%M} to {window.end_time:%H:%M}" for window in _windows(model))
