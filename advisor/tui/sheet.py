"""A table in memory: columns that say what a record shows and sorts by, rows found by what is typed.

Made for tens of thousands of rows at every key press: text is folded once, fields are read once, orders are kept, and a
longer word is looked for only where the shorter one was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from catalog.query import RESERVED, BadQuery, Field, Query, parse

CONDITION = re.compile(r"(?:^|(?<=\s))(?:\(|not\s|[\w.]+\s*(?:[<>=~]|!=)|[\w.]+\s+(?:is|in|has)\s)")
"""Where the words of a filter end and its conditions begin."""

TEXT = "text"
"""The field that words are looked for in."""


@dataclass(frozen=True)
class Column:
    """One column of a kind of record."""

    key: str
    """As the filter language and the commands name it."""
    title: str
    width: int
    value: Callable[[Any], Any]
    """What it sorts by; None is unknown, which stands last in either direction."""
    shown: Callable[[Any], str]
    align: Literal["left", "right"] = "right"
    falling: bool = False
    """Whether the largest come first when it is first sorted by."""


class Order(NamedTuple):
    """A column to sort by."""

    column: int
    falling: bool


class Filter(NamedTuple):
    """What is typed, taken apart."""

    words: tuple[str, ...]
    """To be found in the text of a record, each somewhere."""
    conditions: tuple[str, ...]
    """In the filter language; all have to hold."""


def take_apart(text: str) -> Filter:
    """Words first, then conditions: ``qwen params<=8B license~apache``; between conditions ``and`` may be left out."""
    start = CONDITION.search(text)
    if start is None:
        return Filter(tuple(text.split()), ())
    words, rest = text[: start.start()].split(), text[start.start() :].strip()
    parts = rest.split()
    simple = all(re.search(r"[<>=~]", part) for part in parts) and not RESERVED & {part.lower() for part in parts}
    return Filter(tuple(words), tuple(parts) if simple and '"' not in rest and "'" not in rest else (rest,))


class Sheet:
    """Records of one kind in the columns that they are shown in."""

    def __init__(
        self,
        columns: Sequence[Column],
        records: Sequence[Any],
        *,
        fields: Mapping[str, Field],
    ) -> None:
        self.columns, self.records = tuple(columns), tuple(records)
        self._texts = [fields[TEXT].read(record).casefold() for record in self.records]
        self._every = list(range(len(self.records)))
        self._orders: dict[Order, list[int]] = {}
        self._cells: dict[int, tuple[str, ...]] = {}
        self._fields = {name: self._read_once(of) for name, of in fields.items()}
        self._held: dict[str, frozenset[int]] = {}
        """The rows for which a condition holds, by its text."""
        self._last = Filter((), ())
        self._found = self._every

    def cells(self, row: int) -> tuple[str, ...]:
        """What a record shows in each column."""
        found = self._cells.get(row)
        if found is None:
            found = self._cells[row] = tuple(column.shown(self.records[row]) for column in self.columns)
        return found

    def rows(self, text: str, order: Order) -> list[int]:
        """Indices of the records that fit, in order. Raises BadQuery where a condition means nothing."""
        asked = take_apart(text)
        if asked != self._last:
            found = self._narrowed(asked)
            if not found:
                self._refuse_begun(asked)
            self._last, self._found = asked, found
        return self._sorted(self._found, order)

    def _refuse_begun(self, asked: Filter) -> None:
        """A word that finds nothing and is a field, or will be one, is a condition that is being typed."""
        begun = asked.words[-1].casefold() if asked.words and not asked.conditions else ""
        meant = next((name for name in self._fields if begun and name.startswith(begun)), None)
        if meant is not None and not any(begun in text for text in self._texts):
            raise BadQuery(f"{begun!r} alone finds nothing", f"{meant} with = != < <= > >= ~ and a value")

    def _narrowed(self, asked: Filter) -> list[int]:
        narrower = _extends(asked, self._last)
        found = self._found if narrower else self._every
        for condition in asked.conditions:
            if not (narrower and condition in self._last.conditions):
                found = self._meeting(condition, found)
        for word in asked.words:
            if not (narrower and word in self._last.words):
                folded, texts = word.casefold(), self._texts
                found = [row for row in found if folded in texts[row]]
        return found

    def _meeting(self, condition: str, rows: Iterable[int]) -> list[int]:
        if condition not in self._held:
            query: Query = parse((condition,), self._fields)
            self._held[condition] = frozenset(filter(query.__call__, self._every))
        held = self._held[condition]
        return [row for row in rows if row in held]

    def _read_once(self, of: Field) -> Field:
        """The same field, by row: the records are read when it is first asked for, and never again."""
        values: list[Any] = []

        def read(row: int) -> Any:
            if not values:
                values.extend(_exact(of.read(record)) for record in self.records)
            return values[row]

        return of._replace(read=read)

    def _sorted(self, found: list[int], order: Order) -> list[int]:
        whole = self._orders.get(order)
        if whole is None:
            whole = self._orders[order] = self._order(order)
        if len(found) == len(whole):
            return whole
        wanted = bytearray(len(whole))
        for row in found:
            wanted[row] = 1
        return [row for row in whole if wanted[row]]

    def _order(self, order: Order) -> list[int]:
        """All rows; equal ones stay in the order of the records, unknown ones go last."""
        value = self.columns[order.column].value
        values = [value(record) for record in self.records]
        known = [row for row, one in enumerate(values) if one is not None]
        unknown = [row for row, one in enumerate(values) if one is None]
        return sorted(known, key=lambda row: values[row], reverse=order.falling) + unknown


def _extends(asked: Filter, before: Filter) -> bool:
    """Whether whatever fits now fitted before: conditions or words were added, or a word grew."""
    if len(asked.words) < len(before.words) or not set(before.conditions) <= set(asked.conditions):
        return False
    return all(old in new for new, old in zip(asked.words, before.words, strict=False))


def _exact(value: Any) -> Any:
    """A binary fraction as the decimal that it is written as, once instead of at every comparison."""
    return Decimal(repr(value)) if isinstance(value, float) else value
