"""What requests cost at the prices of an API: uncached and cached input, cache writes, output, long requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

MILLION = Decimal(1_000_000)


class Rates(NamedTuple):
    """US dollars per million tokens; without a price of its own, cached or written input costs what input costs."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None


class Tariff(NamedTuple):
    """The rates of an API, and those of requests with more input than a threshold."""

    rates: Rates
    long_from_tokens: int | None = None
    long: Rates | None = None


def standard(priced: object) -> Tariff | None:
    """The tariff of an ``ApiPrice`` or a ``Model``; None where input or output is unpriced."""
    return _tariff(priced, "")


def batch(priced: object) -> Tariff | None:
    """The tariff for requests that may wait; None where none is known."""
    return _tariff(priced, "batch_")


def usd(tariff: Tariff, *, tokens_in: int, tokens_out: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
    """Price of one request: (rest x input + cached x cached + written x written + output x output) / 1e6.

    Beyond the threshold all tokens pay the long rates, as the vendors bill it. ``tokens_in`` holds those that are read
    from the cache or written to it.
    """
    long = tariff.long if tariff.long_from_tokens is not None and tokens_in > tariff.long_from_tokens else None
    rates = long or tariff.rates
    cached = rates.input if rates.cached_input is None else rates.cached_input
    written = rates.input if rates.cache_write is None else rates.cache_write
    rest = tokens_in - cached_tokens - written_tokens
    spent = rest * rates.input + cached_tokens * cached + written_tokens * written + tokens_out * rates.output
    return spent / MILLION


def _tariff(priced: object, prefix: str) -> Tariff | None:
    rates = _rates(priced, prefix)
    if rates is None:
        return None
    start: int | None = getattr(priced, "long_input_from_tokens", None)
    return Tariff(rates, start, _rates(priced, f"{prefix}long_") if start is not None else None)


def _rates(priced: object, prefix: str) -> Rates | None:
    def of(name: str) -> Any:
        return getattr(priced, f"{prefix}{name}_usd_per_mtok", None)

    if of("input") is None or of("output") is None:
        return None
    return Rates(of("input"), of("output"), of("cached_input"), of("cache_write"))
