"""Machines that can serve a model, and how fast: the estimator's answer for each kind, asked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple, Protocol

from advisor.errors import BadInput
from advisor.estimate import predict
from advisor.estimate.gpus import resolve
from advisor.plan.work import Amounts, serving_spec
from advisor.shortlist.hosting import FAST_LINK_GB_S, GPU_COUNTS, PER_GPU_PRODUCTS
from catalog.records import FineTunePrice, Gpu, Lifecycle, Model, Offer, Platform, PlatformFact
from harness.protocol import Range as Span

OUTDATED_DAYS = 180
"""Older prices count only where there is no other."""
NOT_RENTED = ("spot", "bid", "median", "starting at")
"""Tiers that can be taken away, or that are a statistic."""


class Facts(Protocol):
    """What the comparison needs of the catalog."""

    @property
    def models(self) -> tuple[Model, ...]:
        """Known models."""

    @property
    def built_models(self) -> tuple[Model, ...]:
        """The same without history and scores."""

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """Known GPUs."""

    @property
    def current_offers(self) -> tuple[Offer, ...]:
        """The newest observation of every offer."""

    @property
    def finetune_prices(self) -> tuple[FineTunePrice, ...]:
        """Hosted fine-tuning."""

    @property
    def lifecycle(self) -> tuple[Lifecycle, ...]:
        """Announced ends."""

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Places to serve."""

    @property
    def platform_facts(self) -> tuple[PlatformFact, ...]:
        """What is known of them."""


class Rates(NamedTuple):
    """Output tokens a second of one machine; None where it cannot be told."""

    busy: Span
    """Many requests side by side."""
    alone: Span
    """One request."""


class Machine(NamedTuple):
    """An offer, how many of its GPUs serve as one, and their speed."""

    offer: Offer
    gpu: Gpu
    gpus: int
    rates: Rates

    @property
    def what(self) -> str:
        """In words."""
        return f"{self.gpus} x {self.gpu.name}, {self.offer.provider} {self.offer.tier}"


class Yard:
    """All machines that hold the model; each kind is estimated when it is first asked for."""

    def __init__(self, model: Model, todo: Amounts, facts: Facts) -> None:
        self.model, self.todo, self._facts = model, todo, facts
        self._cards = {card.id: card for card in facts.gpus}
        self._seen: dict[tuple[str, int], Rates | None] = {}

    def machines(self, offers: Iterable[Offer]) -> Iterator[Machine]:
        """Of each offer the fewest GPUs that hold the model."""
        for offer in offers:
            card = self._cards.get(offer.gpu_id)
            if card is None or not rentable(offer):
                continue
            found = next(((count, rates) for count in counts(offer, card) if (rates := self.rates(card, count))), None)
            if found:
                yield Machine(offer, card, *found)

    def named(self, word: str) -> tuple[Gpu, int, Rates] | None:
        """The card that a host means by ``H100``, the fewest of it that hold the model, and their speed."""
        try:
            card, _ = resolve(word, tuple(self._cards.values()))
        except BadInput:
            return None
        found = ((count, rates) for count in GPU_COUNTS if (rates := self.rates(card, count)))
        return next(((card, count, rates) for count, rates in found), None)

    def rates(self, card: Gpu, count: int) -> Rates | None:
        """How fast so many of a card serve; None where they do not hold the model or nothing can be told."""
        key = (card.id, count)
        if key not in self._seen:
            self._seen[key] = self._estimate(card, count)
        return self._seen[key]

    def _estimate(self, card: Gpu, count: int) -> Rates | None:
        busy = predict(serving_spec(self.model, card, count, todo=self.todo), self._facts)
        if busy.output_tokens_per_second is None or not busy.fits:
            return None
        alone = predict(serving_spec(self.model, card, count, todo=self.todo, concurrency=1), self._facts)
        return Rates(busy.output_tokens_per_second, alone.output_tokens_per_second or busy.output_tokens_per_second)


def rentable(offer: Offer) -> bool:
    """Whether a machine can be had at that price for as long as one wants."""
    return not any(word in offer.tier.lower() for word in NOT_RENTED)


def counts(offer: Offer, card: Gpu) -> tuple[int, ...]:
    """How many GPUs of an offer can serve as one: powers of two where they are sold one by one, two without a fast link."""
    if offer.gpu_count > 1 or offer.product not in PER_GPU_PRODUCTS:
        return (offer.gpu_count,)
    return GPU_COUNTS if (card.nvlink_gb_s or 0) >= FAST_LINK_GB_S else GPU_COUNTS[:2]


def is_outdated(as_of: date, today: date) -> bool:
    """Whether a price is so old that any other is better."""
    return (today - as_of).days > OUTDATED_DAYS
