"""A snapshot: the tables of a catalog under one hash, as a folder, and checked before anyone relies on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from catalog.errors import CatalogError
from catalog.files import sync_folder, write_synced
from catalog.load import TABLES, Catalog
from catalog.tables import BYTES_LIMIT

Snapshot = Mapping[str, bytes]
"""Name of a table's file to its content."""

NAMES = frozenset(f"{name}.csv" for name in TABLES)
IGNORED = frozenset({"README.md"})
TOTAL_LIMIT = 2 * BYTES_LIMIT


def digest(snapshot: Snapshot) -> str:
    """SHA-256 of the list of files that ``sha256sum *.csv`` prints, in hex: the same however it was packed."""
    lines = [f"{hashlib.sha256(snapshot[name]).hexdigest()}  {name}\n" for name in sorted(snapshot)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_folder(folder: Path) -> Snapshot:
    """The tables in a folder. Raises CatalogError for links, unknown names, and what is larger than any catalog."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise CatalogError(f"{folder}: cannot be read ({error.strerror})", "a folder of a catalog's tables") from error
    files = [path for path in found if path.name not in IGNORED]
    for path in files:
        check_name(path.name, str(folder))
        if path.is_symlink() or not path.is_file():
            raise CatalogError(f"{folder}: {path.name} is a link or no file", "plain files; nothing outside is read")
    return read_tables(folder)


def read_tables(folder: Path) -> Snapshot:
    """The tables in a folder that may hold other files too. Raises CatalogError where one is missing."""
    found = {name: folder / name for name in NAMES if (folder / name).is_file()}
    check_whole(set(found), str(folder))
    return {name: content(path) for name, path in found.items()}


def check_name(name: str, place: str) -> None:
    """Raises CatalogError for a file that no snapshot has."""
    if name not in NAMES:
        raise CatalogError(f"{place}: unknown file {name[:80]!r}", "only " + ", ".join(sorted(NAMES)))


def check_whole(names: set[str], place: str) -> None:
    """Raises CatalogError where a table is missing."""
    needed = {f"{name}.csv" for name, table in TABLES.items() if not table.optional}
    missing = sorted(needed - names)
    if missing:
        raise CatalogError(f"{place}: {missing[0]} is missing", "a whole snapshot: " + ", ".join(sorted(needed)))


def check_facts(catalog: Catalog, today: date) -> None:
    """Raises CatalogError for the first record that cannot be read or is unfit for use; warnings pass."""
    from catalog.verify import verify  # noqa: PLC0415 - only who takes something in verifies

    for name in TABLES:
        catalog.table(name)
    errors = [problem for problem in verify(catalog, today) if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise CatalogError(
            f"{errors[0].record}: {errors[0].message}{more}", "facts that `tunewise catalog verify` accepts"
        )


def write_folder(snapshot: Snapshot, folder: Path) -> None:
    """Write the tables into a new folder and wait until they are on disk."""
    folder.mkdir(parents=True)
    for name in sorted(snapshot):
        write_synced(folder / name, snapshot[name])
    sync_folder(folder)


def content(path: Path) -> bytes:
    """The bytes of a table. Raises CatalogError where it cannot be read or is larger than any table."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_LIMIT + 1)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})", "readable files") from error
    if len(content) > BYTES_LIMIT:
        raise CatalogError(f"{path.name}: larger than {BYTES_LIMIT // 2**20} MiB", "a CSV file of facts")
    return content
