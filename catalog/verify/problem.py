"""What can be wrong with a record, and what every check shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

from catalog.load import TABLES, Catalog

LONGEST = 32
"""Digits of a figure that anyone reads."""
Severity = Literal["error", "warning"]


class Problem(NamedTuple):
    """Something wrong with one record; an error makes it unfit for use, a warning makes it doubtful."""

    severity: Severity
    record: str
    message: str


Check = Callable[[Catalog, date], Iterable[Problem]]
"""Takes the facts and the day on which they are judged."""


def records(catalog: Catalog) -> Iterator[tuple[str, Any]]:
    """Name of the table and record, of every table of facts."""
    for name in TABLES:
        if name != "exclusions":
            yield from ((name, record) for record in catalog.table(name))


def named(table: str, record: Any) -> str:
    """The id of a record; a statement of the guide has none and is quoted."""
    return getattr(record, "id", None) or f"{table}: {record.guide_value[:40]}"


def outside(name: str, what: str, value: Any, bounds: tuple[Any, Any], unit: str) -> Iterator[Problem]:
    """An error where a known value is out of its bounds, which most often means that it is in another unit."""
    low, high = bounds
    if value is not None and not low <= value <= high:
        yield Problem("error", name, f"{what} {plain(value)} is outside {low} to {high} {unit}: another unit?")


def plain(value: Any) -> str:
    """A figure without an exponent and without zeros at its end, unless it is longer than any that makes sense."""
    text = f"{value.normalize():f}" if hasattr(value, "normalize") else f"{value:.12g}"
    return text if len(text) <= LONGEST else f"{value:.6g}"
