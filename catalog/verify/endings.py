"""Ends: states that agree with dates, and sources that agree with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.records import Lifecycle, Model
from catalog.verify.problem import Problem


def lifecycles(catalog: Catalog, _: date) -> Iterator[Problem]:
    """On the day of a record its state agrees with its dates; what a later day makes of it is computed."""
    for end in catalog.lifecycle:
        for fault in (*_state(end.status, end.shutdown_date, end.as_of), *_order(end)):
            yield Problem("error", end.id, fault)
    listed: tuple[Model, ...] = catalog.table("models")
    for model in listed:
        for fault in _state(model.lifecycle, model.shutdown_date, model.lifecycle_as_of or model.as_of):
            yield Problem("error", model.id, fault)


def _state(state: str, stops: date | None, day: date) -> Iterator[str]:
    if stops and state == "retired" and stops > day:
        yield f"retired on {day}, yet shut down on {stops}"
    if stops and state != "retired" and stops <= day:
        yield f"shut down on {stops}, yet {state} on {day}"


def _order(end: Lifecycle) -> Iterator[str]:
    """Announced first, then the end of fine-tuning, then the end of the model."""
    stops = end.shutdown_date
    if stops and end.announced and end.announced > stops:
        yield f"announced on {end.announced}, after its end on {stops}"
    if stops and end.fine_tuning_ends and end.fine_tuning_ends > stops:
        yield f"fine-tuning ends on {end.fine_tuning_ends}, after the model on {stops}"


def one_end(catalog: Catalog, _: date) -> Iterator[Problem]:
    """A model ends once, and what a model itself says does not contradict a notice."""
    stops: dict[str, set[date | None]] = defaultdict(set)
    for end in catalog.lifecycle:
        if end.model_id and not end.scope:
            stops[end.model_id].add(end.shutdown_date)
    for name, days in stops.items():
        if len(days) > 1:
            yield Problem("error", name, "ends on " + " and ".join(sorted(map(str, days))))
    listed: tuple[Model, ...] = catalog.table("models")
    for model in listed:
        if model.id in stops and model.lifecycle == "current":
            yield Problem("error", model.id, "current in models.csv, yet its end was announced in lifecycle.csv")
