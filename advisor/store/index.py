"""The DuckDB index over a workspace's journals: one table of records, and views that read them as sets.

It is only ever appended to, a journal's records in their order, so what a crash or a damaged file can take away is
found by counting. Whatever is in doubt is made anew from the journals (``advisor.store.rebuild``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.paths import Workspace
from advisor.store.database import IndexDamaged, IndexNewer, connect, sql
from advisor.store.tail import Position, Tail, ends_with
from harness import chain

if TYPE_CHECKING:
    import duckdb

SCHEMA_VERSION = 2
TABLES = frozenset(
    {
        "arms", "comparisons", "items", "journeys", "ledger", "plan_components", "records", "run_records", "runs",
        "schema_version", "steps",
    }
)  # fmt: skip


class IndexOlder(Exception):
    """An older tunewise made this index; ``version`` is its schema, 0 for one that does not say."""

    def __init__(self, version: int) -> None:
        super().__init__(f"schema {version}")
        self.version = version


class IndexStale(Exception):
    """The index holds fewer, more or other records than the journals acknowledged."""


class Added(NamedTuple):
    """What bringing the index up to date put in."""

    journals: int
    records: int


def journals(workspace: Workspace) -> list[Path]:
    """Every journal of a workspace, its own first."""
    of_runs = [*workspace.runs.glob("*/events.jsonl"), *workspace.runs.glob("*/items.jsonl")]
    return [path for path in (workspace.journal, *sorted(of_runs)) if path.exists()]


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An index with our schema. Raises IndexOlder, IndexNewer, IndexDamaged, and what ``connect`` raises."""
    with connect(path) as connection:
        _check_version(path, connection)
        yield connection


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views in an empty database."""
    connection.begin()
    connection.execute(sql("index_schema"))
    connection.execute(sql("index_set_version"), {"version": SCHEMA_VERSION})
    connection.commit()


def catch_up(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> Added:
    """Append what the journals have and the index has not, as one transaction.

    Raises IndexStale when what the index has is not what the journals say, JournalDamaged when a journal is broken.
    """
    known = _positions(connection)
    connection.begin()
    added = [_catch_up_one(connection, workspace, path, known) for path in journals(workspace)]
    if known:
        raise IndexStale(f"{min(known)} is gone")
    connection.commit()
    if any(added):
        connection.execute("checkpoint")
    return Added(sum(1 for count in added if count), sum(added))


def _check_version(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse what another version made, and what lacks a table."""
    present = {name for (name,) in connection.execute(sql("index_tables")).fetchall()}
    row = connection.execute(sql("index_version")).fetchone() if "schema_version" in present else None
    version = row[0] if row else 0
    if version > SCHEMA_VERSION:
        raise IndexNewer(path, f"a newer tunewise (schema {version}; this one knows {SCHEMA_VERSION})")
    if version < SCHEMA_VERSION:
        raise IndexOlder(version)
    if missing := TABLES - present:
        raise IndexDamaged(f"{min(missing)} is missing")


def _positions(connection: duckdb.DuckDBPyConnection) -> dict[str, Position]:
    """How far each journal is indexed. Raises IndexStale when records of one are missing or twice."""
    positions = {}
    for journal, records, different, expected, head, offset in connection.execute(sql("index_positions")).fetchall():
        if not records == different == expected:
            raise IndexStale(f"{journal}: {records} records where {expected} were indexed")
        positions[journal] = Position(records, head, offset)
    return positions


def _catch_up_one(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, path: Path, known: dict[str, Position]
) -> int:
    """Append one journal's new records and take it off the list of known ones; returns how many there were."""
    name = path.relative_to(workspace.root).as_posix()
    position = known.pop(name, Position())
    if not ends_with(path, position):
        raise IndexStale(f"{name} is not the journal that was indexed")
    new = Tail(path, position).advance()
    if new:
        connection.execute(sql("index_append"), {"journal": name, **_columns(new)})
    return len(new)


def _columns(new: list[tuple[chain.Record, int]]) -> dict[str, list[object]]:
    """Records as columns."""
    return {
        "seq": [record.seq for record, _ in new],
        "written_at": [record.at for record, _ in new],
        "kind": [record.kind for record, _ in new],
        "hash": [record.hash for record, _ in new],
        "end_offset": [offset for _, offset in new],
        "body": [_text(record.body) for record, _ in new],
    }


def _text(body: dict[str, Any]) -> str:
    """A body as JSON text; half a surrogate pair, which DuckDB refuses, becomes a question mark."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
