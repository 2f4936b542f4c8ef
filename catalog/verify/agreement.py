"""Prices of APIs beside a second source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.price_agreement import bundled_agreement
from catalog.verify.problem import Problem


def price_agreement(_: Catalog, __: date) -> Iterator[Problem]:
    """A second source has the same prices, but for the exceptions that are listed with their reason."""
    found = bundled_agreement()
    for one in found.unlisted:
        said = f"{one.field} is {one.library_usd} by genai-prices, {one.second_usd} by the second source"
        yield Problem("error", one.id, f"{said}, and no exception is listed")
    for past in found.outdated:
        yield Problem("warning", past.id, f"its exception on {past.field} in price_exceptions.csv holds no longer")
