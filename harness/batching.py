"""Which rows stand together in which step, decided before the first, and the tensors that come of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from harness.chat import IGNORED, Encoded

WINDOW_BATCHES = 8
"""Rows of so many batches are sorted by length together: little padding, and still a random order."""

Batch = tuple[int, ...]
"""Places of rows in the training set."""


def plan_batches(lengths: Sequence[int], *, batches: int, size: int, seed: int) -> list[Batch]:
    """The rows of each micro-batch of a whole run; the same for the same arguments, so a resumed run goes on with it."""
    order = endless(len(lengths), seed)
    choose = random.Random(f"{seed}/batches")  # noqa: S311 - a reproducible order, not a secret
    planned: list[Batch] = []
    while len(planned) < batches:
        window = sorted(islice(order, size * WINDOW_BATCHES), key=lambda place: lengths[place])
        grouped = [tuple(window[start : start + size]) for start in range(0, len(window), size)]
        choose.shuffle(grouped)
        planned += grouped
    return planned[:batches]


def endless(rows: int, seed: int) -> Iterator[int]:
    """Every row once in a seeded order, then again in another."""
    epoch = 0
    while True:
        places = list(range(rows))
        random.Random(f"{seed}/epoch {epoch}").shuffle(places)  # noqa: S311 - a reproducible order, not a secret
        yield from places
        epoch += 1


def pad(rows: Sequence[Encoded], *, pad_id: int) -> dict[str, Any]:
    """Rows one below the other, padded at the end to the longest.

    No mask is needed: under causal attention nothing that counts comes after, and so looks at, the padding.
    """
    import torch  # noqa: PLC0415 - planning is light

    width = max(len(row.input_ids) for row in rows)
    ids = [row.input_ids + [pad_id] * (width - len(row.input_ids)) for row in rows]
    labels = [row.labels + [IGNORED] * (width - len(row.input_ids)) for row in rows]
    return {"input_ids": torch.tensor(ids), "labels": torch.tensor(labels)}
