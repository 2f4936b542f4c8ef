"""Money from quantities: rounding, the price of a request, and where two ways of serving cost the same.

Amounts are rounded half up to 4 places when a component is priced; totals are sums of rounded components, so they
add up to the last digit. Prices per request keep 8 places inside and 6 when shown.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

DAYS_PER_MONTH = Decimal(365) / Decimal(12)
HOURS_PER_MONTH = Decimal(730)
"""365 days x 24 hours / 12."""
MILLION = Decimal(1_000_000)
AMOUNT_PLACES = Decimal("0.0001")
REQUEST_PLACES = Decimal("0.000001")
QUANTITY_PLACES = Decimal("0.000001")


def rounded(amount: Decimal, places: Decimal = AMOUNT_PLACES) -> Decimal:
    """Half up, to four places unless told otherwise."""
    return amount.quantize(places, rounding=ROUND_HALF_UP)


def as_quantity(value: float) -> Decimal:
    """A physical quantity as the decimal that it is multiplied as: six places."""
    return rounded(Decimal(repr(float(value))), QUANTITY_PLACES)


def amount(quantity: float, unit_price_usd: Decimal | None) -> Decimal | None:
    """Quantity times unit price; without a price there is no amount."""
    return None if unit_price_usd is None else rounded(as_quantity(quantity) * unit_price_usd)


def request_usd(
    *, tokens_in: int, tokens_out: int, input_usd_per_mtok: Decimal, output_usd_per_mtok: Decimal
) -> Decimal:
    """US dollars of one request by API, unrounded: input and output tokens at their prices per million."""
    return (tokens_in * input_usd_per_mtok + tokens_out * output_usd_per_mtok) / MILLION


def break_even_requests_per_day(self_host_usd_per_month: Decimal, api_usd_per_request: Decimal) -> Decimal | None:
    """Requests per day r with ``r x 365/12 x api_usd_per_request = self_host_usd_per_month``; None at a free API."""
    if api_usd_per_request <= 0:
        return None
    return self_host_usd_per_month / (DAYS_PER_MONTH * api_usd_per_request)
