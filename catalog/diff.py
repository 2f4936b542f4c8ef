"""What differs between two catalogs: added, removed, changed with percent, the big moves first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from catalog.asof import offer_key
from catalog.load import TABLES, Catalog
from catalog.records import Offer

UNTOLD = frozenset({"origin"})
PROVENANCE = frozenset({"as_of", "source", "confidence"})
KEYS: Mapping[str, tuple[str, ...]] = {
    "guide": ("section", "guide_value"),
    "exclusions": ("table", "record"),
}
"""What names a record of a table without ids."""


class FieldChange(NamedTuple):
    """One field of one record, before and after; None is unknown."""

    field: str
    before: str | None
    after: str | None
    percent: float | None
    """Of a number that was not zero."""


class RecordChange(NamedTuple):
    """A record that is in both."""

    id: str
    fields: tuple[FieldChange, ...]

    @property
    def move_percent(self) -> float:
        """The largest relative change of a number, without its sign."""
        return max((abs(one.percent) for one in self.fields if one.percent is not None), default=0.0)

    @property
    def dated_anew(self) -> bool:
        """Whether it was only looked at again: the same fact with another date or source."""
        return all(one.field in PROVENANCE for one in self.fields)


class TableDiff(NamedTuple):
    """What differs in one table."""

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[RecordChange, ...]
    """Big moves first; a new observation of a known offer is a change of that offer."""


def diff(before: Catalog, after: Catalog) -> tuple[TableDiff, ...]:
    """The tables that differ. Raises CatalogError where a table cannot be read."""
    found = (_table(name, before.table(name), after.table(name)) for name in TABLES)
    return tuple(one for one in found if one.added or one.removed or one.changed)


def _table(name: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> TableDiff:
    old, new = _named(name, before), _named(name, after)
    added = [key for key in new if key not in old]
    pairs = {key: (old[key], new[key]) for key in new if key in old}
    seen = _newest_offers(before)
    moved = {key: (seen[found], new[key]) for key in added if (found := _offer_key(new[key])) in seen}
    found = (RecordChange(key, tuple(_fields(*pair))) for key, pair in chain(pairs.items(), moved.items()))
    changed = sorted((one for one in found if one.fields), key=lambda one: (-one.move_percent, one.dated_anew, one.id))
    return TableDiff(
        name,
        tuple(key for key in added if key not in moved),
        tuple(key for key in old if key not in new),
        tuple(changed),
    )


def _named(table: str, records: Iterable[Any]) -> dict[str, Any]:
    names = KEYS.get(table, ("id",))
    return {" / ".join(str(getattr(record, name)) for name in names): record for record in records}


def _newest_offers(records: Iterable[Any]) -> dict[object, Offer]:
    found: dict[object, Offer] = {}
    for one in records:
        key = _offer_key(one)
        if key is not None and (key not in found or one.as_of > found[key].as_of):
            found[key] = one
    return found


def _offer_key(record: Any) -> object:
    """What makes an observation one of a known offer; None for other records."""
    return offer_key(record) if isinstance(record, Offer) else None


def _fields(before: Any, after: Any) -> Iterator[FieldChange]:
    for name, value in after:
        old = getattr(before, name)
        if old != value and name not in UNTOLD and not (name == "id" and isinstance(after, Offer)):
            yield FieldChange(name, _text(old), _text(value), _percent(old, value))


def _text(value: Any) -> str | None:
    if value is None or value in ((), {}):
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={one}" for name, one in value.items())
    return str(value)


def _percent(before: Any, after: Any) -> float | None:
    numbers = [
        float(one) for one in (before, after) if isinstance(one, int | float | Decimal) and not isinstance(one, bool)
    ]
    return (numbers[1] / numbers[0] - 1) * 100 if len(numbers) == 2 and numbers[0] else None
