"""What GPUs are rented for, at the least. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog.staleness import stale

if TYPE_CHECKING:
    from catalog.load import Catalog
    from catalog.records import Gpu


def lowest_rents(facts: Catalog, gpus: Iterable[Gpu], today: date) -> Mapping[str, Decimal | None]:
    """By GPU the least that an hour costs, in US dollars, spot markets included, by offers no older than is trusted.

    Where all are older, by those; where nobody offers it but from memory, None.
    """
    found: dict[str, Decimal | None] = {}
    for gpu in gpus:
        seen = [offer for offer in facts.offers_for(gpu.id) if not offer.recalled]
        fresh = [offer for offer in seen if stale(offer, today) is None]
        found[gpu.id] = min((offer.usd_per_gpu_hour for offer in fresh or seen), default=None)
    return found
