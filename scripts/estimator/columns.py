"""Measured workloads as columns, and the formulas run over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from advisor.errors import BadInput
from advisor.estimate import memory, serving, speed
from advisor.estimate.arithmetic import Arithmetic
from advisor.estimate.cards import Card
from advisor.estimate.constants import Constants
from advisor.estimate.understood import understood
from advisor.estimate.work import Work
from catalog.load import Catalog
from scripts.estimator.rows import Measured

Floats = NDArray[np.float64]
NUMPY = cast("Arithmetic", np)
NO_LIMIT = 1e9


@dataclass(frozen=True)
class Columns:
    """A part's workloads: what the formulas see, the answers, and where they are from."""

    part: str
    work: Any
    card: Card | None
    room_gib: Floats
    value: Floats
    sources: tuple[str, ...]
    ids: tuple[str, ...]


def columns(part: str, rows: Sequence[Measured], catalog: Catalog, fit: Constants) -> Columns:
    """Columns of the rows that name a card (except for memory) and a size; a second figure of a run is a row of its own."""
    found: list[tuple[Any, Card | None, float, float, str, str]] = []
    for row in rows:
        try:
            asked = understood(row.spec, catalog, fit)
        except BadInput:
            continue
        if asked is None or (part != "memory" and not asked.cards):
            continue
        card = asked.cards[0] if asked.cards else None
        room = max(asked.rooms_gib, default=NO_LIMIT)
        work = asked.swift if part == "throughput" else asked.work
        found.append((work, card, room, row.value, row.source, row.id))
        if row.allocated and isinstance(work, Work):
            bare = dataclasses.replace(work, reserved=0.0, driver=0.0)
            found.append((bare, card, NO_LIMIT, row.allocated, f"{row.source} (allocated)", row.id))
    works, cards, rooms, values, sources, ids = zip(*found, strict=True)
    return Columns(
        part,
        _stacked(works),
        None if part == "memory" else _stacked(cards),
        np.array(rooms),
        np.array(values),
        sources,
        ids,
    )


def predictor(of: Columns) -> Callable[[Constants], Floats]:
    """Constants in, expected values out."""
    if of.part == "memory":

        def gib(constants: Constants) -> Floats:
            parts = memory.capped(memory.peak_parts_gib(of.work, constants.memory, NUMPY), of.room_gib, NUMPY)
            return cast("Floats", sum(parts.values()))

        return gib
    if of.part == "throughput":
        return lambda constants: cast(
            "Floats", speed.tokens_per_second_per_gpu(of.work, _card(of), constants.training, NUMPY)
        )
    return lambda constants: cast(
        "Floats", serving.output_tokens_per_second(of.work, _card(of), constants.serving, NUMPY)
    )


def chosen(of: Columns, keep: NDArray[np.bool_]) -> Columns:
    """Some of the rows."""

    def cut(record: Any) -> Any:
        if record is None:
            return None
        return type(record)(**{f.name: getattr(record, f.name)[keep] for f in dataclasses.fields(record)})

    indices = np.flatnonzero(keep)
    return Columns(
        of.part,
        cut(of.work),
        cut(of.card),
        of.room_gib[keep],
        of.value[keep],
        tuple(of.sources[index] for index in indices),
        tuple(of.ids[index] for index in indices),
    )


def _card(of: Columns) -> Card:
    if of.card is None:
        raise ValueError(f"{of.part} has no cards")
    return of.card


def _stacked(records: Sequence[Any]) -> Any:
    names = [field.name for field in dataclasses.fields(records[0])]
    return type(records[0])(**{name: np.array([getattr(one, name) for one in records], float) for name in names})
