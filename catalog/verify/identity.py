"""Ids: each stands for one record, and each that is referred to exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.names import name_index, plain
from catalog.verify.problem import Problem, records

MEANT = ("lifecycle", "finetune_prices", "scores")
"""Tables whose lines may mean a model of this catalog."""
OWNED = ("architectures", "api_prices")
"""Tables whose ids are ids of models."""


def unique_ids(catalog: Catalog, _: date) -> Iterator[Problem]:
    """No id stands for two records of a table; in case alone only an open model and its API may differ."""
    named = [(table, record) for table, record in records(catalog) if hasattr(record, "id")]
    exact = Counter((table, record.id) for table, record in named)
    folded = Counter((table, record.id.lower(), getattr(record, "kind", "")) for table, record in named)
    doubled = {key[:2]: times for counts in (folded, exact) for key, times in counts.items() if times > 1}
    for (table, name), times in doubled.items():
        yield Problem("error", name, f"id stands for {times} records of {table}")


def references(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Each GPU, model and platform that another table names is there."""
    gpus = {gpu.id for gpu in catalog.gpus}
    yield from (
        Problem("error", offer.id, f"GPU {offer.gpu_id!r} is not in gpus.csv")
        for offer in catalog.offers
        if offer.gpu_id not in gpus
    )
    platforms = {platform.id for platform in catalog.platforms}
    yield from (
        Problem("error", fact.id, f"platform {fact.platform!r} is not in platforms.csv")
        for fact in catalog.platform_facts
        if fact.platform not in platforms
    )
    yield from _models_meant(catalog)


def _models_meant(catalog: Catalog) -> Iterator[Problem]:
    known = {model.id for model in catalog.models}
    for table, record in records(catalog):
        meant = record.id if table in OWNED else record.model_id if table in MEANT else None
        if meant and meant not in known:
            yield Problem("error", record.id, f"model {meant!r} is not in models.csv")


def replacements(catalog: Catalog, _: date) -> Iterator[Problem]:
    """What a provider recommends instead is a model of the catalog, or can only be shown as a name."""
    known = name_index((model.id for model in catalog.models), {})
    for end in catalog.lifecycle:
        parts = [part for part in (end.replacement or "").split(" / ") if part]
        for part in parts:
            if plain(part) not in known and plain(f"{end.provider}/{part}") not in known:
                yield Problem("warning", end.id, f"replacement {part!r} is not in models.csv")


def headlines(catalog: Catalog, _: date) -> Iterator[Problem]:
    """One score of a kind stands in a model."""
    counts = Counter((score.model_id, score.headline) for score in catalog.scores if score.headline)
    for (model, headline), times in counts.items():
        if model is None or times > 1:
            fault = "no model" if model is None else f"{times} scores"
            yield Problem("error", model or f"scores: {headline}", f"headline {headline} has {fault}")


def exclusions(catalog: Catalog, _: date) -> Iterator[Problem]:
    """A row is left out once, with a reason, and not carried at the same time."""
    counts = Counter((one.table, one.record) for one in catalog.exclusions)
    carried = {offer.id for offer in catalog.offers}
    for one in catalog.exclusions:
        if counts[one.table, one.record] > 1 and "already" not in one.reason:
            yield Problem("error", one.record, f"left out of {one.table} twice")
        if one.table == "gpu_prices" and one.record in carried and "already" not in one.reason:
            yield Problem("error", one.record, "carried and left out at the same time")
