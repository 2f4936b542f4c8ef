"""Models with what other tables say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # rows of ``catalog.light`` are joined without the cost of the records
    from catalog.records import ApiPrice, Architecture, Lifecycle, Model, Score

PRICES = (
    "input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok", "cache_write_usd_per_mtok",
    "batch_input_usd_per_mtok", "batch_output_usd_per_mtok", "long_input_from_tokens", "long_input_usd_per_mtok",
    "long_output_usd_per_mtok", "long_cached_input_usd_per_mtok", "off_peak_input_usd_per_mtok",
    "off_peak_output_usd_per_mtok",
)  # fmt: skip
"""What a model takes over of the price of its API."""


def with_facts(
    models: Iterable[Model],
    architectures: Iterable[Architecture],
    lifecycle: Iterable[Lifecycle],
    scores: Iterable[Score],
    as_of: date | None,
) -> tuple[Model, ...]:
    """Each model with its architecture, the end that was announced for it, and its headline scores."""
    return with_history(with_architectures(models, architectures), lifecycle, scores, as_of)


def with_architectures(models: Iterable[Model], architectures: Iterable[Architecture]) -> tuple[Model, ...]:
    """Each model with what its size follows from."""
    built = {one.id: {"model_type": one.model_type, "config": one.config} for one in architectures}
    return tuple(model.model_copy(update=built[model.id]) if model.id in built else model for model in models)


def with_history(
    models: Iterable[Model], lifecycle: Iterable[Lifecycle], scores: Iterable[Score], as_of: date | None
) -> tuple[Model, ...]:
    """Each model with the end that was announced for it, and its headline scores. An end with a scope is not its own."""
    today = as_of or date.today()  # noqa: DTZ011 - the user's own day
    ends = {one.model_id: _end(one, today) for one in lifecycle if one.model_id and not one.scope}
    published = _headlines(scores)
    facts = {name: {**ends.get(name, {}), **published.get(name, {})} for name in {*ends, *published}}
    return tuple(model.model_copy(update=facts[model.id]) if model.id in facts else model for model in models)


def with_prices(models: Iterable[Model], prices: Mapping[str, ApiPrice]) -> tuple[Model, ...]:
    """Each model with its prices; one without stays unpriced."""
    return tuple(_with_price(model, prices.get(model.id)) for model in models)


def _with_price(model: Model, price: ApiPrice | None) -> Model:
    if price is None:
        return model
    known = {name: getattr(price, name) for name in PRICES}
    stamps = {"price_source": price.source, "price_as_of": price.as_of, "price_confidence": price.confidence}
    return model.model_copy(update=known | stamps)


def _end(one: Lifecycle, today: date) -> dict[str, Any]:
    over = one.shutdown_date is not None and one.shutdown_date <= today
    return {
        "lifecycle": "retired" if over else one.status,
        "shutdown_date": one.shutdown_date,
        "replacement": one.replacement,
        "lifecycle_source": one.source,
        "lifecycle_as_of": one.as_of,
    }


def _headlines(scores: Iterable[Score]) -> dict[str, dict[str, Any]]:
    """Id of a model to its scores and where they are from."""
    published: dict[str, dict[str, float]] = defaultdict(dict)
    sources: dict[str, dict[str, None]] = defaultdict(dict)
    for score in scores:
        if score.model_id and score.headline:
            published[score.model_id].setdefault(score.headline, score.score)
            sources[score.model_id][score.source] = None
    return {name: {"quality": found, "quality_source": "; ".join(sources[name])} for name, found in published.items()}
