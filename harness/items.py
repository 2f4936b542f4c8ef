"""The per-item journal of an evaluation: batches of results on disk before the next batch begins.

A result is used again only where model, adapter, prompt, engine, settings, item and the items beside it agree: batched
arithmetic in 16 bits depends on what else is in the batch, so a batch is taken whole or done again whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from harness import chain
from harness.errors import HarnessError
from harness.protocol import ItemResult

ITEMS = "items.jsonl"
KIND = "items"


class Item(NamedTuple):
    """One item as an arm gets it: the row, and the prompt rendered and counted."""

    place: int
    id: str
    input: str
    target: str
    prompt: str
    prompt_tokens: int


class Batch(NamedTuple):
    """Results of one batch, and how long generating them took."""

    items: tuple[ItemResult, ...]
    seconds: float


def batches(items: Sequence[Item], size: int) -> list[tuple[Item, ...]]:
    """Items in order, cut into batches that do not depend on what was done before."""
    return [tuple(items[start : start + size]) for start in range(0, len(items), size)]


def batch_keys(circumstances: Mapping[str, Any], batch: Sequence[Item]) -> list[str]:
    """The key of each item of a batch: what it was made with, what it is, and what stood beside it."""
    beside = chain.digest([[item.id, item.prompt] for item in batch])
    return [chain.digest({**circumstances, "batch": beside, **item._asdict()}) for item in batch]


class ItemJournal:
    """The one writer of a run's items.jsonl, and what earlier sessions left in it."""

    def __init__(self, run_dir: Path, wanted: Iterable[str]) -> None:
        self.path = run_dir / ITEMS
        self._done = read_batches(self.path)
        self.set_aside = set_aside_strangers(self.path, self._done, frozenset(wanted))
        if self.set_aside is not None:
            self._done = {}
        self._writer = chain.Writer(self.path, wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._writer.close()

    @property
    def head(self) -> str:
        """Hash of the last record."""
        return self._writer.head

    def find(self, keys: Sequence[str]) -> Batch | None:
        """The journalled batch with exactly these keys."""
        return self._done.get(tuple(keys))

    def append(self, arm: str, batch: Batch) -> None:
        """Put a batch on disk; it is safe when this returns."""
        results = [item.model_dump(mode="json") for item in batch.items]
        self._writer.append(KIND, {"arm": arm, "seconds": batch.seconds, "items": results})
        self._done[keys_of(batch)] = batch


def keys_of(batch: Batch) -> tuple[str, ...]:
    """What a batch is found by."""
    return tuple(item.key for item in batch.items)


def read_batches(path: Path) -> dict[tuple[str, ...], Batch]:
    """All batches of a journal by their keys. Raises HarnessError where the journal was tampered with."""
    try:
        found = [to_batch(record) for record in chain.read(path)]
    except chain.ChainError as error:
        raise HarnessError(str(error), "the items cannot be trusted; start a new run") from error
    return {keys_of(batch): batch for batch in found}


def to_batch(record: chain.Record) -> Batch:
    """A journal record as a batch."""
    items = tuple(ItemResult.model_validate(item) for item in record.body["items"])
    return Batch(items, record.body["seconds"])


def set_aside_strangers(path: Path, done: Mapping[tuple[str, ...], Batch], wanted: frozenset[str]) -> Path | None:
    """Move a journal aside that holds results made with something else; returns where it went.

    The library versions are in the keys: an engine that was upgraded between two sessions must not mix its outputs
    with the old one's, and a reader of the journal must not meet an item twice.
    """
    if all(key in wanted for keys in done for key in keys):
        return None
    aside = path.with_name(f"{path.name}.made-otherwise-{chain.file_sha256(path)[:12]}")
    path.replace(aside)
    chain.sync_directory(path.parent)
    return aside
