"""What APIs cost: asked of the library ``genai-prices`` when it is needed, and remembered until a price changes.

Importing the library takes 0.24 s, so that its answers are kept in the user's cache folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from importlib import metadata

from catalog import price_cache
from catalog.price_agreement import confirmed, second_prices
from catalog.records import ApiPrice

LIBRARY = "genai-prices"


def quote(ids: Iterable[str], day: date | datetime | None = None) -> dict[str, ApiPrice]:
    """The prices in force of API models by id (``provider/name``); a model without a known price is left out.

    A day (None is today) gives the price of its dearest hours, with that of its cheapest as off-peak; a moment gives
    the price of that moment. Prices that a second source has too are verified, the others sourced.
    """
    asked = tuple(dict.fromkeys(ids))
    when = date.today() if day is None else day  # noqa: DTZ011 - the user's own day
    if isinstance(when, datetime):
        return _computed(asked, when)
    return _remembered(asked, when)


def _remembered(asked: tuple[str, ...], day: date) -> dict[str, ApiPrice]:
    """From the cache what is there; what is not is computed and put there, unpriced models too."""
    version = metadata.version(LIBRARY)
    known = price_cache.read(version, day)
    missing = [name for name in asked if name not in known]
    if missing:
        found = _computed(missing, day)
        known |= {name: found.get(name) for name in missing}
        price_cache.write(version, _span(day), known)
    return {name: price for name in asked if (price := known[name]) is not None}


def _computed(asked: Iterable[str], when: date | datetime) -> dict[str, ApiPrice]:
    from catalog.price_library import prices  # noqa: PLC0415 - the library takes 0.24 s to import

    second = {one.id: one for one in second_prices()}
    return {name: confirmed(price, second.get(name)) for name, price in prices(asked, when).items()}


def _span(day: date) -> tuple[date, date]:
    from catalog.price_library import span  # noqa: PLC0415 - the same

    return span(day)
