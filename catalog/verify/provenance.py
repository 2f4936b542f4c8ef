"""Sources, dates and marks: where a fact is from, of which day it is, and how far to trust it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from catalog.load import Catalog
from catalog.records import Model
from catalog.verify.problem import Problem, Severity, named, records

DAWN = date(2012, 1, 1)
"""Older than every GPU, model and price here: an earlier date is a clock's zero or a slip."""
NOT_A_SOURCE = re.compile(r"\W*(unknown|none|tbd|todo|n/a|na|null|nan|source|internet|web|-+|\?+)\W*", re.IGNORECASE)
FROM_MEMORY = re.compile(r"\brecalled\b|\bunverified\b|model memory", re.IGNORECASE)
PAST = ("as_of", "announced", "release_date", "price_as_of", "lifecycle_as_of")
"""Dates of what has happened; an end may lie ahead."""


def dates(catalog: Catalog, today: date) -> Iterator[Problem]:
    """No fact is from the future, nor from before there were any."""
    for table, record in _all(catalog):
        for field in PAST:
            day = getattr(record, field, None)
            if day and day > today:
                yield Problem("error", named(table, record), f"{field} {day} is in the future of {today}")
            if day and day < DAWN:
                yield Problem("error", named(table, record), f"{field} {day} is before {DAWN}")


def sources(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Every fact says where it is from; so do the prices, ends and scores that are joined to a model."""
    for table, record in records(catalog):
        if NOT_A_SOURCE.fullmatch(record.source.strip()):
            yield Problem("error", named(table, record), f"source {record.source!r} names none")
    for model in catalog.models:
        yield from _joined_sources(model)


def _joined_sources(model: Model) -> Iterator[Problem]:
    if model.input_usd_per_mtok is not None and not (model.price_source and model.price_as_of):
        yield Problem("error", model.id, "a price without source and date")
    known = model.lifecycle in ("current", "deprecated", "retired")
    if known and not (model.lifecycle_source and model.lifecycle_as_of):
        yield Problem("error", model.id, f"{model.lifecycle} without source and date")
    if model.quality and not model.quality_source:
        yield Problem("error", model.id, "scores without a source")


def marks(catalog: Catalog, _: date) -> Iterator[Problem]:
    """What its own source or note calls recalled is marked so, and only fields that are there are marked."""
    for table, record in records(catalog):
        if not record.recalled:
            yield from _unmarked(named(table, record), record)
    for model in catalog.models:
        for field in model.recalled_fields:
            if getattr(model, field, None) in (None, ()):
                yield Problem("error", model.id, f"recalled_fields names {field!r}, which it does not have")


def _unmarked(name: str, record: Any) -> Iterator[Problem]:
    """A source or note that begins so is an error; one that says so of a part leaves the rest in doubt."""
    for text in (record.source, getattr(record, "note", None) or ""):
        said = FROM_MEMORY.search(text)
        if said:
            severity: Severity = "warning" if said.start() else "error"
            yield Problem(severity, name, f"{said.group(0)} by its own words, {record.confidence} by its mark")


def _all(catalog: Catalog) -> Iterator[tuple[str, Any]]:
    yield from records(catalog)
    yield from (("models", model) for model in catalog.models)
