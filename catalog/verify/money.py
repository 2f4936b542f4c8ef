"""Prices: in the unit of their column, and in proportion to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from statistics import median

from catalog.load import Catalog
from catalog.records import FineTunePrice, Model, Offer
from catalog.verify.limits import (
    CACHED_PRICE_USD,
    GPU_HOUR_USD,
    OFFER_TO_MEDIAN,
    OUTPUT_TO_INPUT,
    TOKEN_PRICE_USD,
    TRAINING_HOUR_USD,
    TRAINING_PRICE_USD,
)
from catalog.verify.problem import Problem, outside

MTOK = "per million tokens"
CHEAPER = ("cached_input_usd_per_mtok", "batch_input_usd_per_mtok", "off_peak_input_usd_per_mtok")
"""Never above the plain price of input."""
OTHER_PRICES = (*CHEAPER, "batch_output_usd_per_mtok", "off_peak_output_usd_per_mtok", "cache_write_usd_per_mtok")
LONGER = (
    ("long_input_usd_per_mtok", "input_usd_per_mtok"),
    ("long_output_usd_per_mtok", "output_usd_per_mtok"),
)
"""Never below the plain price."""


def token_prices(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Prices of APIs are per million tokens: within bounds, and in proportion to each other."""
    for model in catalog.models:
        given, answered = model.input_usd_per_mtok, model.output_usd_per_mtok
        if (given is None) != (answered is None):
            yield Problem("error", model.id, "only one of input and output price is known")
        yield from outside(model.id, "input price", given, TOKEN_PRICE_USD, MTOK)
        yield from outside(model.id, "output price", answered, TOKEN_PRICE_USD, MTOK)
        if given and answered:
            yield from outside(model.id, "output price over input price", answered / given, OUTPUT_TO_INPUT, "")
        yield from _variants(model)


def _variants(model: Model) -> Iterator[Problem]:
    """Cached, batched and off-peak tokens cost no more than plain ones, long inputs no less."""
    for field in OTHER_PRICES:
        yield from outside(model.id, field, getattr(model, field), CACHED_PRICE_USD, MTOK)
    plain = model.input_usd_per_mtok
    for field in CHEAPER:
        price = getattr(model, field)
        if plain is not None and price is not None and price > plain:
            yield Problem("error", model.id, f"{field} {price} is above the plain price {plain}")
    for field, base in LONGER:
        price, usual = getattr(model, field), getattr(model, base)
        if price is not None and usual is not None and price < usual:
            yield Problem("error", model.id, f"{field} {price} is below the plain price {usual}")


def training_prices(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Hosted fine-tuning: each price in the unit of its column, a range in its order."""
    for price in catalog.finetune_prices:
        for field in ("train_usd_per_mtok", "train_high_usd_per_mtok"):
            yield from outside(price.id, field, getattr(price, field), TRAINING_PRICE_USD, MTOK)
        for field in ("input_usd_per_mtok", "output_usd_per_mtok"):
            yield from outside(price.id, field, getattr(price, field), TOKEN_PRICE_USD, MTOK)
        yield from outside(price.id, "train_usd_per_hour", price.train_usd_per_hour, TRAINING_HOUR_USD, "per hour")
        yield from _coherent(price)


def _coherent(price: FineTunePrice) -> Iterator[Problem]:
    low, high = price.train_usd_per_mtok, price.train_high_usd_per_mtok
    if high is not None and (low is None or high < low):
        yield Problem("error", price.id, f"a range of training prices from {low} to {high}")
    if price.hosting_usd is not None and not price.hosting_unit:
        yield Problem("error", price.id, "a hosting price without its unit")
    if price.status == "closing" and price.last_job_date is None:
        yield Problem("warning", price.id, "closing, yet the last day of training is not known")


def offer_prices(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Prices of rented GPUs are per GPU and hour, agree with the machine's, and are near what others take."""
    usual = _medians(catalog.current_offers)
    for offer in catalog.offers:
        yield from outside(offer.id, "price", offer.usd_per_gpu_hour, GPU_HOUR_USD, "per GPU and hour")
        yield from _per_machine(offer)
        middle, price = usual.get(offer.gpu_id), offer.usd_per_gpu_hour
        if middle and not middle / OFFER_TO_MEDIAN <= price <= middle * OFFER_TO_MEDIAN:
            yield Problem("warning", offer.id, f"{price} USD per GPU-hour, where the median is {middle:.2f}")


def _per_machine(offer: Offer) -> Iterator[Problem]:
    """Up to two hundredths of difference are rounding."""
    whole, single = offer.usd_per_instance_hour, offer.usd_per_gpu_hour
    if whole is not None and abs(whole - single * offer.gpu_count) > whole / 50:
        hint = ": a price per machine in the column per GPU?" if offer.gpu_count > 1 and whole == single else ""
        yield Problem("error", offer.id, f"{offer.gpu_count} GPUs at {single} are not {whole} an hour{hint}")


def _medians(offers: Iterable[Offer]) -> dict[str, Decimal]:
    """Median price of each GPU with at least three offers."""
    prices: dict[str, list[Decimal]] = {}
    for offer in offers:
        prices.setdefault(offer.gpu_id, []).append(offer.usd_per_gpu_hour)
    return {gpu: median(found) for gpu, found in prices.items() if len(found) >= 3}
