"""The tiny model and its data, made once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness.environment import set_environment
from tests.harness import running, tiny

set_environment(os.environ)


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
