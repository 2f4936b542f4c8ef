"""Splits share nothing, keep the labels' proportions, and depend on the seed alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputError
from harness.protocol import Split
from harness.rows import Pair
from harness.splitting import MIN_ROWS, cut, key, proportional, separate, split_pool


def pool(count: int, labels: int = 4) -> list[Pair]:
    return [Pair(f"message number {number}", f"label {number % labels}") for number in range(count)]


@settings(max_examples=50, deadline=None)
@given(count=st.integers(MIN_ROWS, 300), labels=st.integers(1, 12), seed=st.integers(0, 99), test=st.integers(1, 200))
def test_the_splits_are_disjoint_and_hold_every_row(count: int, labels: int, seed: int, test: int) -> None:
    splits = split_pool(pool(count, labels), validation_items=50, test_items=test, seed=seed)
    ids = [row.id for rows in splits.rows.values() for row in rows]
    assert len(ids) == len(set(ids)) == count
    assert all(splits.rows.values())
    assert len(splits.rows["train"]) >= count // 2


def test_labels_keep_their_proportions() -> None:
    pairs = [Pair(f"text {number}", "rare" if number % 10 == 0 else "common") for number in range(1000)]
    splits = split_pool(pairs, validation_items=100, test_items=200, seed=1)
    counts = {split: Counter(row.output for row in rows) for split, rows in splits.rows.items()}
    assert counts["test"] == {"rare": 20, "common": 180}
    assert counts["validation"] == {"rare": 10, "common": 90}


def test_the_order_of_the_file_does_not_matter_but_the_seed_does() -> None:
    pairs = pool(200)
    shuffled = random.Random(4).sample(pairs, len(pairs))
    first = split_pool(pairs, validation_items=20, test_items=40, seed=1)
    assert split_pool(shuffled, validation_items=20, test_items=40, seed=1) == first
    assert split_pool(pairs, validation_items=20, test_items=40, seed=2).rows["test"] != first.rows["test"]


def test_texts_that_differ_in_case_space_and_punctuation_are_one() -> None:
    assert key("Where  is\tmy CARD?!") == key("where is my card") == key("WHERE-is my card…")
    assert key("¿?") != key("!!")
    pairs = [*pool(30), Pair("Message, NUMBER 3!", "label 3")]
    splits = split_pool(pairs, validation_items=5, test_items=5, seed=1)
    assert splits.duplicates_removed == 1


def test_a_text_in_two_official_splits_stays_in_test_then_validation() -> None:
    official: dict[Split, list[Pair]] = {
        "train": [Pair("a", "x"), Pair("A!", "x"), Pair("b", "x"), Pair("c", "x"), Pair("c", "y")],
        "validation": [Pair("a", "x"), Pair("d", "x"), Pair("b.", "x")],
        "test": [Pair("a", "x")],
    }
    splits = separate(official)
    texts = {split: [row.input for row in rows] for split, rows in splits.rows.items()}
    assert texts == {"test": ["a"], "validation": ["d", "b."], "train": ["c"]}
    assert (splits.duplicates_removed, splits.overlaps_removed) == (1, 4)


def test_missing_validation_rows_come_from_train_and_never_from_test() -> None:
    official: dict[Split, list[Pair]] = {
        "train": pool(100),
        "validation": [Pair("only one", "label 0")],
        "test": [Pair(f"t {n}", "label 0") for n in range(50)],
    }
    splits = cut(separate(official), validation_items=11, test_items=20, seed=3)
    assert {split: len(rows) for split, rows in splits.rows.items()} == {"train": 90, "validation": 11, "test": 20}
    assert all(row.input.startswith("t ") for row in splits.rows["test"])


def test_too_few_rows_say_how_many_are_needed() -> None:
    with pytest.raises(InputError, match="19 different rows") as caught:
        split_pool(pool(MIN_ROWS - 1), validation_items=100, test_items=200, seed=1)
    assert f"at least {MIN_ROWS}" in caught.value.hint


@given(sizes=st.lists(st.integers(1, 50), min_size=1, max_size=8), data=st.data())
def test_shares_add_up_and_no_part_gives_more_than_it_has(sizes: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(sizes)))
    shares = proportional(count, sizes)
    assert sum(shares) == count
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))
