"""From a profile to a plan: quantities first, then, with prices, the whole."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from advisor.cost import HOURS_PER_MONTH, REQUEST_PLACES, break_even_requests_per_day, rounded
from advisor.errors import BadInput
from advisor.estimate.architecture import find_model
from advisor.estimate.gpus import resolve
from advisor.estimate.ledger import LedgerRow
from advisor.marks import weakest
from advisor.plan import assumptions as take
from advisor.plan.ageing import stale_facts
from advisor.plan.api import Api, best_api
from advisor.plan.components import general_components, offer_components, serverless_component
from advisor.plan.prices import api_prices, prices_used
from advisor.plan.records import (
    BreakEven,
    ComponentDraft,
    Draft,
    Method,
    OfferChoice,
    OfferDraft,
    Plan,
    Priced,
)
from advisor.plan.spans import exactly, scaled
from advisor.plan.work import Amounts, Foreseen, amounts, foresee
from advisor.profile import Profile
from catalog.records import Confidence, Gpu, Model, Offer
from catalog.staleness import STALE_AFTER_DAYS, offer_kind, stale_days
from harness.chain import digest

COUNTABLE = 1e15
SERVERLESS = frozenset({"flex", "per-second"})
FLOOR_PRICES = frozenset({"starting at"})
OUTDATED_DAYS = 180
"""Older prices are chosen only where there is no other, as on the shortlist."""
ASSUMED = (
    f"an offer is chosen when the expected peak x {take.FIT_MARGIN:g} fits",
    f"a price older than {STALE_AFTER_DAYS['offer']} days ({STALE_AFTER_DAYS['moving offer']} of a market) counts double when offers are ranked; older than {OUTDATED_DAYS}, it is a last resort",
    f"an engine serves at {take.LOAD_SHARE:.0%} of its rate over a day, {take.CONCURRENCY} requests at once",
)


class Catalog(Protocol):
    """What a plan needs of the catalog."""

    @property
    def models(self) -> tuple[Model, ...]:
        """Known models."""

    @property
    def built_models(self) -> tuple[Model, ...]:
        """Known models with their dimensions; scores and prices are not asked for."""

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """Known GPUs."""

    @property
    def current_offers(self) -> Iterable[Offer]:
        """The newest observation of every offer."""


class _Site(NamedTuple):
    """An offer with its card and what is foreseen on it."""

    offer: Offer
    gpu: Gpu
    seen: Foreseen
    model: Model

    @property
    def confidence(self) -> Confidence | None:
        """Of price, speed and memory together: of offer, card and dimensions the least trusted."""
        return weakest(self.offer.confidence, self.gpu.confidence, self.model.confidence)


def draft(
    profile: Profile, model: Model, catalog: Catalog, *, today: date, method: Method = "lora", gpu: str | None = None,
    ledger: Sequence[LedgerRow] = (),
) -> Draft:  # fmt: skip
    """Quantities of a plan for tuning a model, by runs here where there were like ones. Raises BadInput when no offer can hold it or the GPU is unknown."""
    if not model.total_params:
        raise BadInput(f"the size of {model.id} is not published", "choose a model with open weights")
    todo = amounts(profile)
    sites = _sites(model, catalog, method=method, todo=todo, gpu=gpu, ledger=ledger)
    api = best_api(profile, catalog.models, todo, today)
    offers = tuple(_offer_draft(site, profile, today) for site in sites if site.seen.hours)
    if not any(offer.eligible for offer in offers):
        raise BadInput(
            f"{model.id} with {method} fits no offer{f' of {gpu}' if gpu else ''} with margin",
            "choose a smaller model, method qlora4, or another GPU",
        )
    beside = _scaling_to_zero(sites)
    components = _components(profile, todo, api, sites, beside, today)
    _require_countable(components)
    return Draft(
        profile_name=profile.name or "unnamed",
        model=model.id,
        method=method,
        today=today,
        offers=offers,
        components=components,
        breakdowns_gib={site.offer.id: site.seen.breakdown_gib for site in sites},
        api_model=api.model.id if api.model else None,
        api_usd_per_request=api.usd_per_request,
        api_because=api.because,
        api_prices=api_prices(api.model) if api.model else (),
        api_confidence=api.confidence,
        capacity_per_day={s.offer.id: s.seen.requests_per_day for s in sites if s.seen.requests_per_day},
        settings={site.offer.id: site.seen.said for site in sites},
        assumptions=(*todo.assumed, *ASSUMED),
        stale={
            site.offer.id: stale_facts(site.offer, model, api.model, today, beside=beside.offer if beside else None)
            for site in sites
        },
        digest=_digest(profile, model, api.model, offers, method, today),
    )


def _require_countable(components: tuple[ComponentDraft, ...]) -> None:
    """Raises BadInput for quantities beyond any bill; the database counts in decimals of 18 digits."""
    beyond = next((line for line in components if line.quantity.high > COUNTABLE), None)
    if beyond is not None:
        raise BadInput(
            f"the profile comes to {beyond.quantity.expected:.2g} {beyond.unit}s of {beyond.name.lower()}",
            "look again at volume_per_day, tokens_out, n_examples, train_tokens_per_example and epochs",
        )


def find_open_model(name: str, models: tuple[Model, ...]) -> Model:
    """A model by name. Raises BadInput with the nearest names."""
    found = find_model(name, models)
    if found is not None:
        return found
    tails = {model.id.rsplit("/", maxsplit=1)[-1].lower(): model.id for model in models}
    near = difflib.get_close_matches(name.lower().rsplit("/", maxsplit=1)[-1], tails, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(tails[tail] for tail in near)}?" if near else "see: tunewise catalog list"
    raise BadInput(f"unknown model {name[:60]!r}", hint)


def _sites(
    model: Model, catalog: Catalog, *, method: Method, todo: Amounts, gpu: str | None, ledger: Sequence[LedgerRow]
) -> tuple[_Site, ...]:
    """Every offer of the GPU, or of all; equal machines are foreseen once."""
    cards = {card.id: card for card in _cards(catalog, gpu)}
    seen: dict[tuple[str, int], Foreseen] = {}
    sites = []
    for offer in catalog.current_offers:
        card = cards.get(offer.gpu_id)
        if card is None:
            continue
        key = (card.id, offer.gpu_count)
        if key not in seen:
            seen[key] = foresee(model, card, offer.gpu_count, method=method, todo=todo, facts=catalog, ledger=ledger)
        sites.append(_Site(offer, card, seen[key], model))
    return tuple(sites)


def _cards(catalog: Catalog, gpu: str | None) -> tuple[Gpu, ...]:
    if gpu is None:
        return catalog.gpus
    card, rivals = resolve(gpu, catalog.gpus)
    return (card, *rivals)


def _offer_draft(site: _Site, profile: Profile, today: date) -> OfferDraft:
    note = _note(site, profile)
    hours = site.seen.hours.total if site.seen.hours else exactly(0)
    offer = site.offer
    return OfferDraft(
        offer_id=offer.id, provider=offer.provider, gpu=site.gpu.name, gpus=offer.gpu_count, tier=offer.tier,
        usd_per_gpu_hour=offer.usd_per_gpu_hour, hours=hours, peak_memory_gib=site.seen.peak_memory_gib,
        memory_gib=site.gpu.memory_gb, fits=site.seen.fits, eligible=not note, note=note, source=offer.source,
        as_of=offer.as_of, stale_days=stale_days(offer_kind(offer), offer.as_of, today),
        outdated=(today - offer.as_of).days > OUTDATED_DAYS, confidence=site.confidence,
    )  # fmt: skip


def _note(site: _Site, profile: Profile) -> str:
    """Why an offer may not be chosen; empty where it may."""
    tier = site.offer.tier.lower()
    shared = "community" in tier or site.offer.product == "marketplace"
    if not site.seen.fits:
        return "does not fit with margin"
    if profile.privacy == "no_egress" and shared:
        return "a private person's machine: the data may not leave"
    return _no_offer(site.offer)


def _no_offer(offer: Offer) -> str:
    """Why a price is none at which a machine can be had to train and to host; empty where it is."""
    tier = offer.tier.lower()
    reasons = {
        "a market's median, not an offer": "median" in tier,
        "recalled, not quoted": offer.confidence == "recalled",
        "spot: may be taken away, and cannot host": "spot" in tier,
        "a floor price, not an offer": tier in FLOOR_PRICES,
        "serverless: priced for inference": tier in SERVERLESS,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _components(
    profile: Profile, todo: Amounts, api: Api, sites: tuple[_Site, ...], beside: _Site | None, today: date
) -> tuple[ComponentDraft, ...]:
    hourly = [
        line
        for site in sites
        if site.seen.hours and not _note(site, profile)
        for line in offer_components(
            site.offer, site.seen.hours, todo=todo, profile=profile, requests_per_day=site.seen.requests_per_day,
            confidence=site.confidence,
        )
    ]  # fmt: skip
    return (*hourly, *general_components(profile, todo, api, serverless=_serverless(profile, beside), today=today))


def _scaling_to_zero(sites: tuple[_Site, ...]) -> _Site | None:
    """The cheapest offer that scales to zero, by price and work together."""
    rooms = [site for site in sites if site.offer.tier in SERVERLESS and site.seen.requests_per_day and site.seen.fits]
    return min(
        rooms,
        key=lambda s: (
            s.offer.usd_per_gpu_hour * s.offer.gpu_count / Decimal(s.seen.requests_per_day or 1),
            s.offer.id,
        ),
        default=None,
    )


def _serverless(profile: Profile, best: _Site | None) -> tuple[ComponentDraft, ...]:
    if best is None:
        return ()
    return serverless_component(
        best.offer, profile=profile, requests_per_day=best.seen.requests_per_day, confidence=best.confidence
    )


def _digest(
    profile: Profile, model: Model, api: Model | None, offers: tuple[OfferDraft, ...], method: str, today: date
) -> str:
    return digest({
        "profile": profile.model_dump(mode="json"),
        "model": model.model_dump(mode="json"),
        "api": api.model_dump(mode="json") if api else None,
        "offers": [offer.model_dump(mode="json") for offer in offers],
        "method": method,
        "today": today.isoformat(),
    })  # fmt: skip


# --------------------------------------------------------------------------------------------------- with prices


def assemble(plan_draft: Draft, priced: Priced) -> Plan:
    """The plan of the best offer that may be chosen."""
    chosen = priced.offers[0]
    return Plan(
        id=f"plan-{plan_draft.digest[:12]}",
        profile_name=plan_draft.profile_name,
        model=plan_draft.model,
        method=plan_draft.method,
        gpu=chosen.gpu,
        chosen=chosen,
        offers=priced.offers,
        gpu_hours=scaled(chosen.hours, chosen.gpus),
        peak_memory_gib=chosen.peak_memory_gib,
        breakdown_gib=plan_draft.breakdowns_gib[chosen.offer_id],
        components=priced.components,
        once_usd=priced.once_usd,
        monthly_usd=priced.monthly_usd,
        unpriced=priced.unpriced,
        break_even=break_even(plan_draft, priced),
        assumptions=(*plan_draft.settings[chosen.offer_id], *plan_draft.assumptions),
        as_of=plan_draft.today,
        prices=prices_used(priced, plan_draft.api_prices),
        stale=plan_draft.stale.get(chosen.offer_id, ()),
    )


def break_even(plan_draft: Draft, priced: Priced) -> BreakEven:
    """Where a month of hosting one machine equals a month of the API; never, if one machine cannot carry that many."""
    monthly = _one_machine(priced.offers[0])
    api = plan_draft.api_usd_per_request
    found = None if api is None else break_even_requests_per_day(monthly, api)
    capacity = plan_draft.capacity_per_day.get(priced.offers[0].offer_id)
    reached = None if found is None or (capacity and found > Decimal(capacity)) else float(found)
    return BreakEven(
        requests_per_day=reached,
        api_model=plan_draft.api_model,
        api_usd_per_request=None if api is None else rounded(api, REQUEST_PLACES),
        self_host_usd_per_month=monthly,
        because=_because(plan_draft, found, capacity),
        confidence=weakest(priced.offers[0].confidence, plan_draft.api_confidence),
    )


def _one_machine(chosen: OfferChoice) -> Decimal:
    """A month of one machine of the chosen offer."""
    return rounded(HOURS_PER_MONTH * chosen.usd_per_hour)


def _because(plan_draft: Draft, found: Decimal | None, capacity: float | None) -> str:
    if found is None:
        return plan_draft.api_because
    if capacity and found > Decimal(capacity):
        return (
            f"never: {found:,.0f} requests a day would pay for a machine that answers about {capacity:,.0f}; "
            f"{plan_draft.api_because}"
        )
    return f"month of one machine / (365/12 x price of a request by API); {plan_draft.api_because}"
