from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from advisor import runner
from advisor.errors import BadInput, TunewiseError
from advisor.paths import Workspace
from advisor.runner import process
from advisor.runner.view import resume_command
from advisor.store.tail import JournalDamaged
from harness import chain, lock
from harness.protocol import Event, RunFinished, RunInterrupted, RunStarted, StepDone, Warned, event_body
from tests.runner.conftest import MakeSpec
from tests.runner.player import result, step_done


def written(workspace: Workspace, make_spec: MakeSpec, *events: Event) -> Path:
    """A run folder whose process is gone, with these events."""
    run_dir = workspace.run_dir("train-1")
    run_dir.mkdir(parents=True)
    (run_dir / "spec.json").write_text(make_spec().model_dump_json())
    write(run_dir, *events)
    return run_dir


def write(run_dir: Path, *events: Event) -> None:
    for event in events:
        chain.append(run_dir / "events.jsonl", event.model_dump()["kind"], event_body(event))


def started(*, resumed: bool = False) -> RunStarted:
    return RunStarted(
        elapsed_s=0, run_id="train-1", run_kind="train", pid=1, host="h", boot_id="b", spec_sha256="0", resumed=resumed
    )


def steps(first: int, last: int) -> list[StepDone]:
    return [step_done(step, 5, float(step)) for step in range(first, last + 1)]


@pytest.mark.usefixtures("played")
def test_following_gives_every_event_live_and_ends_with_the_run(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.05")
    runner.start(make_spec(steps=10), workspace=workspace)

    events = list(runner.follow(workspace.run_dir("train-1"), poll_s=0.02))

    assert [event.step for event in events if isinstance(event, StepDone)] == list(range(1, 11))
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)


