"""The one module that opens a database: short connections, and a plain word for why a file will not open.

DuckDB is imported when a database is first opened, not before: it costs about 0.17 s of start-up.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import TunewiseError

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent / "sql"
RETRY_EVERY_S = 0.05
_HOLDER = re.compile(r"\(PID (\d+)\)")
_ENVIRONMENT = re.compile(r"Permission denied|Read-only file system|No space left|No such file|Too many open files")
# A process has one DuckDB instance per file; two threads that open, replace and close it must take turns.
_TURN = threading.RLock()


class IndexUnavailable(TunewiseError):
    """The index cannot be used now and nothing was changed; the journals still answer."""


class IndexLocked(IndexUnavailable):
    """Another process has the index open; ``pid`` names it where DuckDB could tell."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"the index {path} is held by {holder}", "the journals are read instead; end that process to use the index"
        )
        self.path, self.pid = path, pid


class IndexNewer(IndexUnavailable):
    """A newer tunewise or DuckDB made this index; it is left as it is."""

    def __init__(self, path: Path, made_by: str) -> None:
        super().__init__(
            f"the index {path} was made by {made_by}",
            f"upgrade tunewise, or move {path.name} away and run: tunewise rebuild",
        )


class IndexDamaged(Exception):
    """The file or its log is not what DuckDB wrote, or rows are missing."""


@cache
def sql(name: str) -> str:
    """The text of ``sql/NAME.sql``."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, closed when the block ends."""
    import duckdb  # noqa: PLC0415  deferred: 0.17 s

    connection = duckdb.connect(":memory:")
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def connect(path: Path, *, wait_s: float = 1.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database at a path, made if absent, closed when the block ends.

    Waits up to ``wait_s`` seconds for another process to let go. Raises IndexLocked, IndexNewer, IndexUnavailable,
    or IndexDamaged, also for damage that only shows while reading.
    """
    import duckdb  # noqa: PLC0415  deferred: 0.17 s

    with _TURN:
        connection = _open(path, wait_s)
        try:
            yield connection
        except (duckdb.ProgrammingError, duckdb.InterruptException):
            raise  # our own statement is wrong, or a person interrupted: not the file's fault
        except duckdb.Error as error:
            raise _named(path, error) from error
        finally:
            _close(connection)


@contextmanager
def turn() -> Iterator[None]:
    """Hold this process's turn at the database, for work on the file itself."""
    with _TURN:
        yield


def _open(path: Path, wait_s: float) -> duckdb.DuckDBPyConnection:
    """A connection, tried again while another process holds the file."""
    import duckdb  # noqa: PLC0415  deferred: 0.17 s

    give_up = time.monotonic() + wait_s
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.Error as error:
            named = _named(path, error)
            if not isinstance(named, IndexLocked) or time.monotonic() >= give_up:
                raise named from error
        time.sleep(RETRY_EVERY_S)


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """Close, also where closing a damaged database fails: it is set aside by the caller."""
    import duckdb  # noqa: PLC0415  deferred: 0.17 s

    try:
        connection.close()
    except duckdb.Error as error:
        raise IndexDamaged(str(error)) from error


def _named(path: Path, error: Exception) -> Exception:
    """DuckDB's message as one of the states that callers tell apart."""
    text = str(error)
    if "Could not set lock" in text:
        holder = _HOLDER.search(text)
        return IndexLocked(path, int(holder[1]) if holder else None)
    if "version number" in text and "read" in text:
        return IndexNewer(path, "a newer version of DuckDB")
    if found := _ENVIRONMENT.search(text):
        return IndexUnavailable(f"the index {path} cannot be opened ({found[0]})", "the journals are read instead")
    return IndexDamaged(text.splitlines()[0])
