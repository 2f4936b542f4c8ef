"""The facts that held on a day: what was known by then, and in force. The rules of each kind are in docs/catalog.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from catalog.load import Catalog, Change
from catalog.records import FineTunePrice, Gpu, Lifecycle, Model, Offer

OBSERVED = ("offers", "finetune_prices", "api_prices")
"""Tables of observations: what was seen on a day says nothing of the days before."""


def change(day: date) -> Change:
    """The change that leaves of every table what held on a day."""

    def apply(table: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
        rule = RULES.get(table)
        return tuple(rule(records, day)) if rule else records

    return apply


def observed(records: Iterable[Any], day: date) -> Iterator[Any]:
    """Observations made by the day; of several of one fact the newest is taken by whoever reads them."""
    return (record for record in records if record.as_of <= day)


def newest_prices(records: Iterable[FineTunePrice], day: date) -> Iterator[FineTunePrice]:
    """Of every host, model and method the newest price seen by the day."""
    newest: dict[tuple[str, ...], date] = {}
    seen = [price for price in records if price.as_of <= day]
    for price in seen:
        newest[_price_key(price)] = max(price.as_of, newest.get(_price_key(price), price.as_of))
    return (_tuning_on(price, day) for price in seen if price.as_of == newest[_price_key(price)])


def released(records: Iterable[Model], day: date) -> Iterator[Model]:
    """Models released by the day; one whose release is unknown is taken to be there."""
    return (_living(model, day) for model in records if model.release_date is None or model.release_date <= day)


def built(records: Iterable[Gpu], day: date) -> Iterator[Gpu]:
    """GPUs released by the day; their figures do not change."""
    return (gpu for gpu in records if gpu.release_date is None or gpu.release_date <= day)


def announced(records: Iterable[Lifecycle], day: date) -> Iterator[Lifecycle]:
    """Ends announced by the day, in the state of the day."""
    return (_ending(one, day) for one in records if _known(one, day))


def _known(one: Lifecycle, day: date) -> bool:
    """Whether an end was known on the day.

    Where the announcement is undated, an end that had come by the day holds, and so does what was seen by then. A
    retirement without any date holds on every day: nobody can say when the model still answered.
    """
    if one.announced is not None:
        return one.announced <= day
    if one.as_of <= day or (one.shutdown_date is not None and one.shutdown_date <= day):
        return True
    return one.status == "retired" and one.shutdown_date is None


def _ending(one: Lifecycle, day: date) -> Lifecycle:
    """Announced and not over yet is deprecated; fine-tuning that ends later has not ended."""
    state: dict[str, object] = {}
    if one.shutdown_date is not None:
        state["status"] = "retired" if one.shutdown_date <= day else "deprecated"
    if one.fine_tuning == "gone" and one.fine_tuning_ends is not None and one.fine_tuning_ends > day:
        state["fine_tuning"] = "deprecated"
    return one.model_copy(update=state)


def _living(model: Model, day: date) -> Model:
    """The same of an end that stands with the model itself."""
    if model.shutdown_date is None or model.lifecycle not in ("retired", "deprecated"):
        return model
    return model.model_copy(update={"lifecycle": "retired" if model.shutdown_date <= day else "deprecated"})


def _tuning_on(price: FineTunePrice, day: date) -> FineTunePrice:
    """Closing is still open until its last day."""
    over = price.last_job_date is not None and price.last_job_date < day
    return price.model_copy(update={"status": "not_offered"}) if over and price.status == "closing" else price


def _price_key(price: FineTunePrice) -> tuple[str, ...]:
    return price.provider, price.model, price.method


def offer_key(offer: Offer) -> tuple[object, ...]:
    """What makes two observations the same offer."""
    named = (offer.provider, offer.product, offer.gpu_id, offer.gpu_count, offer.tier, offer.region)
    return *named, offer.instance


RULES: Mapping[str, Callable[[Any, date], Iterator[Any]]] = {
    "models": released,
    "gpus": built,
    "lifecycle": announced,
    "offers": observed,
    "finetune_prices": newest_prices,
    "api_prices": observed,
}
"""What is not here holds on every day: dimensions, scores, platforms, the guide."""


def note(catalog: Catalog) -> str:
    """What is missing on the catalog's day, naming the earliest day there is; empty where nothing is."""
    day = catalog.as_of
    if day is None or catalog.offers:
        return ""
    first = earliest(catalog)
    since = f"the first is of {first}" if first else "there is none at all"
    return f"no GPU price was observed by {day}, so hardware is unpriced: {since}"


def earliest(catalog: Catalog, table: str = "offers") -> date | None:
    """The day of the first observation in a table, whatever the day of the catalog; the as-of change is its last."""
    undated = replace(catalog, changes=catalog.changes[:-1], as_of=None)
    return min((record.as_of for record in undated.table(table)), default=None)
