"""How long a fact is trusted, and what to say of one that is older."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from catalog.records import ApiPrice, Fact, FineTunePrice, Lifecycle, Model, Offer

Kind = Literal["lifecycle", "offer", "moving offer", "price", "fine-tuning price"]

STALE_AFTER_DAYS: Mapping[Kind, int] = {
    "lifecycle": 14,
    "offer": 30,
    "moving offer": 7,
    "price": 60,
    "fine-tuning price": 90,
}
"""Lists of deprecations change monthly, and spot and marketplace prices move by half within two weeks: an H100 at Vast
went from 6.15 to 2.40 dollars an hour in 12 days of 2026. What is not listed does not age: dimensions of a GPU or of
a model, scores."""
TITLES: Mapping[Kind, str] = {
    "lifecycle": "lifecycle",
    "offer": "GPU price",
    "moving offer": "spot or marketplace price",
    "price": "API price",
    "fine-tuning price": "fine-tuning price",
}
MOVING = re.compile(r"spot|bid|interruptible|marketplace|starting at|median")


class Stale(NamedTuple):
    """A fact that is older than its kind is trusted for."""

    kind: Kind
    as_of: date
    days: int
    limit_days: int

    @property
    def message(self) -> str:
        """In words, with the age and the limit in days."""
        return f"{TITLES[self.kind]} of {self.as_of} is {self.days} days old; {self.limit_days} are trusted"


def kind_of(fact: Fact) -> Kind | None:
    """What kind of fact ages in this record; None for one that does not age."""
    if isinstance(fact, Offer):
        return offer_kind(fact)
    kinds: Mapping[type[Fact], Kind] = {
        ApiPrice: "price",
        FineTunePrice: "fine-tuning price",
        Lifecycle: "lifecycle",
    }
    return kinds.get(type(fact))


def offer_kind(offer: Offer) -> Kind:
    """Prices that a market makes move faster than those of a list."""
    return "moving offer" if MOVING.search(f"{offer.tier} {offer.product}".lower()) else "offer"


def stale(fact: Fact, today: date) -> Stale | None:
    """The age of a record that is older than its kind is trusted for, else None; of a model see ``stale_parts``."""
    kind = kind_of(fact)
    return aged(kind, fact.as_of, today) if kind else None


def stale_parts(model: Model, today: date) -> Iterator[Stale]:
    """What has aged of the facts that were joined to a model: its price and its lifecycle."""
    dated: tuple[tuple[Kind, date | None], ...] = (("price", model.price_as_of), ("lifecycle", model.lifecycle_as_of))
    for kind, as_of in dated:
        found = aged(kind, as_of, today) if as_of and model.lifecycle != "retired" else None
        if found:
            yield found


def aged(kind: Kind, as_of: date, today: date) -> Stale | None:
    """A fact of a kind and day, where it is older than is trusted."""
    days, limit = (today - as_of).days, STALE_AFTER_DAYS[kind]
    return Stale(kind, as_of, days, limit) if days > limit else None


def stale_days(kind: Kind, as_of: date, today: date) -> int | None:
    """Age in days of a fact that is older than its kind may be, else None."""
    found = aged(kind, as_of, today)
    return found.days if found else None
