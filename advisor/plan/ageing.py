"""What of a plan rests on facts that have had time to change, each with its age."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from catalog.records import Model, Offer
from catalog.staleness import stale, stale_parts


def stale_facts(
    offer: Offer, model: Model, api: Model | None, today: date, *, beside: Offer | None = None
) -> tuple[str, ...]:
    """A sentence for each fact of one offer's plan that is older than its kind is trusted for, of what stands beside it too."""
    return tuple(_told((offer, beside), (model, api), today))


def _told(offers: Iterable[Offer | None], models: Iterable[Model | None], today: date) -> Iterator[str]:
    for offer in dict.fromkeys(one for one in offers if one is not None):
        old = stale(offer, today)
        if old:
            yield f"{offer.provider} {offer.tier}: {old.message}"
    for one in models:
        if one is not None:
            yield from (f"{one.id}: {part.message}" for part in stale_parts(one, today))
