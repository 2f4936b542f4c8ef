"""Published scores, and which of them stand for a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalog_import.naming import SNAPSHOTS
from catalog_import.text import Carried, Row, first_day, identifier, numbered, read

HEADLINES: Mapping[str, tuple[str, str]] = {
    "MMLU": ("mmlu", "mmlu"),
    "MMLU-Pro": ("mmlu_pro", "mmlupro"),
    "IFEval": ("ifeval", "ifeval"),
    "GSM8K": ("gsm8k", "gsm8k"),
    "MATH": ("math", "math"),
    "HumanEval": ("humaneval", "humaneval"),
    "GPQA": ("gpqa", "gpqa"),
}
"""Headline to the column of the table of models, and to how the name of a benchmark begins without punctuation."""


def scores(tables: Path, known: Mapping[str, str]) -> Carried:
    """All scores; the one of each kind that the table of models shows is its headline."""
    shown = {row["model_id"]: row for row in read(tables / "models.csv")}
    taken: set[tuple[str, str]] = set()
    kept = []
    for row in read(tables / "benchmarks.csv"):
        one = score(row, known)
        headline = heads(one, shown)
        first = bool(headline) and (one["model_id"], headline) not in taken
        taken.add((one["model_id"], headline))
        kept.append(one | {"headline": headline if first else ""})
    return Carried([last_columns(row) for row in numbered(kept)], [])


def score(row: Row, known: Mapping[str, str]) -> Row:
    """One score."""
    name = row["model_id"]
    return {
        "id": identifier(name, row["benchmark"], row["setting"], row["as_of"]),
        "model": name,
        "model_id": known.get(name) or SNAPSHOTS.get(name, ""),
        "benchmark": row["benchmark"],
        "score": row["score"],
        "setting": row["setting"].strip().removeprefix("-shot").strip(),
        "as_of": first_day(row["as_of"]),
        "source": row["source"],
        "confidence": "sourced",
    }


def heads(one: Row, shown: Mapping[str, Row]) -> str:
    """The headline that this score is for its model, or nothing."""
    model = shown.get(one["model_id"], {})
    plain = identifier(one["benchmark"]).replace("-", "")
    for headline, (column, begins) in HEADLINES.items():
        fits = plain.startswith(begins) and (begins != "mmlu" or not plain.startswith(("mmlupro", "mmluredux")))
        if fits and model.get(column) and float(model[column]) == float(one["score"]):
            return headline
    return ""


def last_columns(row: Row) -> Row:
    """The same with its stamps at the end."""
    stamps = ("as_of", "source", "confidence")
    return {name: cell for name, cell in row.items() if name not in stamps} | {name: row[name] for name in stamps}
