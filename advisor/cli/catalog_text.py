"""Facts as text: cells, marks, tables within the width at hand."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import click

from advisor.errors import BadInput
from advisor.marks import RECALLED
from advisor.wording import printable

WIDTH = 80
"""Where nobody knows how wide the output will be shown."""
UNKNOWN, UNPRICED = "?", "unpriced"
OWN = "*"
LEGEND = f"{RECALLED} recalled, {OWN} your own, {UNKNOWN} unknown"
SHORT = {"self_host": "self", "open_weights": "open", "unknown": UNKNOWN, "proprietary API terms": "API terms"}
ROOMY = 100
"""Cells from which on all usual columns are shown."""
READABLE = 8
"""Cells that still say most of a word."""


class Column(NamedTuple):
    """A column of a list."""

    title: str
    text: Callable[[Any], str]
    right: bool = False
    """Figures end at the same place."""
    whole: bool = False
    """Never cut: a figure without its last digits is another figure."""
    wide: bool = False
    """Only where there is room for more than the most telling columns."""


def width() -> int:
    """Of the terminal, or 80 where there is none."""
    try:
        return max(WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):  # a file, a pipe, or a stream of a test without a number
        return WIDTH


def say(lines: Sequence[str]) -> None:
    """Print lines."""
    click.echo("\n".join(lines))


def own(record: Any) -> str:
    """The mark of a fact of the user's own."""
    return OWN if record.origin in ("overlay", "imported") else ""


def cell(value: Any, kind: str, mark: str = "") -> str:
    """A value of a field, unknown as such."""
    if value is None:
        return UNPRICED if kind == "money" else UNKNOWN
    return _written(value, kind) + mark


def _written(value: Any, kind: str) -> str:
    if kind in _FIGURES:
        return _FIGURES[kind](value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return SHORT.get(value, str(value))


def count(number: float) -> str:
    """8.03B, 135M."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if number >= size:
            return f"{number / size:.3g}{letter}" if number < 1000 * size else f"{number / size:,.0f}{letter}"
    return f"{number:,}"


def tokens(number: int) -> str:
    """``K`` of 1,024 where it comes out whole, else ``k`` of 1,000."""
    if number % 2**20 == 0:
        return f"{number >> 20}M"
    return f"{number // 1024}K" if number % 1024 == 0 else f"{number / 1000:g}k"


def money(amount: Decimal) -> str:
    """As precise as it was given."""
    return f"{amount.normalize():f}"


_FIGURES: Mapping[str, Callable[[Any], str]] = {
    "count": count,
    "tokens": tokens,
    "money": money,
    "gb": lambda size: f"{size:g}" if size < 1000 else f"{size:,.0f}",
    "number": lambda number: f"{number:g}",
}


def table(every: Sequence[Column], records: Sequence[Any]) -> list[str]:
    """Aligned columns within the width; the widest is shortened first. Raises BadInput where they can't fit."""
    columns = [column for column in every if not column.wide or width() >= ROOMY]
    rows = [[column.title for column in columns]]
    rows += [[printable(column.text(record)) for column in columns] for record in records]
    widths = _widths(rows, [column.right or column.whole for column in columns], width())
    layout = list(zip(widths, (column.right for column in columns), strict=True))
    return ["  ".join(_cut(text, *fit) for text, fit in zip(row, layout, strict=True)).rstrip() for row in rows]


def _widths(rows: list[list[str]], whole: list[bool], available: int) -> list[int]:
    """Of the widest texts; where they do not fit, words give way, those of the first column, which names it, last."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = available - 2 * (len(widths) - 1)
    while sum(widths) > room:
        place = _to_shorten(widths, whole)
        if place is None:
            raise BadInput(f"{len(widths)} columns do not fit into {available} cells", "name fewer, or use --json")
        widths[place] -= 1
    return widths


def _to_shorten(widths: list[int], whole: list[bool]) -> int | None:
    """The widest column of words that stays readable, else the first."""
    words = [place for place in range(1, len(widths)) if not whole[place] and widths[place] > READABLE]
    if words:
        return max(words, key=lambda place: widths[place])
    return 0 if widths[0] > READABLE else None


def _cut(text: str, wide: int, right: bool) -> str:
    if len(text) > wide:
        return text[: wide - 1] + "…"
    return text.rjust(wide) if right else text.ljust(wide)


def folded(text: str) -> list[str]:
    """Within the width."""
    return textwrap.wrap(text, width())


def labelled(values: Sequence[tuple[str, str]]) -> list[str]:
    """Name and value, wrapped beside each other."""
    wide = max((len(name) for name, _ in values), default=0) + 2
    lines: list[str] = []
    for name, value in values:
        parts = textwrap.wrap(printable(value), width() - wide) or [""]
        lines += [f"{printable(name):<{wide}}{parts[0]}", *(" " * wide + part for part in parts[1:])]
    return lines


def dated(source: str | None, as_of: date | None, confidence: str | None = None) -> str:
    """Where a fact is from, when it was seen, and how far to trust it."""
    stamps = ", ".join(str(part) for part in (as_of or "undated", confidence) if part)
    return f"{source or 'no source'} ({stamps})"
