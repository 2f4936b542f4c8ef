"""Reads a journal from where it was left: new whole lines only, each checked against the one before it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from advisor.errors import TunewiseError
from harness import chain


class JournalDamaged(TunewiseError):
    """A journal is not what was acknowledged: which file, which line, and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(
            f"{path}, line {line}: {reason}", "nothing was changed; tunewise verify lists all that is wrong"
        )
        self.path, self.line, self.reason = path, line, reason


class Position(NamedTuple):
    """How far a journal has been read: records, the hash of the last one, bytes."""

    records: int = 0
    head: str = chain.GENESIS
    offset: int = 0


class Tail:
    """One journal, read on from a position. What was read before is not read again: ``verify`` does that."""

    def __init__(self, path: Path, position: Position | None = None) -> None:
        self.path, self.position = path, position or Position()

    def new(self) -> list[chain.Record]:
        """Records acknowledged since the last call; an absent file is an empty journal.

        Raises JournalDamaged when a line was changed, moved or removed; the position then stays where it was.
        """
        return [record for record, _ in self.advance()]

    def advance(self) -> list[tuple[chain.Record, int]]:
        """Like ``new``, each record with the byte offset after it."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self.position.offset:
            raise JournalDamaged(self.path, self.position.records, "the file became shorter: lines were removed")
        found, position = [], self.position
        for offset, line in chain.lines(self.path, position.offset) if size > position.offset else ():
            record = self._follow(position, line)
            position = Position(record.seq + 1, record.hash, offset)
            found.append((record, offset))
        self.position = position
        return found

    def _follow(self, position: Position, line: bytes) -> chain.Record:
        """The record of a line that must follow a position."""
        number = position.records + 1
        try:
            record = chain.parse(self.path, number, line)
        except chain.ChainError as error:
            raise JournalDamaged(self.path, number, error.reason) from error
        if record.seq != position.records or record.prev != position.head:
            raise JournalDamaged(self.path, number, "does not follow the line before it: lines were removed or moved")
        return record


def read(path: Path) -> list[chain.Record]:
    """Every acknowledged record of a journal. Raises JournalDamaged."""
    return Tail(path).new()


def ends_with(path: Path, position: Position) -> bool:
    """Whether the record that a position stands behind is still there: the line that ends at its offset."""
    if position.records == 0:
        return True
    if path.stat().st_size < position.offset:
        return False
    line = _line_before(path, position.offset)
    try:
        record = chain.parse(path, position.records, line)
    except chain.ChainError:
        return False
    return (record.seq + 1, record.hash) == (position.records, position.head)


def _line_before(path: Path, offset: int) -> bytes:
    """The whole line that ends at an offset."""
    block = chain.TAIL_BLOCK_BYTES
    with path.open("rb") as handle:
        while True:
            start = max(0, offset - block)
            handle.seek(start)
            text = handle.read(offset - start)
            if start == 0 or b"\n" in text[:-1]:
                return text[:-1].rpartition(b"\n")[2] + text[-1:]
            block *= 2
