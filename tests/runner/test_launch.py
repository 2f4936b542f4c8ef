from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from advisor import runner
from advisor.errors import BadInput, TunewiseError
from advisor.paths import Workspace
from advisor.runner import process
from advisor.store.journal import Journal
from harness import chain
from harness.protocol import PrepareSpec, StepDone, read_spec
from tests.runner.conftest import MakeSpec

SLOW = "0.3"


def finish(run_dir: Path) -> None:
    for _ in runner.follow(run_dir, poll_s=0.02):
        pass


def test_a_run_id_tells_kind_and_time_and_is_not_taken() -> None:
    now = datetime(2026, 1, 31, 18, 45, tzinfo=UTC)

    first, second = runner.new_run_id("train", now), runner.new_run_id("train", now)

    assert re.fullmatch(r"train-20260131-184500-[0-9a-f]{4}", first)
    assert first[:-4] == second[:-4]


@pytest.mark.usefixtures("played")
def test_a_started_run_is_journalled_with_its_spec_and_reaches_its_end(
    workspace: Workspace, make_spec: MakeSpec
) -> None:
    spec = make_spec()

    runner.start(spec, workspace=workspace, journey="j1")
    finish(workspace.run_dir("train-1"))

    assert read_spec(workspace.run_dir("train-1") / "spec.json") == spec
    (started,) = Journal(workspace).of_kind("run_started")
    digest = chain.digest(spec.model_dump(mode="json"))
    assert started.body == {"run_id": "train-1", "kind": "train", "journey": "j1", "spec_sha256": digest}
    view = runner.status(workspace.run_dir("train-1"))
    assert (view.status, view.progress, view.pid, view.resume_command) == ("finished", 1.0, None, None)


