"""Writing that is either whole or not there, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import CatalogError

UNFINISHED = ".unfinished"


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place at once: whoever reads it, or is killed here, finds the old one or the new one."""
    temporary = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        write_synced(temporary, content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Make the folder and hold it against other writers; the lock ends with its process.

    Raises CatalogError where the folder cannot be made or another process is writing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CatalogError(f"{folder}: cannot be written ({error.strerror})", "a folder that you may write") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CatalogError(f"{folder}: another process is changing it", "one change at a time") from error
    finally:
        os.close(handle)
