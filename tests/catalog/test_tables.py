"""Damaged data files: each gives one clear line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.load import TABLES, load
from tests.catalog.conftest import Edit

OFFER = "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-11-09"
TUNING = "openai-gpt-4o-2024-08-06-sft-dpo-2026-11"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
CELLS = [
    ("models", "openai/gpt-4o", "as_of", "2026-13-01", "date"),
    ("models", "openai/gpt-4o", "as_of", "", "not optional"),
    ("models", "openai/gpt-4o", "source", "", "not optional"),
    ("models", "openai/gpt-4o", "confidence", "sure", "'verified', 'sourced', 'recalled' or 'judgement'"),
    ("models", "openai/gpt-4o", "kind", "closed", "'open' or 'api'"),
    ("models", LLAMA, "total_params", "0", "greater than 0"),
    ("models", LLAMA, "total_params", "8.03B", "integer"),
    ("models", LLAMA, "gated", "perhaps", "boolean"),
    ("architectures", LLAMA, "model_type", "", "not optional"),
    ("gpus", "t4", "memory_gb", "inf", "finite"),
    ("gpus", "t4", "memory_gb", "16 GB", "number"),
    ("gpus", "t4", "segment", "toy", "'datacenter', 'workstation', 'consumer' or 'local'"),
    ("offers", OFFER, "usd_per_gpu_hour", "0", "greater"),
    ("offers", OFFER, "usd_per_gpu_hour", "NaN", "finite"),
    ("offers", OFFER, "usd_per_gpu_hour", "-3.99", "greater"),
    ("offers", OFFER, "gpu_count", "0", "greater"),
    ("finetune_prices", TUNING, "train_usd_per_mtok", "-25", "greater than or equal to 0"),
    ("finetune_prices", TUNING, "train_usd_per_mtok", "twenty", "decimal"),
    ("finetune_prices", TUNING, "status", "maybe", "'active'"),
    ("lifecycle", "openai/gpt-4o", "shutdown_date", "soon", "date"),
    ("lifecycle", "openai/gpt-4o", "status", "dying", "'deprecated' or 'retired'"),
    ("scores", "o1-mmlu-simple-evals-prompt-n-a-2025-07", "score", "nan", "finite"),
    ("scores", "o1-mmlu-simple-evals-prompt-n-a-2025-07", "score", "good", "number"),
]


@pytest.mark.parametrize(("name", "record", "column", "value", "allowed"), CELLS)
def test_a_wrong_cell_is_named_by_file_line_and_column(
    edit: Edit, name: str, record: str, column: str, value: str, allowed: str
) -> None:
    folder = edit(f"{name}.csv", record, column, value)
    lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith(f"{record},"))

    with pytest.raises(CatalogError) as caught:
        load(folder).table(name)

    assert caught.value.message.startswith(f"{name}.csv line {line} column {column}: ")
    assert allowed in caught.value.allowed
    assert "\n" not in caught.value.message + caught.value.allowed


@pytest.mark.parametrize("name", TABLES)
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
def test_a_broken_file_says_what_is_broken(folder: Path, name: str, content: bytes, message: str) -> None:
    (folder / f"{name}.csv").write_bytes(content)

    with pytest.raises(CatalogError) as caught:
        load(folder).table(name)

    assert caught.value.message.startswith(f"{name}.csv")
    assert message in caught.value.message
    assert caught.value.allowed


def test_a_needed_column_of_another_name_is_told_by_that_name(folder: Path) -> None:
    path = folder / "offers.csv"
    path.write_text(path.read_text("utf-8").replace("usd_per_gpu_hour", "usd_per_gpu_minute", 1), "utf-8")

    with pytest.raises(CatalogError, match="column usd_per_gpu_minute: unknown column"):
        load(folder).table("offers")


def test_an_unknown_column_is_answered_with_the_known_ones(folder: Path) -> None:
    path = folder / "gpus.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("form_factor", "shape", 1), encoding="utf-8")

    with pytest.raises(CatalogError) as caught:
        load(folder).table("gpus")

    assert caught.value.message == "gpus.csv line 2 column shape: unknown column"
    assert "form_factor" in caught.value.allowed


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if not table.optional])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / f"{name}.csv").unlink()

    with pytest.raises(CatalogError, match=rf"{name}\.csv: cannot be read \(No such file"):
        load(folder).table(name)


def test_only_the_file_that_is_asked_for_is_read(folder: Path) -> None:
    for name in ("models", "scores", "lifecycle", "finetune_prices"):
        (folder / f"{name}.csv").write_bytes(b"")

    assert load(folder).gpu("h100").memory_gb == 80


def test_an_empty_cell_is_unknown_and_not_zero(edit: Edit) -> None:
    folder = edit("finetune_prices.csv", TUNING, "train_usd_per_mtok", "")

    found = next(one for one in load(folder).finetune_prices if one.id == TUNING)
    assert found.train_usd_per_mtok is None


def test_a_catalog_and_its_tables_are_read_once(folder: Path) -> None:
    assert load(folder) is load(folder)
    assert load(folder).table("gpus") is load(folder).table("gpus")


def test_sizes_need_neither_ends_nor_scores(folder: Path) -> None:
    for name in ("lifecycle", "scores"):
        (folder / f"{name}.csv").write_bytes(b"")

    built = {model.id: model for model in load(folder).built_models}
    assert built[LLAMA].model_type == "llama"
    assert built[LLAMA].quality == {}
