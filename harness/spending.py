"""What the time worked would have cost at a price."""

from __future__ import annotations

from decimal import Decimal

from harness.protocol import Price

SECONDS_PER_HOUR = 3600
MICRODOLLAR = Decimal("0.000001")


def spent(seconds: float, price: Price | None) -> Decimal | None:
    """US dollars for so many seconds, to the microdollar; None where no price is set."""
    if price is None:
        return None
    return (Decimal(str(seconds)) / SECONDS_PER_HOUR * price.usd_per_hour).quantize(MICRODOLLAR)
