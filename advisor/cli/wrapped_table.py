"""A table whose cells take as many lines as they need: what is compared is never cut."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from advisor.cli.catalog_text import Column, width
from advisor.errors import BadInput
from advisor.wording import printable

KEPT = "\N{NO-BREAK SPACE}"
"""Instead of a blank where a line must not end: behind a mark, and before a value without one."""
INDENT = "  "
"""Of a cell's further lines."""
LONG = 16
"""Cells of a word that may be broken, with its mark."""


def wrapped_table(columns: Sequence[Column], records: Sequence[Any]) -> list[str]:
    """Aligned columns within the width, figures whole. Raises BadInput where they can't fit."""
    rows = [[column.title for column in columns]]
    rows += [[_shown(column.text(record)) for column in columns] for record in records]
    widths = _widths(rows, width() - len(INDENT) * (len(columns) - 1))
    return [line for row in rows for line in _lines(row, widths)]


def _shown(text: str) -> str:
    """A mark, or the blank in its place, stays beside its value."""
    clean = printable(text)
    return clean[:2].replace(" ", KEPT) + clean[2:] if clean[1:2] == " " else clean


def _widths(rows: list[list[str]], room: int) -> list[int]:
    """Of the widest cells; where they do not fit the widest gives way, as far as its longest word."""
    least = [max(_longest_word(cell) for cell in column) for column in zip(*rows[1:], strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) > room:
        place = max(range(len(widths)), key=lambda at: (widths[at] > least[at], widths[at]))
        if widths[place] <= least[place]:
            raise BadInput("these do not fit beside each other", "compare fewer, or use --json")
        widths[place] -= 1
    return widths


def _longest_word(cell: str) -> int:
    """What has to fit: figures whole, words up to where they may be broken."""
    words = textwrap.wrap(cell, 1, subsequent_indent=INDENT, break_long_words=False)
    return max((min(len(word), LONG) if any(map(str.isalpha, word)) else len(word) for word in words), default=1)


def _parts(cell: str, wide: int) -> list[str]:
    """The lines of a cell; words that are longer than the width are broken where it ends."""
    return textwrap.wrap(cell, wide, subsequent_indent=INDENT) or [""]


def _lines(row: list[str], widths: list[int]) -> list[str]:
    parts = [_parts(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    return [
        INDENT.join(part.ljust(wide) for part, wide in zip(line, widths, strict=True)).rstrip().replace(KEPT, " ")
        for line in zip_longest(*parts, fillvalue="")
    ]
