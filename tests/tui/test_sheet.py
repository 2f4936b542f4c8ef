"""Words and conditions find what they say, in any order of typing, and unknown goes last."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.tui.sheet import Column, Filter, Order, Sheet, take_apart
from catalog.query import BadQuery, Field


class Thing(NamedTuple):
    name: str
    size: int | None


THINGS = (Thing("Alpha one", 3), Thing("alpha two", None), Thing("Beta one", 1), Thing("Beta two", 2))
COLUMNS = (
    Column("name", "name", 9, lambda one: one.name.casefold(), lambda one: one.name),
    Column("size", "size", 4, lambda one: one.size, lambda one: str(one.size)),
)
FIELDS = {
    "text": Field("text", lambda one: one.name, ""),
    "size": Field("count", lambda one: one.size, ""),
    "name": Field("text", lambda one: one.name, ""),
}
BY_NAME, BY_SIZE = Order(0, falling=False), Order(1, falling=False)


def sheet(things: tuple[Thing, ...] = THINGS) -> Sheet:
    return Sheet(COLUMNS, things, fields=FIELDS)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("alpha", [0, 1]),
        ("ONE", [0, 2]),
        ("one beta", [2]),
        ("size<=2", [2, 3]),
        ("beta size<2", [2]),
        ("size>=1 size<3", [2, 3]),
        ("size>=1 and not size=2", [0, 2]),
        ("two size is unknown", [1]),
        ("(size=1 or size=3)", [0, 2]),
        ("gamma", []),
    ],
)
def test_words_and_conditions_find_what_they_say(typed: str, found: list[int]) -> None:
    assert sheet().rows(typed, BY_NAME) == found


@pytest.mark.parametrize("typed", ["siz", "size", "size<", "colour=red", "size<x", "(size=1", 'name~"open'])
def test_a_condition_that_means_nothing_says_what_is_allowed_and_the_next_one_works(typed: str) -> None:
    tried = sheet()
    with pytest.raises(BadQuery) as caught:
        tried.rows(typed, BY_NAME)
    assert caught.value.allowed
    assert tried.rows("one", BY_NAME) == [0, 2]


def test_unknown_goes_last_in_either_direction() -> None:
    assert sheet().rows("", BY_SIZE) == [2, 3, 0, 1]
    assert sheet().rows("", Order(1, falling=True)) == [0, 3, 2, 1]


@pytest.mark.parametrize(
    ("typed", "words", "conditions"),
    [
        ("qwen params<=8B license~apache", ("qwen",), ("params<=8B", "license~apache")),
        ("qwen params <= 8B", ("qwen",), ("params <= 8B",)),
        ('a b license~"apache 2"', ("a", "b"), ('license~"apache 2"',)),
        ("x not tools=yes", ("x",), ("not tools=yes",)),
        ("a=1 and b=2", (), ("a=1 and b=2",)),
        ("plain words", ("plain", "words"), ()),
    ],
)
def test_words_come_before_conditions(typed: str, words: tuple[str, ...], conditions: tuple[str, ...]) -> None:
    assert take_apart(typed) == Filter(words, conditions)


WORDS = st.sampled_from(["alpha", "one", "on", "o", "b", "beta", "size<3", "size>=1", "size is unknown", ""])


@given(st.lists(WORDS, max_size=6))
def test_what_was_typed_before_never_changes_what_is_found(history: list[str]) -> None:
    """Narrowing is a shortcut: a sheet with a past finds what a fresh one finds."""
    used, typed = sheet(), ""
    for word in history:
        typed = " ".join(part for part in (word, typed) if part) if "size" not in word else f"{typed} {word}".strip()
        for end in range(len(typed) + 1):
            assert rows(used, typed[:end]) == rows(sheet(), typed[:end])


def rows(of: Sheet, typed: str) -> list[int] | None:
    try:
        return of.rows(typed, BY_NAME)
    except BadQuery:
        return None
