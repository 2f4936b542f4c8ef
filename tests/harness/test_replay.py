"""A recorded run played again looks like a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import chain
from harness.errors import InputError
from harness.protocol import RunInterrupted, RunStarted, event_body, finished, read_events
from harness.replay import replay
from harness.signals import StopRequest
from tests.harness.running import ROOT, wait_for

RECORDINGS = ROOT / "tests" / "recordings"


def no_sleep(seconds: float) -> None:
    raise AssertionError(f"slept {seconds} s at speed 0")


@pytest.mark.parametrize("name", ["prepare", "train"])
def test_a_replay_has_the_events_of_its_recording_and_its_own_process(tmp_path: Path, name: str) -> None:
    run_dir = tmp_path / "new"
    assert replay(RECORDINGS / name, run_dir, speed=0, sleep=no_sleep) == 0
    played, recorded = read_events(run_dir), read_events(RECORDINGS / name)
    assert [type(event) for event in played] == [type(event) for event in recorded]
    assert [event_body(event) for event in played[1:]] == [event_body(event) for event in recorded[1:]]
    assert isinstance(played[0], RunStarted)
    assert (played[0].pid, played[0].run_id) == (os.getpid(), "new")


def test_time_is_kept_and_divided_by_the_speed(tmp_path: Path) -> None:
    slept: list[float] = []
    replay(RECORDINGS / "train", tmp_path / "r", speed=10, sleep=slept.append)
    events = read_events(RECORDINGS / "train")
    assert sum(slept) == pytest.approx((events[-1].elapsed_s - events[0].elapsed_s) / 10, rel=0.05)


def test_a_stopped_replay_says_so_and_goes_on_where_it_was(tmp_path: Path) -> None:
    stop, naps = StopRequest(), iter(range(10_000))

    def sleep(_: float) -> None:
        if next(naps) == 40:
            stop.signal = "SIGINT"

    assert replay(RECORDINGS / "train", tmp_path / "r", speed=5, stop=stop, sleep=sleep) == 130
    interrupted = read_events(tmp_path / "r")
    assert isinstance(interrupted[-1], RunInterrupted)
    assert replay(RECORDINGS / "train", tmp_path / "r", speed=0) == 0
    events = read_events(tmp_path / "r")
    bodies = [event_body(event) for event in events if not isinstance(event, RunStarted | RunInterrupted)]
    assert bodies == [event_body(event) for event in read_events(RECORDINGS / "train")[1:]]
    assert finished(events) is not None


def test_a_killed_replay_process_goes_on_with_the_same_command(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "harness",
        "replay",
        str(RECORDINGS / "train"),
        "--into",
        str(tmp_path / "r"),
        "--quiet",
    ]
    with subprocess.Popen([*command, "--speed", "5"], cwd=ROOT) as process:
        wait_for(tmp_path / "r", "step", count=2)
        process.send_signal(signal.SIGKILL)
    assert subprocess.run([*command, "--speed", "0"], cwd=ROOT, check=False).returncode == 0
    steps = [record.body["step"] for record in chain.read(tmp_path / "r" / "events.jsonl") if record.kind == "step"]
    assert steps == list(range(1, steps[-1] + 1))


def test_a_batch_of_items_is_there_before_it_is_announced(tmp_path: Path) -> None:
    recording, run_dir = tmp_path / "recording", tmp_path / "r"
    write_evaluation(recording)
    replay(recording, run_dir, speed=0)
    assert [record.body for record in chain.read(run_dir / "items.jsonl")] == [{"items": [1]}, {"items": [2]}]
    assert len(read_events(run_dir)) == 3
    items, announced = (chain.read(run_dir / name)[-1].at for name in ("items.jsonl", "events.jsonl"))
    assert items <= announced


def write_evaluation(folder: Path) -> None:
    for number, body in enumerate(evaluation_events()):
        chain.append(folder / "events.jsonl", "run_started" if number == 0 else "arm_progress", body)
    for number in (1, 2):
        chain.append(folder / "items.jsonl", "items", {"items": [number]})


def evaluation_events() -> Iterator[dict[str, object]]:
    who = {"run_id": "e", "run_kind": "evaluate", "pid": 1, "host": "h", "boot_id": "b", "spec_sha256": "0"}
    yield {"elapsed_s": 0.0, **who}
    for done in (1, 2):
        yield {"elapsed_s": float(done), "arm": "a", "done": done, "total": 2, "correct": done, "cached": 0}


def test_a_folder_without_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no events"):
        replay(tmp_path, tmp_path / "r")