@pytest.mark.usefixtures("played")
def test_following_a_resumed_run_goes_on_through_its_new_session(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.05")
    run_dir = workspace.run_dir("train-1")
    runner.start(make_spec(steps=12), workspace=workspace, patience_s=10)
    runner.stop(run_dir, grace_s=10)

    runner.resume(run_dir, patience_s=0)
    events = list(runner.follow(run_dir, poll_s=0.02))

    assert [event.resumed for event in events if isinstance(event, RunStarted)] == [False, True]
    assert any(isinstance(event, RunInterrupted) for event in events)
    assert isinstance(events[-1], RunFinished)


def test_following_stops_when_asked_and_leaves_the_run_alone(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("played")
    monkeypatch.setenv("PLAYER_STEP_S", "0.05")
    run_dir = workspace.run_dir("train-1")
    runner.start(make_spec(steps=1000), workspace=workspace, patience_s=10)
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()

    before = time.monotonic()
    list(runner.follow(run_dir, stop))

    assert time.monotonic() - before < 5
    assert runner.status(run_dir).status == "running"


def test_half_a_line_is_not_an_event(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started(), *steps(1, 2))
    with (run_dir / "events.jsonl").open("ab") as handle:
        handle.write(b'{"seq":3,"at":"20')

    assert len(list(runner.follow(run_dir))) == 3
    assert runner.status(run_dir).status == "killed"
    assert runner.status(run_dir).detail.endswith("step 2/5, loss 1.500")


def test_a_changed_line_is_not_followed(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started(), *steps(1, 3))
    path = run_dir / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"loss":1.5', b'"loss":0.5'))

    with pytest.raises(JournalDamaged, match=r"events.jsonl, line 3: hash does not match"):
        list(runner.follow(run_dir))


def test_a_reused_pid_is_not_taken_for_the_run(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started(), *steps(1, 2))
    me = lock.this_process("2026-01-01T00:00:00+00:00")
    note = me._replace(started_ticks=me.started_ticks - 1)
    (run_dir / "owner.json").write_text(json.dumps(note._asdict()))

    assert runner.status(run_dir).status == "killed"
    (run_dir / "owner.json").write_text(json.dumps(me._asdict()))
    assert runner.status(run_dir).status == "running"
    (run_dir / "owner.json").write_text(json.dumps(me._replace(boot_id="another boot")._asdict()))
    assert runner.status(run_dir).status == "killed"


@pytest.mark.usefixtures("played")
def test_a_dead_child_is_not_shown_as_running(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.2")
    view = runner.start(make_spec(steps=100), workspace=workspace, patience_s=10)
    assert view.pid is not None
    child = process._children.pop(view.pid)  # nobody collects it: it stays a zombie

    child.kill()
    list(runner.follow(view.folder, poll_s=0.02))

    assert Path(f"/proc/{view.pid}").exists()
    assert runner.status(view.folder).status == "killed"
    child.wait()


def test_a_long_journal_is_looked_at_only_at_its_ends(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started())
    with chain.Writer(run_dir / "events.jsonl") as writer:
        writer.append("warning", event_body(Warned(elapsed_s=1, message="x" * 600_000)))
        writer.append("step", event_body(step_done(4, 5, 4.0)))

    view = runner.status(run_dir)

    assert (view.progress, view.elapsed_s, str(view.usd_so_far)) == (0.8, 4.0, "0.004")
    assert view.started_at == chain.read(run_dir / "events.jsonl")[0].at


def test_runs_are_listed_newest_first(workspace: Workspace, make_spec: MakeSpec) -> None:
    for name in ("train-1", "train-2"):
        run_dir = workspace.run_dir(name)
        run_dir.mkdir(parents=True)
        (run_dir / "spec.json").write_text(make_spec(name).model_dump_json())
        write(run_dir, started(), RunFinished(elapsed_s=2, result=result(5)))
        time.sleep(0.002)

    assert [run.id for run in runner.statuses(workspace)] == ["train-2", "train-1"]


def test_a_damaged_journal_does_not_hide_the_other_runs(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started(), *steps(1, 3))
    path = run_dir / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"loss":1.5', b'"loss":0.5'))
    other = workspace.run_dir("train-2")
    other.mkdir()
    (other / "spec.json").write_text(make_spec("train-2").model_dump_json())
    write(other, started(), RunFinished(elapsed_s=2, result=result(5)))

    listed = {run.id: run for run in runner.statuses(workspace)}

    assert listed["train-2"].status == "finished"
    assert listed["train-1"].status == "failed"
    assert "hash does not match" in listed["train-1"].detail
    assert listed["train-1"].resume_command is None


@pytest.mark.parametrize("spec", [None, b"", b"{", b"[" * 100_000, b"\xff"])
def test_a_missing_or_damaged_specification_hides_neither_its_run_nor_the_others(
    workspace: Workspace, make_spec: MakeSpec, spec: bytes | None
) -> None:
    run_dir = written(workspace, make_spec, started(), RunFinished(elapsed_s=2, result=result(5)))
    path = run_dir / "spec.json"
    path.write_bytes(spec) if spec is not None else path.unlink()
    (workspace.run_dir("train-2")).mkdir()
    (workspace.run_dir("train-2") / "spec.json").write_text(make_spec("train-2").model_dump_json())

    listed = {run.id: run for run in runner.statuses(workspace)}

    assert set(listed) == {"train-1", "train-2"}
    assert (listed["train-1"].status, listed["train-1"].kind) == ("failed", "train")
    assert str(path) in listed["train-1"].detail
    with pytest.raises(TunewiseError, match=r"spec\.json is"):
        runner.status(run_dir)


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b"[" * 100_000, b'{"pid": 1}', b"\xff"])
def test_a_damaged_note_of_who_works_on_a_run_is_no_one(workspace: Workspace, make_spec: MakeSpec, note: bytes) -> None:
    run_dir = written(workspace, make_spec, started())
    (run_dir / "owner.json").write_bytes(note)
    (run_dir / "launch.json").write_bytes(note)

    assert runner.status(run_dir).status == "killed"


def test_an_event_of_another_version_is_named(workspace: Workspace, make_spec: MakeSpec) -> None:
    run_dir = written(workspace, make_spec, started())
    chain.append(run_dir / "events.jsonl", "teleported", {"elapsed_s": 1})

    for ask in (runner.status, lambda folder: list(runner.follow(folder))):
        with pytest.raises(TunewiseError, match="line 2: an event 'teleported' that this tunewise does not know"):
            ask(run_dir)


@pytest.mark.usefixtures("played")
def test_a_replayed_recording_is_followed_like_the_run_it_was(workspace: Workspace, make_spec: MakeSpec) -> None:
    recording = workspace.run_dir("train-1")
    runner.start(make_spec(steps=6), workspace=workspace)
    recorded = list(runner.follow(recording, poll_s=0.02))
    run_dir = workspace.run_dir("train-2")
    command = [sys.executable, "-m", "harness", "replay", str(recording), "--into", str(run_dir), "--quiet"]

    with subprocess.Popen(command) as process:
        while not (run_dir / "owner.json").exists():
            time.sleep(0.01)
        replayed = list(runner.follow(run_dir, poll_s=0.02))

    assert process.returncode == 0
    assert [event.model_dump(exclude={"elapsed_s"}) for event in replayed[1:]] == [
        event.model_dump(exclude={"elapsed_s"}) for event in recorded[1:]
    ]
    assert isinstance(replayed[0], RunStarted)
    assert replayed[0].pid == process.pid


def test_an_unknown_run_is_bad_input(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="no run 'nope'"):
        runner.status(workspace.run_dir("nope"))


def test_the_resume_command_names_a_workspace_that_is_not_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUNEWISE_WORKSPACE", raising=False)

    assert resume_command(tmp_path / ".tunewise/runs/r1") == "tunewise resume r1"
    assert resume_command(tmp_path / "my work/runs/r1") == f"tunewise resume r1 --workspace '{tmp_path}/my work'"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def test_the_log_is_shown_from_its_end_without_what_could_steer_a_terminal(log: Path) -> None:
    log.write_bytes(b"first\n10%\r50%\r100%\n\x1b[2J\x1b]0;title\x07red \xff\xfe end\x9b\n")

    assert runner.log_tail(log.parent) == ["first", "100%", "red \ufffd\ufffd end\ufffd"]
    assert runner.log_tail(log.parent, lines=1) == ["red \ufffd\ufffd end\ufffd"]


def test_the_end_of_a_huge_binary_log_is_read_alone(log: Path) -> None:
    with log.open("wb") as handle:
        handle.truncate(5_000_000_000)
        handle.seek(0, 2)
        handle.write(b"\nthe end\n")

    before = time.monotonic()

    assert runner.log_tail(log.parent, lines=5)[-1] == "the end"
    assert time.monotonic() - before < 1
