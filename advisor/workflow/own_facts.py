"""The user's own facts: set and taken back one record at a time, each checked with all the others before it counts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.workflow.facts import catalog_faults
from catalog import overlay
from catalog.home import OVERLAY, current
from catalog.load import TABLES, Catalog
from catalog.overlay_file import TABLES as SETTABLE


def set_fact(
    workspace: Workspace, table: str, name: str, given: Mapping[str, str], *, provenance: Mapping[str, Any], today: date
) -> Any:
    """Set fields of one record of the user's own and return it as it now holds.

    Raises BadInput for a field, value or record that is not allowed; then nothing was written.
    """
    with catalog_faults():
        path = workspace.catalog / OVERLAY
        before = overlay.find(path, table, name) if table in SETTABLE else None
        old = dict(before.fields) if before else {}
        record = {"id": name, **old, **_typed(table, name, given), **provenance}
        _try(workspace, table, record, today)
        overlay.add(path, table, record, replace=True)
        return _found(current(workspace.catalog), table, name)


def unset_fact(workspace: Workspace, table: str, name: str) -> None:
    """Take a record of the user's own back. Raises BadInput with those there are."""
    if table not in SETTABLE:
        raise BadInput(f"unknown table {table[:60]!r}", "one of " + ", ".join(SETTABLE))
    with catalog_faults():
        overlay.remove(workspace.catalog / OVERLAY, table, name)


def _typed(table: str, name: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Text from the command line in the types of its fields."""
    if table not in SETTABLE:
        raise BadInput(f"unknown table {table[:60]!r}", "one of " + ", ".join(SETTABLE))
    fields = TABLES[table].record.model_fields
    unknown = next((field for field in given if field not in fields or field in {"id", "origin"}), None)
    if unknown is not None:
        allowed = ", ".join(field for field in fields if field not in {"id", "origin"})
        raise BadInput(f"{table} {name[:80]}: unknown field {unknown[:60]!r}", f"one of {allowed}")
    shaped = TABLES[table].shape(dict(given))
    return {field: _value(table, field, value) for field, value in shaped.items() if field in given}


def _value(table: str, field: str, value: Any) -> Any:
    wanted: TypeAdapter[Any] = TypeAdapter(TABLES[table].record.model_fields[field].annotation)
    try:
        return wanted.validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise BadInput(
            f"{table} field {field}: {str(value)[:60]!r}", f"allowed: {reason[:1].lower()}{reason[1:]}"
        ) from error


def _try(workspace: Workspace, table: str, record: Mapping[str, Any], today: date) -> None:
    """Raises CatalogError or BadInput where the facts with this record are less sound than without it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = workspace.catalog / OVERLAY
        if source.exists():
            shutil.copy(source, folder / OVERLAY)
        now = current(workspace.catalog)
        overlay.add(folder / OVERLAY, table, record, replace=True)
        plain = Catalog(now.folder)
        new = plain.with_changes(overlay.change(folder / OVERLAY))
        known = _errors(plain, today)
        fault = next((line for line in _errors(new, today) if line not in known), None)
    if fault is not None:
        raise BadInput(fault, "facts that `tunewise catalog verify` accepts")


def _errors(catalog: Catalog, today: date) -> list[str]:
    from catalog.verify import verify  # noqa: PLC0415 - only who changes something verifies

    return [f"{one.record}: {one.message}" for one in verify(catalog, today) if one.severity == "error"]


def _found(catalog: Catalog, table: str, name: str) -> Any:
    records = {record.id: record for record in catalog.table(table)}
    return records[overlay.meant(name, records)]