@pytest.mark.usefixtures("played")
def test_start_returns_while_the_run_goes_on(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", SLOW)

    view = runner.start(make_spec(steps=100), workspace=workspace, patience_s=10)

    assert view.status == "running"
    assert view.pid is not None
    assert os.getsid(view.pid) == view.pid


@pytest.mark.usefixtures("played")
def test_a_second_start_of_the_same_run_is_refused_with_its_owner(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", SLOW)
    view = runner.start(make_spec(steps=100), workspace=workspace)

    with pytest.raises(TunewiseError, match=rf"pid {view.pid} on {re.escape(os.uname().nodename)}"):
        runner.start(make_spec(steps=100), workspace=workspace)
    with pytest.raises(TunewiseError, match=f"pid {view.pid}"):
        runner.resume(workspace.run_dir("train-1"))


@pytest.mark.usefixtures("played")
def test_the_harness_itself_refuses_a_second_process_and_its_words_are_passed_on(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", SLOW)
    view = runner.start(make_spec(steps=100), workspace=workspace, patience_s=10)
    run_dir = workspace.run_dir("train-1")
    monkeypatch.setattr("advisor.runner.launch._refuse_if_worked_on", lambda _: None)

    with pytest.raises(TunewiseError, match=f"already being worked on by pid {view.pid}"):
        runner.resume(run_dir, patience_s=20)

    assert runner.status(run_dir).status == "running"
    assert runner.status(run_dir).pid == view.pid


def test_a_run_that_ends_at_once_says_why(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "HARNESS", (sys.executable, "-c", "import sys; sys.exit('no room for \\x1b[31mthis')"))

    with pytest.raises(TunewiseError, match="ended at once: no room for this"):
        runner.start(make_spec(), workspace=workspace, patience_s=20)

    view = runner.status(workspace.run_dir("train-1"))
    assert (view.status, view.detail) == ("failed", "no room for this")
    assert view.resume_command is not None


def test_a_folder_that_is_named_like_ours_does_not_shadow_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = workspace.run_dir("prepare-1")
    spec = PrepareSpec(
        run_id="prepare-1", run_dir=str(run_dir), model=str(tmp_path / "no-model"),
        model_cache=str(workspace.models), data_dir=str(workspace.data),
    )  # fmt: skip
    monkeypatch.chdir(tmp_path)
    plant(tmp_path)
    runner.start(spec, workspace=workspace)
    finish(run_dir)
    plant(run_dir)

    runner.resume(run_dir)
    finish(run_dir)

    assert not (tmp_path / "shadowed").exists()
    assert runner.status(run_dir).status == "failed"
    assert [record.kind for record in chain.read(run_dir / "events.jsonl")].count("run_started") == 2


def plant(folder: Path) -> None:
    """A package of the user's own, called like ours, that leaves a trace when it is imported."""
    for name in ("harness", "catalog"):
        (folder / name).mkdir()
        trace = folder / "shadowed"
        (folder / name / "__init__.py").write_text(f"open({str(trace)!r}, 'w').close(); raise SystemExit(9)\n")


def test_a_run_that_is_not_there_cannot_be_resumed(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="no run 'train-9'"):
        runner.resume(workspace.run_dir("train-9"))


@pytest.mark.usefixtures("played")
def test_a_finished_run_cannot_be_resumed(workspace: Workspace, make_spec: MakeSpec) -> None:
    runner.start(make_spec(), workspace=workspace)
    finish(workspace.run_dir("train-1"))

    with pytest.raises(TunewiseError, match="has finished"):
        runner.resume(workspace.run_dir("train-1"))


@pytest.mark.usefixtures("played")
def test_a_killed_run_says_how_to_go_on_and_goes_on_to_the_same_end(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.1")
    monkeypatch.chdir(workspace.root.parent)
    monkeypatch.delenv("TUNEWISE_WORKSPACE", raising=False)
    run_dir = workspace.run_dir("train-1")
    view = runner.start(make_spec(steps=8), workspace=workspace, patience_s=10)
    assert view.pid is not None
    next(event for event in runner.follow(run_dir) if isinstance(event, StepDone) and event.step == 2)

    os.kill(view.pid, signal.SIGKILL)
    finish(run_dir)  # ends: the process is gone
    killed = runner.status(run_dir)
    runner.resume(run_dir)
    finish(run_dir)

    assert (killed.status, killed.pid, killed.resume_command) == ("killed", None, "tunewise resume train-1")
    steps = [event.step for event in runner.follow(run_dir) if isinstance(event, StepDone)]
    assert steps == list(range(1, 9))
    assert runner.status(run_dir).status == "finished"


@pytest.mark.parametrize("closing", ["terminal closed", "killed"])
def test_a_run_outlives_the_terminal_and_the_process_that_started_it(
    workspace: Workspace, make_spec: MakeSpec, tmp_path: Path, closing: str
) -> None:
    (tmp_path / "spec.json").write_text(make_spec(steps=30).model_dump_json())
    master, slave = os.openpty()
    command = [sys.executable, "-m", "tests.runner.starter", str(tmp_path / "spec.json"), str(workspace.root)]
    environment = {**os.environ, "PLAYER_STEP_S": "0.1"}
    terminal = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True, cwd=Path.cwd()
    )
    os.close(slave)
    assert b"started" in os.read(master, 1000)

    if closing == "killed":
        terminal.kill()
    os.close(master)

    assert terminal.wait(10) == (-signal.SIGKILL if closing == "killed" else -signal.SIGHUP)
    assert runner.status(workspace.run_dir("train-1")).status in {"starting", "running"}
    finish(workspace.run_dir("train-1"))
    assert runner.status(workspace.run_dir("train-1")).status == "finished"


@pytest.mark.usefixtures("played")
def test_a_stopped_run_has_saved_and_can_go_on(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.05")
    run_dir = workspace.run_dir("train-1")
    runner.start(make_spec(steps=500), workspace=workspace, patience_s=10)

    view = runner.stop(run_dir, grace_s=10)

    assert (view.status, view.detail[:17]) == ("interrupted", "stopped by SIGINT")
    with pytest.raises(TunewiseError, match="not running; it is interrupted"):
        runner.stop(run_dir)


@pytest.mark.usefixtures("played")
def test_a_run_that_does_not_listen_is_ended_after_the_grace_period(
    workspace: Workspace, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYER_STEP_S", "0.05")
    monkeypatch.setenv("PLAYER_DEAF", "1")
    runner.start(make_spec(steps=5000), workspace=workspace, patience_s=10)
    before = time.monotonic()

    view = runner.stop(workspace.run_dir("train-1"), grace_s=0.5)

    assert view.status == "killed"
    assert 0.5 <= time.monotonic() - before < 5


@pytest.mark.usefixtures("played")
def test_the_end_of_a_run_is_journalled_once_by_place_and_hash(workspace: Workspace, make_spec: MakeSpec) -> None:
    runner.start(make_spec(), workspace=workspace, patience_s=0)
    early = runner.record_end(workspace, "train-1")
    finish(workspace.run_dir("train-1"))

    first, again = runner.record_end(workspace, "train-1"), runner.record_end(workspace, "train-1")

    last = chain.read(workspace.run_dir("train-1") / "events.jsonl")[-1]
    assert (early, again) == (None, None)
    assert first is not None
    assert first.body == {"run_id": "train-1", "head": last.hash, "seq": last.seq, "status": "finished"}
    assert len(Journal(workspace).of_kind("run_ended")) == 1
