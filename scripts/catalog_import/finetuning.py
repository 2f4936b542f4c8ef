"""Hosted fine-tuning: what training and serving cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from catalog_import.naming import SNAPSHOTS, TUNED, named
from catalog_import.text import Carried, Row, doubtful, first_day, identifier, joined, numbered, read

STATES: Mapping[str, str] = {
    "ACTIVE": "active",
    "CLOSING": "closing",
    "SHUT DOWN": "shut_down",
    "DEPRECATED": "deprecated",
    "SUPERSEDED": "superseded",
    "NOT OFFERED": "not_offered",
}
PLAIN_STATES = ("active", "superseded", "NOT OFFERED", "DEPRECATED")
"""States that say no more than their word."""


def prices(tables: Path, known: Mapping[str, str]) -> Carried:
    """All prices of hosted fine-tuning."""
    return Carried(numbered(price(row, known) for row in read(tables / "finetune_prices.csv")), [])


def price(row: Row, known: Mapping[str, str]) -> Row:
    """One way to have a model trained."""
    provider, model = row["provider"], row["model_or_tier"]
    return {
        "id": identifier(provider, spelt(model), spelt(row["method"]), row["as_of"]),
        "provider": provider,
        "model": model,
        "model_id": TUNED.get((provider, model)) or named(provider, model, known) or SNAPSHOTS.get(model, ""),
        "method": row["method"],
        **training(row),
        **serving(row),
        "status": state(row["status"]),
        "status_note": "" if row["status"] in PLAIN_STATES else row["status"],
        "last_job_date": last_job(row["status"]),
        "note": joined(row["notes"], counted(row["train_unit"])),
        "as_of": first_day(row["as_of"]),
        "source": row["source"],
        "confidence": "recalled" if doubtful(row["source"], row["notes"]) else "sourced",
    }


def spelt(name: str) -> str:
    """Signs that an id cannot hold, in words."""
    return name.replace("<=", "up to ").replace(">", "over ").replace("..", "to")


def training(row: Row) -> Row:
    """The price of training under the column of its unit."""
    low, _, high = row["train_price"].partition("-")
    column = "train_usd_per_mtok"
    if row["train_unit"] == "per training hour":
        column = "train_usd_per_hour"
    if row["train_unit"] == "minimum fee per job":
        column = "minimum_usd_per_job"
    empty = dict.fromkeys(
        ("train_usd_per_mtok", "train_high_usd_per_mtok", "train_usd_per_hour", "minimum_usd_per_job"), ""
    )
    return empty | {column: low, "train_high_usd_per_mtok": high}


def counted(unit: str) -> str:
    """What a provider counts as a training token, where it says so."""
    return "training and validation tokens count, times epochs" if "train+val" in unit else ""


def serving(row: Row) -> Row:
    """What the trained model costs to use and to keep."""
    as_base = row["ft_input_per_mtok"] == "same as base"
    return {
        "input_usd_per_mtok": "" if as_base else row["ft_input_per_mtok"],
        "output_usd_per_mtok": "" if as_base else row["ft_output_per_mtok"],
        "inference_as_base": "true" if as_base else "",
        "hosting_usd": row["hosting_price"],
        "hosting_unit": row["hosting_unit"],
    }


def state(text: str) -> str:
    """The state that a remark begins with."""
    return next((value for word, value in STATES.items() if text.upper().startswith(word)), "unknown")


def last_job(text: str) -> str:
    """The last day on which training starts."""
    found = re.search(r"last new job (\S+?);|SHUT DOWN (\S+)|DEPRECATED (\d\S+)", text)
    return next(filter(None, found.groups()), "") if found else ""
