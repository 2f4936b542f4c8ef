"""Makes text that somebody else wrote safe to show: no control characters, no reordering, no page of it."""

from __future__ import annotations

import unicodedata

LONGEST = 600
REPLACED = "\N{REPLACEMENT CHARACTER}"
REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that show text in another order than it is stored in."""
UNWANTED = frozenset({"Cc", "Cs"})
"""Unicode categories: control characters, and halves of surrogate pairs, which no UTF-8 file holds."""


def clean(text: str, *, longest: int = LONGEST) -> str:
    """The text with marks that a screen would obey replaced by a visible sign, cut after ``longest`` characters."""
    shown = "".join(_visible(mark) for mark in text[:longest])
    left = len(text) - longest
    return f"{shown} … ({left:,} more characters)" if left > 0 else shown


def _visible(mark: str) -> str:
    if mark in "\n\t":
        return mark
    return REPLACED if mark in REORDERING or unicodedata.category(mark) in UNWANTED else mark
