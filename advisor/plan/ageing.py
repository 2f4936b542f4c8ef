"""What of a plan rests on facts that have had time to change, each with its age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.records import Model, Offer
from catalog.staleness import stale, stale_parts


def stale_facts(offer: Offer, model: Model, api: Model | None, today: date) -> tuple[str, ...]:
    """A sentence for each fact of one offer's plan that is older than its kind is trusted for."""
    return tuple(_told(offer, model, api, today))


def _told(offer: Offer, model: Model, api: Model | None, today: date) -> Iterator[str]:
    old = stale(offer, today)
    if old:
        yield f"{offer.provider} {offer.tier}: {old.message}"
    for one in (model, api):
        if one is not None:
            yield from (f"{one.id}: {part.message}" for part in stale_parts(one, today))
