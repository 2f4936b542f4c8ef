"""Whether every record is whole, plausible and fresh."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal, NamedTuple

from catalog.arithmetic import dims, parameters
from catalog.load import Catalog
from catalog.price_agreement import bundled_agreement
from catalog.records import Fact, Model, Offer

Severity = Literal["error", "warning"]

TOKEN_PRICE_USD = (Decimal("0.02"), Decimal(1000))
"""Per million tokens. The cheapest hosted text model of November 2026 takes 0.029 for input, so a price below this is
most likely per thousand tokens."""
CACHED_PRICE_USD = (Decimal("0.002"), Decimal(500))
OUTPUT_TO_INPUT = (Decimal("0.5"), Decimal(25))
"""Output costs 1 to 10 times input at every vendor of the catalog; one column in other units breaks this."""
GPU_HOUR_USD = (Decimal("0.05"), Decimal(30))
OFFER_TO_MEDIAN = Decimal(5)
STALE_AFTER_DAYS = {"offer": 30, "moving offer": 7, "price": 60, "lifecycle": 14}
"""Spot and marketplace prices move by half within two weeks; lists of deprecations change monthly."""
MOVING = re.compile(r"spot|bid|marketplace|starting at|median")


class Problem(NamedTuple):
    """Something wrong with one record; an error makes it unfit for use, a warning makes it doubtful."""

    severity: Severity
    record: str
    message: str


Check = Callable[[Catalog, date], Iterable[Problem]]


def verify(catalog: Catalog, today: date) -> list[Problem]:
    """All problems, errors first; ranges and types were enforced when the records were read."""
    found = [problem for check in CHECKS for problem in check(catalog, today)]
    return sorted(found, key=lambda problem: problem.severity != "error")


def unique_ids(catalog: Catalog, _: date) -> Iterator[Problem]:
    """No id stands for two records of a kind."""
    for kind, records in (("model", catalog.models), ("GPU", catalog.gpus), ("offer", catalog.offers)):
        counts = Counter(record.id.lower() for record in records)
        for name, times in counts.items():
            if times > 1:
                yield Problem("error", name, f"{kind} id stands for {times} records")


def references(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Each offer's GPU exists."""
    known = {gpu.id for gpu in catalog.gpus}
    for offer in catalog.offers:
        if offer.gpu_id not in known:
            yield Problem("error", offer.id, f"GPU {offer.gpu_id!r} is not in gpus.csv")


def dates(catalog: Catalog, today: date) -> Iterator[Problem]:
    """No fact is from the future."""
    for name, fact in _facts(catalog):
        stamps = [fact.as_of]
        if isinstance(fact, Model):
            stamps += [stamp for stamp in (fact.price_as_of, fact.lifecycle_as_of) if stamp]
        if max(stamps) > today:
            yield Problem("error", name, f"dated {max(stamps)}, which is in the future of {today}")


