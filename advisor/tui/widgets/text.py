"""Text that others wrote, made safe to show: literal, no markup, no control or direction characters."""

from __future__ import annotations

import unicodedata

from rich.text import Text
from textual.content import Content

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
LINE_BREAKS = frozenset({"\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"})
MAX_CELL_CHARS = 400


def clean(text: str) -> str:
    """Without escape, control and direction characters; tabs become four spaces, every line end a newline.

    Unassigned and private code points go too: terminals disagree about how wide they are.
    """
    return "".join(_shown(character) for character in text.replace("\r\n", "\n"))


def _shown(character: str) -> str:
    if character in LINE_BREAKS:
        return "\n"
    if character == "\t":
        return "    "
    return "" if unicodedata.category(character) in HIDDEN else character


def one_line(text: str, limit: int = MAX_CELL_CHARS) -> str:
    """The same on one line, cut to ``limit`` characters with an ellipsis."""
    short = " ".join(clean(text[: 4 * limit]).split())
    return short if len(short) <= limit and len(text) <= 4 * limit else f"{short[: limit - 1]}…"


def plain(text: str) -> Content:
    """Untrusted text as content that is shown literally: nothing in it is markup, a link or an action."""
    return Content(clean(text))


def cell(text: str, style: str = "") -> Text:
    """Untrusted text as a table cell: one line, literal."""
    return Text(one_line(text), style=style, no_wrap=True, overflow="ellipsis", end="")


def right(text: str, style: str = "") -> Text:
    """A figure as a table cell, aligned right."""
    return Text(one_line(text), style=style, justify="right", no_wrap=True, end="")
