"""What a request and a month of requests cost, from prices per million tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from catalog.records import Model

HOURS_PER_MONTH = 730
"""365 days of 24 hours over 12 months."""
DAYS_PER_MONTH = Decimal(365) / 12
MILLION = Decimal(1_000_000)
WARM_REQUESTS_PER_DAY = 288
"""One request in five minutes keeps a prompt cache of the usual five-minute life warm; below that nothing is cached."""


class TokenPrices(NamedTuple):
    """US dollars per million tokens; None is unknown."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    long_from_tokens: int | None = None
    long_input: Decimal | None = None
    long_output: Decimal | None = None


def token_prices(model: Model) -> TokenPrices | None:
    """The prices of a catalog model, or None where input or output is unpriced."""
    if model.input_usd_per_mtok is None or model.output_usd_per_mtok is None:
        return None
    return TokenPrices(
        model.input_usd_per_mtok,
        model.output_usd_per_mtok,
        model.cached_input_usd_per_mtok,
        model.long_input_from_tokens,
        model.long_input_usd_per_mtok,
        model.long_output_usd_per_mtok,
    )


def usd_per_request(prices: TokenPrices, *, tokens_in: int, tokens_out: int, cached_tokens: int = 0) -> Decimal:
    """(fresh input x input price + cached input x cached price + output x output price) / 1e6.

    Input beyond the long-context threshold pays the long prices for all of its tokens, as the vendors bill it.
    """
    long = prices.long_from_tokens is not None and tokens_in > prices.long_from_tokens
    input_price = prices.long_input if long and prices.long_input is not None else prices.input
    output_price = prices.long_output if long and prices.long_output is not None else prices.output
    cached = min(cached_tokens, tokens_in) if prices.cached_input is not None and not long else 0
    spent = (tokens_in - cached) * input_price + cached * (prices.cached_input or 0) + tokens_out * output_price
    return spent / MILLION


def monthly_usd(usd: Decimal, *, requests_per_day: float) -> Decimal:
    """A month of requests, in US dollars and cents."""
    return (usd * Decimal(str(requests_per_day)) * DAYS_PER_MONTH).quantize(Decimal("0.01"))


def cached_tokens(prefix_tokens: int | None, requests_per_day: float) -> int:
    """How much of a request a prompt cache can be counted on to serve."""
    return prefix_tokens or 0 if requests_per_day >= WARM_REQUESTS_PER_DAY else 0
