"""Append-only, hash-chained JSON lines: the truth on disk.

One line is one record: ``{"seq", "at", "kind", "body", "prev", "hash"}``. ``hash`` is the SHA-256 of the canonical
JSON of the other five, ``prev`` the hash of the line before (64 zeros for the first). A record is acknowledged when
it is fsynced. A tail that was cut off while being written is moved aside, never parsed and never fatal.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

GENESIS = "0" * 64
TAIL_BLOCK_BYTES = 1 << 16


class ChainError(Exception):
    """A journal line is not what its writer acknowledged: which file, which line, and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Record(NamedTuple):
    """One acknowledged line of a journal."""

    seq: int
    at: str
    kind: str
    body: dict[str, Any]
    prev: str
    hash: str


def utc_now() -> str:
    """The wall clock as ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def canonical(value: object) -> bytes:
    """The one byte form of a JSON value that hashes are taken over; NaN and Infinity are refused."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seal(seq: int, at: str, kind: str, body: Mapping[str, Any], prev: str) -> Record:
    """A record with its hash."""
    core = {"seq": seq, "at": at, "kind": kind, "body": dict(body), "prev": prev}
    return Record(seq, at, kind, dict(body), prev, digest(core))


def parse(path: Path, number: int, line: bytes) -> Record:
    """One line as a record; raises ChainError if it is not whole or its hash does not match."""
    try:
        raw = json.loads(line)
        record = Record(raw["seq"], raw["at"], raw["kind"], raw["body"], raw["prev"], raw["hash"])
        expected = seal(record.seq, record.at, record.kind, record.body, record.prev).hash
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ChainError(path, number, f"not a journal record ({type(error).__name__})") from error
    if record.hash != expected:
        raise ChainError(path, number, "hash does not match: this line was changed after it was written")
    return record


def lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Whole lines from a byte offset, each with the offset after it; a torn tail is not yielded."""
    with path.open("rb") as handle:
        handle.seek(start)
        offset = start
        for line in handle:
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            yield offset, line


def read(path: Path) -> list[Record]:
    """Every acknowledged record in order, with the chain checked; an absent file is an empty journal.

    Raises ChainError with the line number when a line was changed, removed, added or put elsewhere.
    """
    if not path.exists():
        return []
    records: list[Record] = []
    previous = GENESIS
    for number, (_, line) in enumerate(lines(path), start=1):
        record = parse(path, number, line)
        if record.seq != number - 1 or record.prev != previous:
            raise ChainError(path, number, "does not follow the line before it: lines were removed, added or moved")
        records.append(record)
        previous = record.hash
    return records


def torn_bytes(path: Path) -> int:
    """How many bytes of an unfinished last line a journal carries."""
    if not path.exists():
        return 0
    end = max((offset for offset, _ in lines(path)), default=0)
    return path.stat().st_size - end


def append(path: Path, kind: str, body: Mapping[str, Any], clock: Callable[[], str] = utc_now) -> Record:
    """Append one record under an exclusive lock, for journals with several writers; returns it once it is on disk."""
    with Writer(path, clock=clock) as writer:
        return writer.append(kind, body)


class Writer:
    """Appends records to one journal and holds its lock until closed.

    A second writer waits; pass ``wait=False`` to get BlockingIOError instead.
    """

    def __init__(self, path: Path, *, clock: Callable[[], str] = utc_now, wait: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._clock = path, clock
        created = not path.exists()
        self._handle = path.open("ab+")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            self._seq, self._head = self._recover()
        except BaseException:
            self._handle.close()
            raise
        if created:
            sync_directory(path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def head(self) -> str:
        """The hash of the last record."""
        return self._head

    def append(self, kind: str, body: Mapping[str, Any]) -> Record:
        """Write one record and return it once it is on disk."""
        record = seal(self._seq, self._clock(), kind, body, self._head)
        self._handle.write(canonical(record._asdict()) + b"\n")
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._seq, self._head = record.seq + 1, record.hash
        return record

    def close(self) -> None:
        """Release the lock."""
        self._handle.close()

    def _recover(self) -> tuple[int, str]:
        """Move a torn tail aside and find the last record."""
        size = os.fstat(self._handle.fileno()).st_size
        if size == 0:
            return 0, GENESIS
        tail, start = self._tail(size)
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            self._quarantine(tail[len(whole) :], start + len(whole))
        if not whole:
            return 0, GENESIS
        last = self._last(whole.removesuffix(b"\n").rpartition(b"\n")[2])
        return last.seq + 1, last.hash

    def _last(self, line: bytes) -> Record:
        """The last record; its place is counted only where it has to be named."""
        try:
            return parse(self.path, 0, line)
        except ChainError as error:
            raise ChainError(self.path, sum(1 for _ in lines(self.path)), error.reason) from error

    def _tail(self, size: int) -> tuple[bytes, int]:
        """The end of the file holding at least one whole line, and where it starts."""
        block = TAIL_BLOCK_BYTES
        while True:
            start = max(0, size - block)
            self._handle.seek(start)
            tail = self._handle.read(size - start)
            if start == 0 or tail.count(b"\n") >= 2:
                return tail, start
            block *= 2

    def _quarantine(self, torn: bytes, offset: int) -> None:
        """Keep what was cut off beside the journal, then cut the journal back to its last whole line."""
        aside = self.path.with_name(f"{self.path.name}.torn-{offset}")
        aside.write_bytes(torn)
        os.ftruncate(self._handle.fileno(), offset)
        os.fsync(self._handle.fileno())
        self._handle.seek(0, os.SEEK_END)


def sync_directory(folder: Path) -> None:
    """Make a new or renamed file in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's bytes survive a power cut."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place, fsynced, when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        sync_file(temporary)
        temporary.replace(path)
        sync_directory(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
