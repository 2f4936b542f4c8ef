"""kill -9 of the front end, the trainer and the evaluator: the command that the message gives ends in the same result."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import chain
from tests.e2e.conftest import ANSWERED, SMALL, TUNEWISE, Walked, tunewise

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]
PATIENCE_S = 900


class Front:
    """``tunewise demo`` in the background."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [TUNEWISE, "demo", *SMALL, "--json"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, "TERM": "dumb"},
        )  # fmt: skip

    def wait_for(self, seen: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not seen():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def count(self, stage: str, name: str, kind: str) -> int:
        journals = self.folder.glob(f".tunewise/runs/{stage}-*/{name}")
        return sum(record.kind == kind for journal in journals for record in chain.read(journal))

    def kill_run(self, stage: str) -> None:
        owner = next(self.folder.glob(f".tunewise/runs/{stage}-*/owner.json"))
        os.kill(json.loads(owner.read_text())["pid"], signal.SIGKILL)


def go_on_as_told(front: Front) -> subprocess.CompletedProcess[str]:
    """Type the very command that the message gives."""
    _, told = front.process.communicate(timeout=PATIENCE_S)
    assert front.process.returncode == 1, told
    command = shlex.split(told.rpartition("go on with: ")[2])
    assert command[0] == "tunewise"
    return tunewise(*command[1:], cwd=front.folder)


def outputs(workspace: Path) -> list[dict[str, Any]]:
    journal = next(workspace.glob("runs/compare-*/items.jsonl"))
    own = ("arm", "item", "output", "correct")
    return [{name: item[name] for name in own} for record in chain.read(journal) for item in record.body["items"]]


def adapter_sha256(workspace: Path) -> str:
    journal = next(workspace.glob("runs/train-*/events.jsonl"))
    found: str = chain.read(journal)[-1].body["result"]["adapter_sha256"]
    return found


def test_a_killed_trainer_ends_in_the_same_adapter_and_the_same_answers(walked: Walked, tmp_path: Path) -> None:
    front = Front(tmp_path)
    front.wait_for(lambda: front.count("train", "events.jsonl", "checkpoint") >= 2)
    front.kill_run("train")

    after = go_on_as_told(front)

    assert after.returncode in ANSWERED, after.stderr
    assert front.count("train", "events.jsonl", "run_started") == 2
    assert adapter_sha256(tmp_path / ".tunewise") == adapter_sha256(walked.workspace)
    assert outputs(tmp_path / ".tunewise") == outputs(walked.workspace)


def test_a_killed_evaluator_ends_in_the_same_answers(walked: Walked, tmp_path: Path) -> None:
    front = Front(tmp_path)
    front.wait_for(lambda: front.count("compare", "items.jsonl", "items") >= 1)
    front.kill_run("compare")

    after = go_on_as_told(front)

    assert after.returncode in ANSWERED, after.stderr
    assert outputs(tmp_path / ".tunewise") == outputs(walked.workspace)


def test_a_killed_front_end_leaves_the_run_going_and_the_same_command_goes_on(walked: Walked, tmp_path: Path) -> None:
    front = Front(tmp_path)
    front.wait_for(lambda: front.count("train", "events.jsonl", "step") >= 1)
    front.process.kill()
    front.process.communicate()
    steps_then = front.count("train", "events.jsonl", "step")

    after = tunewise("demo", *SMALL, "--json", cwd=tmp_path)

    assert after.returncode in ANSWERED, after.stderr
    assert steps_then < 6
    assert front.count("train", "events.jsonl", "run_started") == 1
    assert outputs(tmp_path / ".tunewise") == outputs(walked.workspace)
