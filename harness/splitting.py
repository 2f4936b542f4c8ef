"""Train, validation and test rows that share nothing, drawn with a seed and in the labels' proportions."""

from __future__ import annotations

import hashlib
import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from harness.errors import InputError
from harness.protocol import Row, Split
from harness.rows import Pair

PRECEDENCE: tuple[Split, ...] = ("test", "validation", "train")
"""Where a text stands in two splits, the first of these keeps it."""
MIN_ROWS = 20
"""Below this, half for training and a test of a few rows say nothing."""
KEPT_FOR_TRAINING = 0.5


class Splits(NamedTuple):
    """The rows of each split, and what was removed on the way."""

    rows: dict[Split, list[Row]]
    duplicates_removed: int
    overlaps_removed: int


def key(text: str) -> str:
    """A text as it is compared: case, spaces and punctuation do not count. A text of nothing else stays as it is."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(character if character.isalnum() else " " for character in folded).split()
    return " ".join(words) or folded


def row_id(text: str) -> str:
    """A name for an item that does not depend on its place."""
    return hashlib.sha256(key(text).encode()).hexdigest()[:16]


def to_row(pair: Pair) -> Row:
    """A pair with its id."""
    return Row(id=row_id(pair.input), input=pair.input, output=pair.output)


def unique(pairs: Iterable[Pair], taken: Iterable[str] = ()) -> tuple[list[Row], int, int]:
    """Rows whose text is new; how many repeat one before, and how many repeat one that is taken."""
    reserved, seen = frozenset(taken), set[str]()
    rows: list[Row] = []
    repeated = overlapping = 0
    for row in map(to_row, pairs):
        if row.id in reserved:
            overlapping += 1
        elif row.id in seen:
            repeated += 1
        else:
            seen.add(row.id)
            rows.append(row)
    return rows, repeated, overlapping


def separate(official: Mapping[Split, list[Pair]]) -> Splits:
    """Official splits without repetitions in or across them."""
    taken: set[str] = set()
    rows: dict[Split, list[Row]] = {}
    repeated = overlapping = 0
    for split in PRECEDENCE:
        rows[split], again, elsewhere = unique(official[split], taken)
        taken.update(row.id for row in rows[split])
        repeated, overlapping = repeated + again, overlapping + elsewhere
    return Splits(rows, repeated, overlapping)


def cut(splits: Splits, *, validation_items: int, test_items: int, seed: int) -> Splits:
    """Official splits at the sizes asked for; validation rows that are missing come from train, never from test."""
    test, _ = draw(splits.rows["test"], test_items, seed=seed, salt="test")
    validation, _ = draw(splits.rows["validation"], validation_items, seed=seed, salt="validation")
    more, train = draw(splits.rows["train"], validation_items - len(validation), seed=seed, salt="more validation")
    rows: dict[Split, list[Row]] = {"train": train, "validation": [*validation, *more], "test": test}
    return splits._replace(rows={split: shuffled(part, seed=seed, salt=split) for split, part in rows.items()})


def split_pool(pairs: Iterable[Pair], *, validation_items: int, test_items: int, seed: int) -> Splits:
    """One pool divided into three; a small one keeps half for training. Raises InputError when there are too few rows."""
    rows, repeated, _ = unique(pairs)
    if len(rows) < MIN_ROWS:
        raise InputError(
            f"the data has {len(rows)} different rows, too few to split",
            f"at least {MIN_ROWS} are needed; {2 * (validation_items + test_items)} for the sizes asked for",
        )
    share = min(1.0, len(rows) * (1 - KEPT_FOR_TRAINING) / (validation_items + test_items))
    test, rest = draw(rows, max(1, int(test_items * share)), seed=seed, salt="test")
    validation, train = draw(rest, max(1, int(validation_items * share)), seed=seed, salt="validation")
    parts: dict[Split, list[Row]] = {"train": train, "validation": validation, "test": test}
    return Splits({split: shuffled(part, seed=seed, salt=split) for split, part in parts.items()}, repeated, 0)


def draw(rows: list[Row], count: int, *, seed: int, salt: str) -> tuple[list[Row], list[Row]]:
    """``count`` rows in the proportions of the outputs, and the rest."""
    if count >= len(rows):
        return (rows, []) if count > 0 else ([], rows)
    by_output: dict[str, list[Row]] = defaultdict(list)
    for row in shuffled(rows, seed=seed, salt=salt):
        by_output[row.output].append(row)
    parts = list(by_output.values())
    quotas = proportional(count, [len(part) for part in parts])
    taken = {row.id for part, quota in zip(parts, quotas, strict=True) for row in part[:quota]}
    return [row for row in rows if row.id in taken], [row for row in rows if row.id not in taken]


def proportional(count: int, sizes: list[int]) -> list[int]:
    """Whole shares of ``count`` in proportion to ``sizes``: the largest remainders are rounded up, the first of equals."""
    exact = [count * size / sum(sizes) for size in sizes]
    quotas = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda at: quotas[at] - exact[at])
    for at in by_remainder[: count - sum(quotas)]:
        quotas[at] += 1
    return quotas


def shuffled(rows: list[Row], *, seed: int, salt: str) -> list[Row]:
    """Rows in an order that depends on the seed alone, not on where they stood."""
    ordered = sorted(rows, key=lambda row: row.id)
    random.Random(f"{seed}/{salt}").shuffle(ordered)  # noqa: S311 - a reproducible order, not a secret
    return ordered
