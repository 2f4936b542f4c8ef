"""The real path, walked once for all tests here: a few steps of training, a few items on vLLM."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from advisor.compare import exit_code

SMALL = ("--steps", "6", "--test-items", "24", "--validation-items", "12", "--train-anyway")
ANSWERED = (0, 3)
"""A comparison came about; on so few items it may ask for more."""
TUNEWISE = str(Path(sys.executable).with_name("tunewise"))


class Walked(NamedTuple):
    """A workspace in which the demo has come to its end, and what it printed."""

    workspace: Path
    journey: Mapping[str, Any]
    told: str


def tunewise(*arguments: str, cwd: Path, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    """Run the command as a person without a terminal would."""
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1"}
    return subprocess.run(
        [TUNEWISE, *arguments], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The demo on the embedded model and data, small."""
    folder = tmp_path_factory.mktemp("walked")
    outcome = tunewise("demo", *SMALL, "--json", cwd=folder)
    assert outcome.returncode in ANSWERED, outcome.stderr
    journey = json.loads(outcome.stdout)
    assert outcome.returncode == exit_code(journey["comparison"]["verdict"])
    return Walked(folder / ".tunewise", journey, outcome.stderr)


@pytest.fixture
def copied(walked: Walked, tmp_path: Path) -> Path:
    """A copy of the walked workspace that a test may damage; the models are shared."""
    target = tmp_path / ".tunewise"
    shutil.copytree(walked.workspace, target, ignore=shutil.ignore_patterns("models"))
    return target
