"""Finding models by words, the best match first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

PLACES = (("name", 8), ("family", 4), ("vendor", 3), ("strengths", 2), ("license", 1))
"""Where a word may stand, and what it counts there."""
WHOLE, BEGINS, INSIDE = 4, 3, 2
"""The whole of a word of the place, its beginning, or anywhere in it."""
ALIKE = 0.75
"""How alike a mistyped word has to be: one wrong letter of five."""


class Found(NamedTuple):
    """A model and how well it matches; ``near`` where a word only resembles what was typed."""

    model: Any
    rank: float
    near: bool


def search(text: str, models: Sequence[Any]) -> list[Found]:
    """Models that have every word of the text, best first; where there is none, those with words that resemble them."""
    words = text.casefold().split()
    entries = [(model, _places(model)) for model in models]
    exact = _ranked((Found(model, _rank(words, places), False) for model, places in entries))
    return exact or _ranked(_resembling(words, entries))


def _ranked(found: Iterable[Found]) -> list[Found]:
    """Best first; equals by id."""
    return sorted((one for one in found if one.rank > 0), key=lambda one: (-one.rank, one.model.id.casefold()))


def _places(model: Any) -> list[tuple[str, int]]:
    """Text to look in, and what it counts."""
    texts = [(model.id.casefold(), PLACES[0][1])]
    return texts + [(str(getattr(model, name) or "").casefold(), weight) for name, weight in PLACES]


def _rank(words: Sequence[str], places: Sequence[tuple[str, int]]) -> float:
    """The sum of the best place of each word; 0 unless every word has one. A shorter name is the closer one."""
    scores = [max(weight * _fit(word, text) for text, weight in places) for word in words]
    return sum(scores) - len(places[0][0]) / 1000 if scores and all(scores) else 0


def _fit(word: str, text: str) -> int:
    at = text.find(word)
    if at < 0:
        return 0
    if at > 0 and text[at - 1].isalnum():
        return INSIDE
    end = at + len(word)
    return WHOLE if end == len(text) or not text[end].isalnum() else BEGINS


def _resembling(words: Sequence[str], entries: Sequence[tuple[Any, Sequence[tuple[str, int]]]]) -> Iterable[Found]:
    """With each word replaced by the closest that stands anywhere in the catalog."""
    import difflib  # noqa: PLC0415 - only when nothing matches

    known = {part for _, places in entries for text, _ in places for part in re.split(r"[^\w.]+", text) if part}
    meant = [difflib.get_close_matches(word, known, n=1, cutoff=ALIKE) for word in words]
    if not words or not all(meant):
        return []
    corrected = [close[0] for close in meant]
    return [Found(model, _rank(corrected, places), True) for model, places in entries]
