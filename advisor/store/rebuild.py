"""Brings the index up to date, and makes it anew from the journals whenever that is not enough."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from advisor.paths import Workspace
from advisor.store.database import IndexDamaged, IndexLocked, IndexUnavailable, connect, turn
from advisor.store.index import Added, IndexOlder, IndexStale, catch_up, create, opened
from harness import chain

if TYPE_CHECKING:
    import duckdb

WAIT_S = 5.0
RETRY_EVERY_S = 0.02


class Synced(NamedTuple):
    """What was done to have the index whole and up to date."""

    added: Added
    rebuilt_because: str | None
    """None when nothing had to be made anew."""
    kept: Path | None
    """The former index, where it was set aside rather than replaced."""


def sync(workspace: Workspace) -> Synced:
    """Have the index whole and up to date; doing it twice does nothing more.

    Raises IndexUnavailable (IndexLocked names the process, IndexNewer what to do): the journals still answer. Raises
    JournalDamaged when a journal itself is broken.
    """
    with _alone(workspace):
        return _sync(workspace)


def rebuild(workspace: Workspace) -> Synced:
    """Make the index from nothing but the journals. Raises as ``sync`` does; then the index is as it was."""
    with _alone(workspace):
        return _rebuild(workspace, "asked for", _former(workspace))


@contextmanager
def reading(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The index, up to date, for a few queries. Raises as ``sync`` does."""
    with _alone(workspace):
        _sync(workspace)
        with opened(workspace.index) as connection:
            yield connection


def _sync(workspace: Workspace) -> Synced:
    if not workspace.index.exists():
        return _rebuild(workspace, "there was none", None)
    try:
        with opened(workspace.index) as connection:
            return Synced(catch_up(connection, workspace), None, None)
    except IndexOlder as older:
        return _rebuild(workspace, f"made by an older tunewise ({older})", f"schema-{older.version}")
    except IndexDamaged as damage:
        return _rebuild(workspace, f"damaged: {damage}", "damaged")
    except IndexStale as stale:
        return _rebuild(workspace, f"not what the journals say: {stale}", None)


def _former(workspace: Workspace) -> str | None:
    """Under what name the present index is set aside; None to replace it. Raises IndexLocked and IndexNewer."""
    if not workspace.index.exists():
        return None
    try:
        with opened(workspace.index):
            return None
    except IndexOlder as older:
        return f"schema-{older.version}"
    except IndexDamaged:
        return "damaged"


def _rebuild(workspace: Workspace, because: str, keep_as: str | None) -> Synced:
    """Make a new file, then put it in the place of the old one and its log."""
    with chain.atomic(workspace.index) as new:
        try:
            added = _made(new, workspace)
        finally:
            _log_of(new).unlink(missing_ok=True)
        kept = _set_aside(workspace.index, keep_as) if keep_as else None
        _log_of(workspace.index).unlink(
            missing_ok=True
        )  # it belongs to the old file and would be replayed into the new
    return Synced(added, because, kept)


def _made(path: Path, workspace: Workspace) -> Added:
    """A whole index in a new file."""
    path.unlink(missing_ok=True)
    with connect(path) as connection:
        create(connection)
        return catch_up(connection, workspace)


def _set_aside(path: Path, label: str) -> Path:
    """Keep a file that cannot be used, and its log, under a name that says why and when."""
    kept = path.with_name(f"{path.name}.{label}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(kept)
    with suppress(FileNotFoundError):
        _log_of(path).rename(_log_of(kept))
    return kept


def _log_of(path: Path) -> Path:
    """DuckDB's write-ahead log of a database file."""
    return path.with_name(f"{path.name}.wal")


@contextmanager
def _alone(workspace: Workspace, *, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Hold the index among our own threads and processes. Raises IndexLocked, naming the process that holds it."""
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        handle = (workspace.root / "index.lock").open("a+")
    except OSError as error:
        raise IndexUnavailable(
            f"the index {workspace.index} cannot be written ({error.strerror})", "the journals are read instead"
        ) from error
    with turn(), handle:
        give_up = clock() + WAIT_S
        while not _claimed(handle.fileno()):
            if clock() >= give_up:
                handle.seek(0)
                raise IndexLocked(workspace.index, int(handle.read() or 0) or None)
            time.sleep(RETRY_EVERY_S)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _claimed(descriptor: int) -> bool:
    """Whether the lock could be taken now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
