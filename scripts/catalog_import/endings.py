"""Announced ends of models and of fine-tuning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from catalog_import.naming import ENDED, SELLERS, named
from catalog_import.text import Carried, Row, read

TUNING: Mapping[str, str] = {
    "gone": "gone",
    "no": "no",
    "deprecated": "deprecated",
    "never offered": "never_offered",
}
WHOLE_SERVICE = "fine-tuning API"


def endings(tables: Path, known: Mapping[str, str]) -> Carried:
    """All announced ends."""
    return Carried([ending(row, known) for row in read(tables / "lifecycle.csv")], [])


def ending(row: Row, known: Mapping[str, str]) -> Row:
    """One end; one that holds for a seller alone, or for fine-tuning alone, says so in its scope."""
    provider, model = row["provider"], row["model_id"]
    whole_service = model == WHOLE_SERVICE
    return {
        "id": f"{provider}/{model}",
        "provider": provider,
        "model": model,
        "model_id": ENDED.get(f"{provider}/{model}") or named(provider, model, known),
        "status": row["status"].split()[0],
        "scope": "fine-tuning" if whole_service else SELLERS.get(provider, ""),
        "announced": first(r"notice (\d{4}-\d\d-\d\d)", row["source"]),
        "shutdown_date": row["shutdown_date"],
        **tuning(row["fine_tune_status"]),
        **({"fine_tuning_ends": row["shutdown_date"]} if whole_service else {}),
        "replacement": row["replacement"].rstrip("?"),
        "note": "the replacement is a guess" if row["replacement"].endswith("?") else "",
        "as_of": row["as_of"],
        "source": row["source"],
        "confidence": "recalled" if row["source"] == "recalled" else "sourced",
    }


def tuning(text: str) -> Row:
    """What becomes of fine-tuning, and when."""
    customers = text.startswith("existing customers")
    return {
        "fine_tuning": "existing_customers" if customers else TUNING.get(text, "unknown"),
        "fine_tuning_ends": first(r"until (\d{4}-\d\d-\d\d)", text),
        "fine_tuning_note": text if customers else {"verify": "not confirmed; ask the provider"}.get(text, ""),
    }


def first(pattern: str, text: str) -> str:
    """What a pattern catches first, or nothing."""
    found = re.search(pattern, text)
    return found.group(1) if found else ""
