"""Damaged data files: each gives one clear line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.load import load
from tests.catalog.conftest import Edit

CELLS = [
    ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "NaN", "finite"),
    ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "-2.50", "greater than or equal to 0"),
    ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "two", "decimal"),
    ("models.csv", "openai/gpt-4o", "as_of", "2026-13-01", "date"),
    ("models.csv", "openai/gpt-4o", "as_of", "", "not optional"),
    ("models.csv", "openai/gpt-4o", "source", "", "not optional"),
    ("models.csv", "openai/gpt-4o", "confidence", "sure", "'verified', 'sourced', 'recalled' or 'judgement'"),
    ("models.csv", "openai/gpt-4o", "total_params", "0", "greater than 0"),
    ("models.csv", "openai/gpt-4o", "quality_mmlu", "good", "number"),
    ("gpus.csv", "t4", "memory_gb", "inf", "finite"),
    ("gpus.csv", "t4", "memory_gb", "16 GB", "number"),
    ("offers.csv", "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-11-09", "usd_per_gpu_hour", "0", "greater"),
]


@pytest.mark.parametrize(("name", "record", "column", "value", "allowed"), CELLS)
def test_a_wrong_cell_is_named_by_file_line_and_column(
    edit: Edit, name: str, record: str, column: str, value: str, allowed: str
) -> None:
    folder = edit(name, record, column, value)
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith(record))

    with pytest.raises(CatalogError) as caught:
        load(folder)

    place = "quality.MMLU" if column == "quality_mmlu" else column
    assert caught.value.message.startswith(f"{name} line {line} column {place}: ")
    assert allowed in caught.value.allowed
    assert "\n" not in caught.value.message + caught.value.allowed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: no header"),
        (b"id,id\nx,y\n", "line 1: column 'id' twice"),
        (b"id,name\nx\n", "line 2: 1 cells"),
        (b"id,name\nx,y,z\n", "line 2: 3 cells"),
        (b'id,name\n"x,y\n', "line 2: not CSV"),
        (b"id,name\n\xff,y\n", "byte 8 is not UTF-8"),
        (b"id,colour,as_of,source,confidence\nx,red,2026-01-01,here,sourced\n", "line 2 column"),
    ],
)
def test_a_broken_file_says_what_is_broken(folder: Path, content: bytes, message: str) -> None:
    (folder / "gpus.csv").write_bytes(content)

    with pytest.raises(CatalogError) as caught:
        load(folder)

    assert caught.value.message.startswith("gpus.csv")
    assert message in caught.value.message
    assert caught.value.allowed


def test_an_unknown_column_is_answered_with_the_known_ones(folder: Path) -> None:
    path = folder / "gpus.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("memory_gb", "memory_gib", 1), encoding="utf-8")

    with pytest.raises(CatalogError) as caught:
        load(folder)

    assert "memory_gib" in caught.value.message or "memory_gb" in caught.value.message


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "offers.csv").unlink()

    with pytest.raises(CatalogError, match=r"offers\.csv: cannot be read \(No such file"):
        load(folder)


def test_an_empty_cell_is_unknown_and_not_zero(edit: Edit) -> None:
    folder = edit("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "")

    assert load(folder).model("gpt-4o").input_usd_per_mtok is None


def test_a_catalog_is_read_once_per_process(folder: Path) -> None:
    assert load(folder) is load(folder)
