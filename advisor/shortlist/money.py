"""What a request and a month of requests cost, from prices per million tokens."""

from __future__ import annotations

from decimal import Decimal

from catalog import tariff

HOURS_PER_MONTH = 730
"""365 days of 24 hours over 12 months."""
DAYS_PER_MONTH = Decimal(365) / 12
WARM_REQUESTS_PER_DAY = 288
"""One request in five minutes keeps a prompt cache of the usual five-minute life warm; below that nothing is cached."""


def usd_per_request(prices: tariff.Tariff, *, tokens_in: int, tokens_out: int, cached_tokens: int = 0) -> Decimal:
    """Fresh input, cached input and output at their prices; never more cached than there is input.

    Input beyond the long-context threshold pays the long prices for all of its tokens, as the vendors bill it.
    """
    return tariff.usd(prices, tokens_in=tokens_in, tokens_out=tokens_out, cached_tokens=min(cached_tokens, tokens_in))


def monthly_usd(usd: Decimal, *, requests_per_day: float) -> Decimal:
    """A month of requests, in US dollars and cents."""
    return (usd * Decimal(str(requests_per_day)) * DAYS_PER_MONTH).quantize(Decimal("0.01"))


def cached_tokens(prefix_tokens: int | None, requests_per_day: float) -> int:
    """How much of a request a prompt cache can be counted on to serve."""
    return prefix_tokens or 0 if requests_per_day >= WARM_REQUESTS_PER_DAY else 0
