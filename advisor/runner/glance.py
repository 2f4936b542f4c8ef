"""The first and the last records of a run's journal, at a cost that does not grow with the journal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from advisor.errors import TunewiseError
from advisor.store.tail import JournalDamaged
from harness import chain
from harness.protocol import Event, to_event

BLOCK_BYTES = 256 * 1024


class Glance(NamedTuple):
    """What a journal says at its two ends. Each line is checked by its own hash, the chain only at the end."""

    started_at: str | None
    records: int
    last_kind: str | None
    events: tuple[Event, ...]
    """The last events in order, as many as lie in the last block."""


def glance(path: Path) -> Glance:
    """Look at a run's journal. Raises JournalDamaged, or TunewiseError for what another version wrote."""
    if not path.exists():
        return Glance(None, 0, None, ())
    try:
        records = _last_records(path)
        started = next((chain.parse(path, 1, line).at for _, line in chain.lines(path)), None)
    except chain.ChainError as error:
        raise _damage(path, error) from error
    if not records:
        return Glance(None, 0, None, ())
    events = tuple(understood(path, record) for record in records)
    return Glance(started, records[-1].seq + 1, records[-1].kind, events)


def _damage(path: Path, seen: chain.ChainError) -> JournalDamaged:
    """The first damage of a journal by its line, which its end alone does not tell."""
    try:
        chain.read(path)
    except chain.ChainError as first:
        return JournalDamaged(path, first.line, first.reason)
    return JournalDamaged(path, seen.line, seen.reason)


def understood(path: Path, record: chain.Record) -> Event:
    """A record as an event. Raises TunewiseError where another version wrote one that this one does not know."""
    try:
        return to_event(record)
    except ValidationError as error:
        place = f"{path}, line {record.seq + 1}"
        raise TunewiseError(
            f"{place}: an event {record.kind!r} that this tunewise does not know", "use the version that wrote it"
        ) from error


def _last_records(path: Path) -> list[chain.Record]:
    """The whole lines of the last block as records that follow each other."""
    records: list[chain.Record] = []
    for line in _last_lines(path):
        record = chain.parse(path, records[-1].seq + 2 if records else 0, line)
        if records and (record.seq != records[-1].seq + 1 or record.prev != records[-1].hash):
            raise chain.ChainError(path, record.seq + 1, "does not follow the line before it")
        records.append(record)
    return records


def _last_lines(path: Path) -> list[bytes]:
    """Whole lines at the end of the file, at least one if the file has any."""
    block = BLOCK_BYTES
    with path.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        while True:
            start = max(0, size - block)
            handle.seek(start)
            text = handle.read(size - start)
            if start == 0 or text.count(b"\n") >= 2:
                break
            block *= 2
    whole = text[: text.rfind(b"\n") + 1].splitlines(keepends=True)
    return whole if start == 0 else whole[1:]
