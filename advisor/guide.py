"""Today's value beside each cell of the guide's tables, computed from the facts that plans are made from.

A cell names how: ``price openai/gpt-4o input``, ``month runpod``. A recipe gives text and how far it is to be trusted,
or None where the facts say nothing: unknown is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from advisor.cost import HOURS_PER_MONTH
from advisor.estimate import predict
from advisor.plan.spans import exactly
from advisor.plan.text import usd
from advisor.plan.work import Amounts, foresee, serving_spec
from advisor.platforms.hosted import tariffs, training_usd
from advisor.platforms.machines import Facts, is_outdated, rentable
from advisor.platforms.sheet import sheet
from advisor.platforms.text import minutes
from advisor.records import Frozen
from advisor.shortlist.hosting import BYTES_PER_PARAMETER
from catalog.records import Confidence, Fact, Gpu, GuideCell, Model, Offer

EXAMPLES, TOKENS_PER_EXAMPLE, EPOCHS = 5000, 512, 3
"""The guide recommends up to 5,000 examples and 2 to 5 epochs, and says nothing of their length."""
REFERENCE_GPU = "h100-sxm"
LLM_GPU_GB = 16
"""The least memory on which a model of the guide's smallest size is served."""


class Today(NamedTuple):
    """A value of today, and what it rests on."""

    text: str
    rests_on: tuple[Fact, ...] = ()


class Beside(Frozen):
    """A cell of the guide with today's value beside it."""

    cell: GuideCell
    today_value: str | None
    """None is unknown."""
    confidence: Confidence
    """The least of the cell's own and of what today's value rests on."""
    as_of: date
    """Of the oldest fact that today's value rests on."""


def beside(cells: Iterable[GuideCell], facts: Facts, *, today: date) -> tuple[Beside, ...]:
    """Every cell with today's value."""
    desk = Desk(facts, today)
    return tuple(_beside(cell, desk) for cell in cells)


def _beside(cell: GuideCell, desk: Desk) -> Beside:
    found = desk.answer(cell.computed_by) if cell.computed_by else None
    parts = [part for part in (found.text if found else None, cell.today_value) if part]
    rests_on = (cell, *(found.rests_on if found else ()))
    weakest = max(rests_on, key=lambda fact: ORDER.index(fact.confidence))
    return Beside(
        cell=cell, today_value="; ".join(parts) or None, confidence=weakest.confidence,
        as_of=min(fact.as_of for fact in rests_on),
    )  # fmt: skip


ORDER: tuple[Confidence, ...] = ("verified", "sourced", "recalled", "judgement")


class Desk:
    """Answers recipes from one set of facts on one day."""

    def __init__(self, facts: Facts, today: date) -> None:
        self.facts, self.today = facts, today
        self._models = {model.id: model for model in facts.models}

    def answer(self, recipe: str) -> Today | None:
        """What a recipe gives; None where the facts do not say."""
        name, *rest = recipe.split()
        return RECIPES[name](self, *rest)

    def model(self, name: str) -> Model | None:
        """A model by id."""
        return self._models.get(name)

    def rented(self, pairs: str) -> Iterator[Offer]:
        """Offers of provider/product pairs on which a model of the guide can be served; those of half a year and newer."""
        cards = {card.id: card for card in self.facts.gpus if card.memory_gb >= LLM_GPU_GB}
        for offer in self.facts.current_offers:
            named = f"{offer.provider}/{offer.product}" in pairs.split(";")
            if named and rentable(offer) and offer.gpu_id in cards and not is_outdated(offer.as_of, self.today):
                yield offer


def price(desk: Desk, name: str, part: str) -> Today | None:
    """``$2.50 per 1M tokens``; unpriced where nobody quotes it."""
    model = desk.model(name)
    found = getattr(model, f"{part}_usd_per_mtok") if model else None
    if model is None or found is None:
        return None
    over = model.shutdown_date is not None and model.shutdown_date <= desk.today
    past = "while it lived: " if over else ""
    return Today(f"{past}{usd(found)} per 1M tokens = ${found / 1000:f} per 1K ({model.price_as_of})", (model,))


def life(desk: Desk, name: str) -> Today | None:
    """State, end and replacement."""
    model = desk.model(name)
    if model is None:
        return None
    ended = model.shutdown_date is not None and model.shutdown_date <= desk.today
    end = f", {'shut down' if ended else 'shuts down'} {model.shutdown_date}" if model.shutdown_date else ""
    heir = f", replaced by {model.replacement}" if model.replacement else ""
    return Today(f"{model.lifecycle.replace('_', ' ')}{end}{heir}", (model,))


def context(desk: Desk, name: str) -> Today | None:
    """Native and extended tokens."""
    model = desk.model(name)
    if model is None or model.native_context_tokens is None:
        return None
    extended = model.extended_context_tokens
    more = f"; {extended:,} by {model.extended_context_note}" if extended else ""
    return Today(f"{model.native_context_tokens:,} native{more}", (model,))


