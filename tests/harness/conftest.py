"""The tiny model and its data, made once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness.environment import set_environment
from tests.harness import running, tiny

set_environment(os.environ)

HEAVY = frozenset(
    f"test_{name}.py"
    for name in (
        "adapter",
        "chat",
        "embedded",
        "estimate_against_torch",
        "evaluate",
        "evaluate_engines",
        "loss",
        "merge",
        "model_folder",
        "processes",
        "train",
    )
)
"""Files whose tests load torch or transformers, here or in a process of the harness that they start."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where heavy tests are not asked for their files are not read either: reading some of them loads torch."""
    return True if collection_path.name in HEAVY and "not heavy" in config.option.markexpr else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is heavy."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name in HEAVY:
            item.add_marker("heavy")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    return running.write_data(folder / "tiny", tiny.write_rows(folder / "rows.jsonl"))


@pytest.fixture(scope="session")
def tiny_tokenizer(tiny_model: Path) -> Any:
    from harness.chat import load_tokenizer

    return load_tokenizer(tiny_model)
