from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.load import DATA

Edit = Callable[[str, str, str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Set one cell, given file, record id, column and value; gives the folder."""

    def change(name: str, record: str, column: str, value: str) -> Path:
        path = folder / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        changed = [row for row in rows if row["id"] == record]
        assert changed, f"no {record} in {name}"
        for row in changed:
            row[column] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return change
