"""What follows from a model's configuration, in place of what the research states of it.

The configuration is that of ``architectures.csv``; a figure that it contradicts gives way and is kept in the note.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from catalog_import.text import Row, joined

from catalog.arithmetic import Sizes, parse, sizes
from catalog.arithmetic.of_model import NAMES
from catalog.load import TABLES
from catalog.records import Architecture, Model
from catalog.tables import read_records

REASONS = Path(__file__).parents[1] / "parameter_deviations.csv"
INFERRED = "reached to the unit with a field that was inferred from the published count, so no independent check"
UNCHECKED = re.compile(r"; dimensions from source(?: \(single\)|; parameter count within [\d.]+%)?(?=;|$)")
"""The remark that dimensions were not checked, which a count to the unit settles."""


class Reason(NamedTuple):
    """Why a published count is not reached, and which part of the checkpoint was compared with it."""

    counted: str
    deviation: str
    text: str


def architectures(data: Path) -> Mapping[str, Architecture]:
    """By id of the model."""
    table = TABLES["architectures"]
    return {one.id: one for one in read_records(data / "architectures.csv", Architecture, table.shape)}


def reasons() -> Mapping[str, Reason]:
    """By id of the model."""
    with REASONS.open(encoding="utf-8", newline="") as lines:
        return {
            line["id"]: Reason(line["counted"], line["deviation"], line["reason"]) for line in csv.DictReader(lines)
        }


def sized(row: Row, built: Architecture | None, reason: Reason | None) -> Row:
    """A model with the fields, sizes and marks that its configuration gives."""
    if built is None:
        return row
    row = followed(row, built)
    of = sizes(model_of(row, built))
    row = row | {"params_counted": counted(row, of, reason)}
    return checked(active(cached(row, of), of), of, built, reason)


def model_of(row: Row, built: Architecture) -> Model:
    """The record of a row with its architecture."""
    cells = {name: cell for name, cell in row.items() if cell}
    bare = Model.model_validate(TABLES["models"].shape(cells))
    return bare.model_copy(update={"model_type": built.model_type, "config": built.config})


def followed(row: Row, built: Architecture) -> Row:
    """Columns that the configuration has under its own name say what it says."""
    found = {ours: built.config[theirs] for ours, theirs in NAMES.items() if theirs in built.config and ours in row}
    wrong = {name: text for name, text in found.items() if parse(text) not in (parse(row[name]), None)}
    remarks = [
        f"{name} {text} by the configuration, {row[name]} in the source" for name, text in wrong.items() if row[name]
    ]
    doubted = [name for name in wrong if built.recalled]
    return row | wrong | {
        "note": joined(row["note"], *remarks),
        "recalled_fields": ";".join(filter(None, (row["recalled_fields"], *doubted))),
    }  # fmt: skip


def cached(row: Row, of: Sizes) -> Row:
    """Bytes of cache for each token."""
    stated, computed = row["kv_bytes_per_token"], str(of.kv_bytes_per_token or "")
    if not computed or stated == computed:
        return row
    remark = f"kv_bytes_per_token by the configuration, {stated} in the source" if stated else ""
    return row | {"kv_bytes_per_token": computed, "note": joined(row["note"], remark)}


def active(row: Row, of: Sizes) -> Row:
    """Parameters of the language model that one token uses; a published total that is rounded down bounds them."""
    if of.active_params is None:
        return row
    stated, total = row["active_params"], row["total_params"]
    computed = str(min(of.active_params, int(total)))
    remark = f"active parameters in the source: {int(stated) / 1e9:g} billion" if stated not in ("", total) else ""
    return row | {"active_params": computed, "note": joined(row["note"], remark)}


def counted(row: Row, of: Sizes, reason: Reason | None) -> str:
    """Whether the published count holds the model as it runs or all that is stored; nothing where it is not known."""
    if reason is not None:
        return {"model": "model", "stored": "stored", "text": "model"}.get(reason.counted, "")
    total = int(row["total_params"])
    return "model" if of.total_params == total else "stored" if of.checkpoint_params == total else ""


def checked(row: Row, of: Sizes, built: Architecture, reason: Reason | None) -> Row:
    """The mark of the count: one that is reached with a field inferred from it proves nothing."""
    if row["param_check"] == "exact":
        return row
    if reason is not None and reason.deviation != "0":
        return row | {"param_check": "approximate", "param_note": reason.text}
    if not row["params_counted"]:
        raise SystemExit(f"{row['id']}: {of} is not {row['total_params']}, and no reason is given")
    if "inferred" in built.source:
        return row | {"param_check": "approximate", "param_note": INFERRED}
    confidence = "recalled" if row["confidence"] == "recalled" else "verified"
    note = UNCHECKED.sub("", f"; {row['note']}").removeprefix("; ")
    return row | {"param_check": "exact", "param_note": "", "note": note, "confidence": confidence}
