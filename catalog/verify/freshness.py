"""Facts that have had time to change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.records import FineTunePrice, Offer
from catalog.staleness import stale, stale_parts
from catalog.verify.problem import Problem

OVER = ("superseded", "not_offered", "shut_down", "deprecated")
"""States of hosted fine-tuning in which its price no longer matters."""


def staleness(catalog: Catalog, today: date) -> Iterator[Problem]:
    """Offers, prices of training that is still sold, and the price and state of models; see ``catalog.staleness``."""
    dated: list[Offer | FineTunePrice] = [*catalog.current_offers]
    dated += [price for price in catalog.finetune_prices if price.status not in OVER]
    for record in dated:
        old = stale(record, today)
        if old:
            yield Problem("warning", record.id, old.message)
    for model in catalog.models:
        yield from (Problem("warning", model.id, old.message) for old in stale_parts(model, today))