def contexts(desk: Desk, vendor: str) -> Today | None:
    """The span of a vendor's open models."""
    found = [one for one in desk.facts.models if one.id.startswith(f"{vendor}/") and one.native_context_tokens]
    if not found:
        return None
    sizes = [one.native_context_tokens or 0 for one in found]
    return Today(f"{min(sizes):,} to {max(sizes):,} over {len(found)} models", tuple(found))


def tuning(desk: Desk, name: str) -> Today | None:
    """Whether and where it can be tuned."""
    model = desk.model(name)
    if model is None or model.fine_tunable == "unknown":
        return None
    words = {
        "self_host": "yes, on hardware of one's own or rented",
        "hosted": "yes, by API",
        "closing": "closing",
        "no": "no",
    }
    note = f": {model.fine_tune_note}" if model.fine_tune_note else ""
    return Today(words[model.fine_tunable] + note, (model,))


def licence(desk: Desk, name: str) -> Today | None:
    """Licence and whether it may be used commercially."""
    model = desk.model(name)
    if model is None or model.license is None:
        return None
    return Today(f"{model.license}, commercial use: {model.commercial_use}", (model,))


def cheapest(desk: Desk, _: str) -> Today | None:
    """The API with the lowest price for four tokens in and one out."""
    priced = [
        (4 * one.input_usd_per_mtok + one.output_usd_per_mtok, one.id, one)
        for one in desk.facts.models
        if one.kind == "api" and one.lifecycle == "current" and one.input_usd_per_mtok and one.output_usd_per_mtok
    ]
    if not priced:
        return None
    best = min(priced)[2]
    return Today(
        f"cheapest current API: {best.id}, ${best.input_usd_per_mtok:f} in, ${best.output_usd_per_mtok:f} out per 1M",
        (best,),
    )


def platform(desk: Desk, name: str) -> Today | None:
    """What it is."""
    found = next((one for one in desk.facts.platforms if one.id == name), None)
    return Today(f"{found.name}: {', '.join(found.kinds)}", (found,)) if found else None


def setup(desk: Desk, name: str) -> Today | None:
    """Time until the first answer."""
    own = sheet(name, desk.facts.platform_facts)
    fact, span = own.find("setup_minutes"), own.span("setup_minutes")
    return Today(minutes(span, recalled=False), (fact,)) if fact and span else None


def scalability(desk: Desk, name: str) -> Today | None:
    """How it grows."""
    fact = sheet(name, desk.facts.platform_facts).find("scalability")
    return Today(fact.text, (fact,)) if fact and fact.text else None


def month(desk: Desk, name: str) -> Today | None:
    """One GPU around the clock, from the cheapest to the dearest kind, with the control plane where there is one."""
    own = sheet(name, desk.facts.platform_facts)
    pairs = ";".join(own.word("offers", mode) or "" for mode in own.modes)
    found = sorted(desk.rented(pairs), key=lambda one: (one.usd_per_gpu_hour * one.gpu_count, one.id))
    if not found:
        return None
    plane = own.find("control_plane_usd_per_hour")
    beside_it = plane.low * HOURS_PER_MONTH if plane and plane.low is not None else Decimal(0)
    low, high = (one.usd_per_gpu_hour * one.gpu_count * HOURS_PER_MONTH + beside_it for one in (found[0], found[-1]))
    rests_on = (found[0], found[-1], *((plane,) if plane else ()))
    return Today(f"{usd(low)} ({found[0].gpu_id}) to {usd(high)} ({_machine(found[-1])}) a month always on", rests_on)


def size(desk: Desk, name: str) -> Today | None:
    """Parameters of the model that stands for it."""
    model = desk.model(name)
    return Today(f"{model.name}, {model.total_params / 1e9:.3g}B", (model,)) if model and model.total_params else None


def gpu_hours(desk: Desk, name: str) -> Today | None:
    """GPU hours of the run itself on an H100, an 80 % range."""
    found = _trained(desk, name)
    if found is None:
        return None
    hours, _, facts = found
    return Today(f"{hours[0]:.2g} to {hours[1]:.2g} on H100s", facts)


def train_usd(desk: Desk, name: str) -> Today | None:
    """The run on rented H100s, and at the hosts that train it."""
    model, found = desk.model(name), _trained(desk, name)
    if model is None or found is None:
        return None
    (low, high), offer, facts = found
    rented = (
        f"{usd(_money(low, offer))} to {usd(_money(high, offer))} on H100s at {usd(offer.usd_per_gpu_hour)} an hour"
    )
    hosts = tariffs(model, desk.facts.finetune_prices, desk.facts.lifecycle, until=desk.today).open
    priced = [(spent.expected, host) for host in hosts if (spent := training_usd(host, amounts()))]
    if not priced:
        return Today(rented, facts)
    cost, host = min(priced, key=lambda pair: (pair[0], pair[1].id))
    return Today(f"{rented}; {usd(cost)} at {host.provider}", (*facts, host))


