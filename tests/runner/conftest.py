from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from advisor.paths import Workspace
from advisor.runner import process
from harness.protocol import Prompt, TrainSpec

PLAYER = Path(__file__).with_name("player.py")
MakeSpec = Callable[..., TrainSpec]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace; whatever still runs in it is ended afterwards."""
    workspace = Workspace(tmp_path / ".tunewise")
    yield workspace
    for note in workspace.runs.glob("*/launch.json"):
        owner = process.worker(note.parent)
        if owner is not None:
            with suppress(ProcessLookupError):
                os.killpg(owner.pid, signal.SIGKILL)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are played: real harness, steps that wait."""
    monkeypatch.setattr(process, "HARNESS", (sys.executable, "-P", str(PLAYER)))


@pytest.fixture
def make_spec(workspace: Workspace) -> MakeSpec:
    """Makes specs of training runs in the workspace."""

    def make(run_id: str = "train-1", *, steps: int = 5) -> TrainSpec:
        return TrainSpec(
            run_id=run_id, run_dir=str(workspace.run_dir(run_id)), model_dir="/nowhere", model_sha256="0" * 64,
            data_dir="/nowhere", data_sha256="0" * 64, prompt=Prompt(id="zero", system="Sort."), max_steps=steps,
        )  # fmt: skip

    return make
