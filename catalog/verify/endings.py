"""Ends: states that agree with dates, and sources that agree with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.records import Lifecycle, Model
from catalog.verify.problem import Problem


def lifecycles(catalog: Catalog, today: date) -> Iterator[Problem]:
    """On the day of a record its state agrees with its dates, and what has ended counts as ended today."""
    for end in catalog.lifecycle:
        for fault in _contradictions(end):
            yield Problem("error", end.id, fault)
    for model in catalog.models:
        over = model.shutdown_date is not None and model.shutdown_date <= today
        if over and model.lifecycle != "retired":
            yield Problem("error", model.id, f"shut down on {model.shutdown_date}, yet {model.lifecycle}")


def _contradictions(end: Lifecycle) -> Iterator[str]:
    stops = end.shutdown_date
    if stops and end.status == "deprecated" and stops <= end.as_of:
        yield f"shut down on {stops}, yet deprecated on {end.as_of}"
    if stops and end.status == "retired" and stops > end.as_of:
        yield f"retired on {end.as_of}, yet shut down on {stops}"
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