def run_hours(desk: Desk, name: str) -> Today | None:
    """The training run on one H100."""
    found = _trained(desk, name)
    return (
        Today(f"the run itself: {found[0][0]:.2g} to {found[0][1]:.2g} hours on an H100", found[2]) if found else None
    )


def batching(desk: Desk, name: str) -> Today | None:
    """Throughput of many requests over that of one."""
    model, card = desk.model(name), _card(desk, REFERENCE_GPU)
    if model is None or card is None:
        return None
    many = predict(serving_spec(model, card, 1, todo=amounts()), desk.facts).output_tokens_per_second
    one = predict(serving_spec(model, card, 1, todo=amounts(), concurrency=1), desk.facts).output_tokens_per_second
    if many is None or one is None:
        return None
    return Today(f"about {many.expected / one.expected:.0f} times on an H100", (model, card))


def self_host(desk: Desk, name: str) -> Today | None:
    """Price of a million output tokens on the cheapest GPU: one user at a time, and near saturation."""
    model = desk.model(name)
    if model is None or not model.total_params:
        return None
    weights_gb = BYTES_PER_PARAMETER * model.total_params / 1e9
    cards = {card.id: card for card in desk.facts.gpus if card.memory_gb * 0.9 > weights_gb}
    offers = [one for one in desk.facts.current_offers if _single(one, desk) and one.gpu_id in cards]
    costs = [(cost, offer) for offer in offers if (cost := _per_million(desk, model, offer, 32))]
    if not costs:
        return None
    busy, offer = min(costs, key=lambda pair: (pair[0], pair[1].id))
    alone = _per_million(desk, model, offer, 1)
    text = f"{usd(busy)} per 1M output tokens with 32 requests at once"
    more = (
        f", {usd(alone)} with one ({offer.gpu_id}, {offer.provider}, {usd(offer.usd_per_gpu_hour)} an hour)"
        if alone
        else ""
    )
    return Today(text + more, (offer, cards[offer.gpu_id]))


def amounts() -> Amounts:
    """The work of the guide's training table, as it would have to be said."""
    return Amounts(
        examples=exactly(EXAMPLES), tokens_per_example=exactly(TOKENS_PER_EXAMPLE), epochs=exactly(EPOCHS),
        eval_items=exactly(500), tokens_in=exactly(TOKENS_PER_EXAMPLE - 100), tokens_out=exactly(100), assumed=(),
    )  # fmt: skip


def _trained(desk: Desk, name: str) -> tuple[tuple[float, float], Offer, tuple[Fact, ...]] | None:
    """GPU hours of the run on the fewest H100s that hold it, and the cheapest offer of them."""
    model, card = desk.model(name), _card(desk, REFERENCE_GPU)
    offers = [one for one in desk.facts.current_offers if one.gpu_id == REFERENCE_GPU and _current(one, desk)]
    if model is None or card is None or not offers:
        return None
    offer = min(offers, key=lambda one: (one.usd_per_gpu_hour, one.id))
    for count in (1, 2, 4, 8):
        seen = foresee(model, card, count, method="lora", todo=amounts(), facts=desk.facts)
        if seen.fits and seen.hours:
            training = seen.hours.training
            return (training.low * count, training.high * count), offer, (model, card, offer)
    return None


def _card(desk: Desk, name: str) -> Gpu | None:
    return next((card for card in desk.facts.gpus if card.id == name), None)


def _current(offer: Offer, desk: Desk) -> bool:
    strange = "community" in offer.tier or offer.product == "marketplace"
    return rentable(offer) and not strange and not offer.recalled and not is_outdated(offer.as_of, desk.today)


def _single(offer: Offer, desk: Desk) -> bool:
    return offer.gpu_count == 1 and _current(offer, desk)


def _per_million(desk: Desk, model: Model, offer: Offer, concurrency: int) -> Decimal | None:
    card = _card(desk, offer.gpu_id)
    if card is None:
        return None
    found = predict(serving_spec(model, card, 1, todo=amounts(), concurrency=concurrency), desk.facts)
    rate = found.output_tokens_per_second
    if rate is None or not found.fits:
        return None
    return offer.usd_per_gpu_hour / Decimal(str(rate.expected * 3600 / 1e6))


def _money(hours: float, offer: Offer) -> Decimal:
    return Decimal(str(hours)) * offer.usd_per_gpu_hour


def _machine(offer: Offer) -> str:
    return f"{offer.gpu_count} x {offer.gpu_id}" if offer.gpu_count > 1 else offer.gpu_id


Recipe = Callable[..., Today | None]
RECIPES: Mapping[str, Recipe] = {
    one.__name__: one
    for one in (
        price, life, context, contexts, tuning, licence, cheapest, platform, setup, scalability, month, size, gpu_hours,
        train_usd, run_hours, batching, self_host,
    )
}  # fmt: skip
