"""Events go to disk first; time counts over sessions; a reader that goes away changes nothing."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from harness import chain
from harness.emit import Emitter, resume_command, spec_digest
from harness.errors import Interrupted
from harness.protocol import PrepareSpec, RunInterrupted, RunStarted, StageFinished, StageStarted, read_events
from harness.signals import StopRequest


class Clock:
    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def spec(run_dir: Path) -> PrepareSpec:
    return PrepareSpec(run_id="r1", run_dir=str(run_dir), model_cache="m", data_dir="d")


def test_elapsed_time_goes_on_over_sessions_and_ignores_the_time_between(tmp_path: Path) -> None:
    first = Clock(100.0)
    with Emitter(tmp_path, "r1", monotonic=first) as emitter:
        first.now += 7.5
        emitter.warn("one")
    second = Clock(9000.0)
    with Emitter(tmp_path, "r1", monotonic=second) as emitter:
        second.now += 1.25
        emitter.warn("two")
    assert [event.elapsed_s for event in read_events(tmp_path)] == [7.5, 8.75]


def test_a_session_starts_with_who_and_what_and_whether_it_goes_on(tmp_path: Path) -> None:
    for _ in range(2):
        with Emitter(tmp_path, "r1") as emitter:
            emitter.start(spec(tmp_path), {"python": "3"})
    started = [event for event in read_events(tmp_path) if isinstance(event, RunStarted)]
    assert [event.resumed for event in started] == [False, True]
    assert {event.spec_sha256 for event in started} == {spec_digest(spec(tmp_path))}
    assert started[0].pid == os.getpid()


def test_a_stage_says_how_long_it_took_and_what_came_of_it(tmp_path: Path) -> None:
    clock = Clock()
    with Emitter(tmp_path, "r1", monotonic=clock) as emitter, emitter.stage("work", "on it") as stage:
        clock.now += 3
        stage.detail = "done"
    started, finished = read_events(tmp_path)
    assert isinstance(started, StageStarted)
    assert isinstance(finished, StageFinished)
    assert (started.detail, finished.detail, finished.seconds) == ("on it", "done", 3.0)


def test_a_stage_that_fails_is_not_said_to_be_finished(tmp_path: Path) -> None:
    with Emitter(tmp_path, "r1") as emitter, pytest.raises(ZeroDivisionError), emitter.stage("work"):
        raise ZeroDivisionError
    assert [record.kind for record in chain.read(tmp_path / "events.jsonl")] == ["stage_started"]


def test_the_reader_gets_the_very_lines_of_the_journal(tmp_path: Path) -> None:
    echo = io.BytesIO()
    with Emitter(tmp_path, "r1", echo=echo) as emitter:
        emitter.warn("żółć")
        emitter.warn("two")
    assert echo.getvalue() == (tmp_path / "events.jsonl").read_bytes()


def test_a_reader_that_died_does_not_end_the_run(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb", buffering=0) as echo, Emitter(tmp_path, "r1", echo=echo) as emitter:
        emitter.warn("one")
        emitter.warn("two")
    assert len(read_events(tmp_path)) == 2


def test_a_second_emitter_is_refused_at_once(tmp_path: Path) -> None:
    with Emitter(tmp_path, "r1"), pytest.raises(BlockingIOError):
        Emitter(tmp_path, "r1")


def test_a_stop_is_honoured_before_the_next_stage(tmp_path: Path) -> None:
    stop = StopRequest()
    stop.signal = "SIGTERM"
    with Emitter(tmp_path, "r1", stop=stop) as emitter, pytest.raises(Interrupted) as caught, emitter.stage("work"):
        pytest.fail("the stage must not begin")
    assert caught.value.signal == "SIGTERM"


def test_an_interrupted_run_says_the_exact_command_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = tmp_path / ".tunewise" / "runs" / "r1"
    monkeypatch.chdir(tmp_path)
    with Emitter(run_dir, "r1") as emitter:
        emitter.interrupt("SIGINT", 3)
    last = read_events(run_dir)[-1]
    assert isinstance(last, RunInterrupted)
    assert (last.resume, last.step) == ("tunewise resume r1", 3)


def test_a_workspace_elsewhere_is_named_and_quoted() -> None:
    assert resume_command(Path("/w/runs/r1"), "r1", Path("/home")) == "tunewise resume r1 --workspace /w"
    assert resume_command(Path("/my work/runs/r1"), "r1", Path("/home")) == "tunewise resume r1 --workspace '/my work'"


def test_events_are_json_without_their_base_classes_noise(tmp_path: Path) -> None:
    with Emitter(tmp_path, "r1") as emitter:
        emitter.warn("w")
    line = json.loads((tmp_path / "events.jsonl").read_text())
    assert line["kind"] == "warning"
    assert set(line["body"]) == {"elapsed_s", "message"}
