"""kill -9 of the terminal application in the midst of a real run: the run goes on, and the application shows it again."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.paths import Workspace
from advisor.workflow.records import JourneyInputs
from advisor.workflow.workflow import Workflow
from harness import chain
from tests.e2e.conftest import TUNEWISE, tunewise

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PATIENCE_S = 600
STEPS = 12
ROWS, COLUMNS = 40, 140
ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])", re.DOTALL
)


class Terminal:
    """The application in a terminal of its own, driven by keys; everything it draws is kept."""

    def __init__(self, folder: Path) -> None:
        self._screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [TUNEWISE], cwd=folder, stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(inner)
        self._drawn = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._screen, 65536):
                self._drawn += piece
        except OSError:
            return

    @property
    def text(self) -> str:
        """All that was drawn since the start, without colours and movements."""
        return ESCAPES.sub("", bytes(self._drawn).decode("utf-8", "replace"))

    def press(self, key: str) -> None:
        os.write(self._screen, key.encode())

    def wait_for(self, seen: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not seen():
            assert self.process.poll() is None, self.text[-4000:]
            assert time.monotonic() < give_up, self.text[-4000:]
            time.sleep(0.1)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a small journey that waits to be walked; a run that a failed test leaves is ended."""
    workflow = Workflow(Workspace(tmp_path / ".tunewise"))
    workflow.open_journey(
        JourneyInputs(
            profile=workflow.example_profile(), steps=STEPS, validation_items=4, test_items=8, train_anyway=True
        )
    )
    yield tmp_path
    for run in workflow.runs():
        if run.status in ("starting", "running"):
            workflow.stop_run(run.id)


def training(folder: Path, kind: str) -> int:
    journals = folder.glob(".tunewise/runs/train-*/events.jsonl")
    return sum(record.kind == kind for journal in journals for record in chain.read(journal))


def runs(folder: Path) -> dict[str, dict[str, Any]]:
    listed = tunewise("runs", "--json", cwd=folder)
    assert listed.returncode == 0, listed.stderr
    return {run["kind"]: run for run in reversed(json.loads(listed.stdout)["runs"])}


def wait_for_the_end(folder: Path) -> dict[str, Any]:
    give_up = time.monotonic() + PATIENCE_S
    while (run := runs(folder)["train"])["status"] in ("starting", "running"):
        assert time.monotonic() < give_up, run
        time.sleep(1)
    return run


def test_a_killed_application_leaves_the_run_going_and_shows_it_finished_when_opened_again(folder: Path) -> None:
    first = Terminal(folder)
    first.wait_for(lambda: "Continue" in first.text)
    first.press("c")
    first.wait_for(lambda: training(folder, "step") >= 2)
    first.kill()
    assert training(folder, "step") < STEPS

    run = wait_for_the_end(folder)
    assert run["status"] == "finished", run
    assert training(folder, "run_started") == 1
    assert training(folder, "step") == STEPS

    again = Terminal(folder)
    again.wait_for(lambda: run["id"] in again.text and "finished" in again.text)
    assert f"{STEPS} steps, loss" in again.text
    again.press("\x11")
    assert again.process.wait(timeout=30) == 0
