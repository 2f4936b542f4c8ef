"""Published scores, and which of them stand for a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalog_import.naming import SNAPSHOTS
from catalog_import.text import Carried, Row, first_day, identifier, numbered, read

HEADLINES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "MMLU": ("mmlu", ("mmlu", "mmlucot")),
    "MMLU-Pro": ("mmlu_pro", ("mmlupro", "mmluprocot")),
    "IFEval": ("ifeval", ("ifeval",)),
    "GSM8K": ("gsm8k", ("gsm8kcot",)),
    "MATH": ("math", ("math", "mathcot")),
    "MATH-500": ("math", ("math500",)),
    "HumanEval": ("humaneval", ("humaneval",)),
    "GPQA": ("gpqa", ("gpqa",)),
    "GPQA Diamond": ("gpqa", ("gpqadiamond", "gpqadiamondcot")),
}
"""Headline to the column of the table of models, and to the names of its benchmark without punctuation: a subset that
shares the column is a headline of its own."""


def scores(tables: Path, known: Mapping[str, str]) -> Carried:
    """All scores; the one of each kind that the table of models shows is its headline."""
    shown = {row["model_id"]: row for row in read(tables / "models.csv")}
    taken: set[tuple[str, str]] = set()  # of model and column
    kept = []
    for row in read(tables / "benchmarks.csv"):
        one = score(row, known)
        headline = heads(one, shown)
        place = (one["model_id"], HEADLINES[headline][0] if headline else "")
        kept.append(one | {"headline": "" if place in taken else headline})
        taken.add(place)
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
    for headline, (column, names) in HEADLINES.items():
        if plain in names and model.get(column) and float(model[column]) == float(one["score"]):
            return headline
    return ""


def last_columns(row: Row) -> Row:
    """The same with its stamps at the end."""
    stamps = ("as_of", "source", "confidence")
    return {name: cell for name, cell in row.items() if name not in stamps} | {name: row[name] for name in stamps}
