"""One process works on a run; who that is can be told, and a dead owner holds nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import RunBusy
from harness.lock import Owner, RunLock, boot_id, is_alive, is_ending, process_ticks, read_owner, this_process
from tests.harness.running import ROOT

HOLDING = """
import sys, time
from pathlib import Path
from harness.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def hold(run_dir: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(run_dir)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.stdout.close()
    return process


def test_a_second_process_is_refused_with_the_owners_pid_host_and_boot(tmp_path: Path) -> None:
    process = hold(tmp_path)
    try:
        with pytest.raises(RunBusy) as caught:
            RunLock(tmp_path)
        owner = this_process("")
        assert f"pid {process.pid} on {owner.host} (boot {owner.boot_id})" in caught.value.message
        assert "tunewise attach" in caught.value.hint
    finally:
        process.kill()
        process.wait()


def test_the_lock_of_a_killed_process_is_taken_over_and_said_so(tmp_path: Path) -> None:
    process = hold(tmp_path)
    process.kill()
    process.wait()
    with RunLock(tmp_path) as lock:
        assert lock.stale is not None
        assert lock.stale.pid == process.pid
        owner = read_owner(tmp_path / "owner.json")
        assert owner is not None
        assert owner.pid == os.getpid()
    assert not (tmp_path / "owner.json").exists()


def test_a_living_owner_is_believed_where_the_file_system_keeps_no_lock(tmp_path: Path) -> None:
    parent = os.getppid()
    living = this_process("2026-01-01")._replace(pid=parent, started_ticks=process_ticks(parent) or 0)
    (tmp_path / "owner.json").write_text(json.dumps(living._asdict()))
    with pytest.raises(RunBusy, match=f"pid {parent}"):
        RunLock(tmp_path)


def test_a_reused_pid_and_another_boot_are_not_the_owner() -> None:
    here = this_process("")
    assert is_alive(here)
    assert not is_alive(here._replace(started_ticks=here.started_ticks - 1))
    assert not is_alive(here._replace(boot_id="another"))
    assert boot_id() == here.boot_id


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_note_that_is_not_whole_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "owner.json").write_text(content)
    assert read_owner(tmp_path / "owner.json") is None
    RunLock(tmp_path).release()


def test_an_owner_survives_being_written_and_read(tmp_path: Path) -> None:
    owner = Owner(1, "host", "boot", 2, "now")
    (tmp_path / "owner.json").write_text(json.dumps(owner._asdict()))
    assert read_owner(tmp_path / "owner.json") == owner


LINGERING = """
import os, sys, time
from pathlib import Path
from harness.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
if os.fork() == 0:
    os.close(1)
    time.sleep(1.0)
    os._exit(0)
print("held", flush=True)
time.sleep(60)
"""


def test_a_lock_that_outlives_its_killed_owner_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LINGERING, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.stdout.close()
    process.kill()
    while not is_ending(process.pid):
        time.sleep(0.01)

    with RunLock(tmp_path) as lock:
        assert lock.stale is not None
        assert lock.stale.pid == process.pid
    process.wait()