def sources(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Prices, ends of life and scores say where they are from."""
    for model in catalog.models:
        if model.input_usd_per_mtok is not None and not (model.price_source and model.price_as_of):
            yield Problem("error", model.id, "a price without source and date")
        if model.shutdown_date and not (model.lifecycle_source and model.lifecycle_as_of):
            yield Problem("error", model.id, "a shutdown date without source and date")
        if model.quality and not model.quality_source:
            yield Problem("error", model.id, "scores without a source")


def token_prices(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Prices are per million tokens: within bounds, and output in proportion to input."""
    for model in catalog.models:
        charged = {"input": model.input_usd_per_mtok, "output": model.output_usd_per_mtok}
        if (charged["input"] is None) != (charged["output"] is None):
            yield Problem("error", model.id, "only one of input and output price is known")
        for name, price in charged.items():
            yield from _bounded(model.id, f"{name} price", price, TOKEN_PRICE_USD, "per million tokens")
        yield from _bounded(
            model.id, "cached price", model.cached_input_usd_per_mtok, CACHED_PRICE_USD, "per million tokens"
        )
        if charged["input"] and charged["output"]:
            ratio = charged["output"] / charged["input"]
            yield from _bounded(model.id, "output price over input price", ratio, OUTPUT_TO_INPUT, "of one unit")


def offer_prices(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Prices are per GPU and hour, and within a factor of what others take."""
    usual = _medians(catalog.current_offers)
    for offer in catalog.offers:
        price = offer.usd_per_gpu_hour
        yield from _bounded(offer.id, "price", price, GPU_HOUR_USD, "per GPU and hour")
        middle = usual.get(offer.gpu_id)
        if middle and not middle / OFFER_TO_MEDIAN <= price <= middle * OFFER_TO_MEDIAN:
            yield Problem("warning", offer.id, f"{price} USD per GPU-hour, where the median is {middle:.2f}")


def parameter_counts(catalog: Catalog, _: date) -> Iterator[Problem]:
    """What is marked exact is exact, and a part is never more than the whole."""
    for model in catalog.models:
        sized = dims(model)
        if model.param_check == "exact" and (sized is None or parameters(sized).total != model.total_params):
            computed = parameters(sized).total if sized else "nothing"
            yield Problem("error", model.id, f"its dimensions give {computed}, it states {model.total_params}")
        if model.active_params and model.total_params and model.active_params > model.total_params:
            yield Problem("error", model.id, "more active parameters than parameters")


def contexts(catalog: Catalog, _: date) -> Iterator[Problem]:
    """An extension extends, and says how."""
    for model in catalog.models:
        native, extended = model.native_context_tokens, model.extended_context_tokens
        if extended and (not native or extended <= native or not model.extended_context_note):
            yield Problem("error", model.id, "extended context is not above the native one, or does not say how")


def lifecycles(catalog: Catalog, today: date) -> Iterator[Problem]:
    """States and dates agree."""
    for model in catalog.models:
        over = model.shutdown_date is not None and model.shutdown_date <= today
        if over and model.lifecycle != "retired":
            yield Problem("error", model.id, f"shut down on {model.shutdown_date}, yet {model.lifecycle}")


def price_agreement(_: Catalog, __: date) -> Iterator[Problem]:
    """A second source has the same prices, but for the exceptions that are listed with their reason."""
    found = bundled_agreement()
    for one in found.unlisted:
        said = f"{one.field} is {one.library_usd} by genai-prices, {one.second_usd} by the second source, and no listed exception"
        yield Problem("error", one.id, said)
    for past in found.outdated:
        yield Problem("warning", past.id, f"its exception on {past.field} in price_exceptions.csv holds no longer")


def staleness(catalog: Catalog, today: date) -> Iterator[Problem]:
    """Facts that have had time to change."""
    for offer in catalog.current_offers:
        moving = MOVING.search(f"{offer.tier} {offer.product}")
        yield from _stale(offer.id, "moving offer" if moving else "offer", offer.as_of, today)
    for model in catalog.models:
        if model.lifecycle != "retired":
            yield from _stale(model.id, "price", model.price_as_of, today)
            yield from _stale(model.id, "lifecycle", model.lifecycle_as_of, today)


CHECKS: tuple[Check, ...] = (
    unique_ids,
    references,
    dates,
    sources,
    token_prices,
    offer_prices,
    parameter_counts,
    contexts,
    lifecycles,
    price_agreement,
    staleness,
)


def stale_days(kind: str, as_of: date, today: date) -> int | None:
    """Age in days of a fact that is older than its kind may be, else None."""
    age = today - as_of
    return age.days if age > timedelta(days=STALE_AFTER_DAYS[kind]) else None


def _stale(name: str, kind: str, as_of: date | None, today: date) -> Iterator[Problem]:
    age = stale_days(kind, as_of, today) if as_of else None
    if age is not None:
        limit = STALE_AFTER_DAYS[kind]
        yield Problem("warning", name, f"{kind} of {as_of} is {age} days old; {limit} are trusted")


def _bounded(
    name: str, what: str, value: Decimal | None, bounds: tuple[Decimal, Decimal], unit: str
) -> Iterator[Problem]:
    low, high = bounds
    if value is not None and not low <= value <= high:
        yield Problem("error", name, f"{what} {value.normalize():f} is outside {low} to {high} {unit}: another unit?")


def _medians(offers: Iterable[Offer]) -> dict[str, Decimal]:
    """Median price of each GPU with at least three offers."""
    prices: dict[str, list[Decimal]] = {}
    for offer in offers:
        prices.setdefault(offer.gpu_id, []).append(offer.usd_per_gpu_hour)
    return {gpu: median(found) for gpu, found in prices.items() if len(found) >= 3}


def _facts(catalog: Catalog) -> Iterator[tuple[str, Fact]]:
    yield from ((model.id, model) for model in catalog.models)
    yield from ((gpu.id, gpu) for gpu in catalog.gpus)
    yield from ((offer.id, offer) for offer in catalog.offers)
    for row in catalog.guide:
        yield f"guide: {row.guide_value[:40]}", row
