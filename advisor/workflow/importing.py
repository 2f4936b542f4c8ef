"""Any model into the user's own facts: read, counted, compared with the catalog, and written on a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.workflow.egress import refuse_egress
from advisor.workflow.facts import catalog_faults
from catalog import overlay
from catalog.home import OVERLAY, current
from catalog.importing.compare import Comparison, compare, same_shape
from catalog.importing.record import Chosen, Imported, entry, imported
from catalog.importing.sources import asks_the_hub, read_source
from catalog.load import Catalog
from catalog.records import Model

State = Literal["added", "replaced", "reproduced", "differs", "shown"]
"""Put into the overlay, or left out: the catalog has the same, has another, or nothing was to be written."""


class Ways(NamedTuple):
    """How to import."""

    online: bool = False
    """Whether the hub may be asked."""
    replace: bool = False
    """Whether a record of the same id gives way."""
    write: bool = True


class Outcome(NamedTuple):
    """What an import found and did."""

    imported: Imported
    state: State
    comparison: Comparison | None
    """With the record of the same id, else with the one of the same name and architecture, where the catalog has one."""
    alike: tuple[str, ...]
    """Models of the catalog with the same architecture and count."""
    path: Path
    """The overlay."""


def import_model(
    workspace: Workspace,
    source: str,
    chosen: Chosen,
    *,
    environment: Mapping[str, str],
    today: date,
    ways: Ways,
) -> Outcome:
    """Read a model's headers, compare, and put it into the workspace's overlay; one that the catalog has stays as it is.

    Raises BadInput for what is no model, OverLimit where the workspace lets nothing out; then nothing was changed.
    """
    if ways.online and asks_the_hub(source, environment):
        refuse_egress(workspace, wanted=f"{source} --online")
    with catalog_faults():
        reading = read_source(source, environment=environment, online=ways.online)
        facts = current(workspace.catalog)
        found = imported(reading, chosen, known=facts.table("models"), today=today)
        record = _record(facts, found.model.id)
        state = _state(compare(found.model, record) if record else None, ways)
        alike, path = same_shape(found.model, facts.models), workspace.catalog / OVERLAY
        beside = record or _namesake(found.model, alike, facts)
        if state in ("added", "replaced"):
            _write(path, found, replace=ways.replace)
        return Outcome(found, state, compare(found.model, beside) if beside else None, alike, path)


def _record(facts: Catalog, name: str) -> Model | None:
    """Of that very id; short names do not count."""
    models = {one.id: one for one in facts.models}
    found = models.get(overlay.meant(name, models))
    if found is not None and found.kind == "api":
        raise BadInput(f"{found.id} is a model behind an API", "another --id, as local/name")
    return found


def _namesake(model: Model, alike: tuple[str, ...], facts: Catalog) -> Model | None:
    """Of the same architecture and count, and called the same."""
    last = model.id.rpartition("/")[2].lower()
    found = next((name for name in alike if name.rpartition("/")[2].lower() == last), None)
    return next(one for one in facts.models if one.id == found) if found else None


def _state(comparison: Comparison | None, ways: Ways) -> State:
    if not ways.write:
        return "shown"
    if comparison is None:
        return "added"
    if ways.replace:
        return "replaced"
    return "reproduced" if comparison.reproduces else "differs"


def _write(path: Path, found: Imported, *, replace: bool) -> None:
    """The architecture first: without its model it says nothing, should the second not be written."""
    if not replace and overlay.find(path, "models", found.model.id):
        raise BadInput(f"{found.model.id} is among your own facts already", "--replace, or another --id")
    overlay.add(path, "architectures", entry(found.architecture), replace=True)
    overlay.add(path, "models", entry(found.model), replace=replace)
