"""Closed, full, narrow and foreign streams: the answer or one line, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TUNEWISE = str(Path(sys.executable).with_name("tunewise"))
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def shell(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("tunewise", f"'{TUNEWISE}'", 1)],
        cwd=cwd, capture_output=True, check=False, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr
    assert b"Exception ignored" not in done.stderr, done.stderr
    return done


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text("task_type: classification\nn_examples: 800\n")
    return path


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(tmp_path: Path, profile: Path, closed: str) -> None:
    assert shell(f"tunewise advise {profile} {closed}", tmp_path).returncode == 0
    assert shell(f"tunewise {closed}", tmp_path).returncode == 0


def test_nothing_on_a_closed_input_is_bad_input(tmp_path: Path) -> None:
    assert shell("tunewise stats - <&-", tmp_path).returncode == 2
    assert shell("tunewise estimate - <&-", tmp_path).returncode == 2


def test_a_full_output_is_one_line_and_a_full_stderr_keeps_the_exit_code(tmp_path: Path, profile: Path) -> None:
    full = shell(f"tunewise advise --json {profile} > /dev/full", tmp_path)

    assert (full.returncode, full.stderr) == (1, b"tunewise: the output: No space left on device\n")
    assert shell("tunewise advise absent.yaml 2> /dev/full", tmp_path).returncode == 2


def test_a_reader_that_leaves_early_is_not_complained_about(tmp_path: Path) -> None:
    assert shell("tunewise catalog list --json | head -1", tmp_path).stderr == b""


def test_names_that_the_output_cannot_encode_become_escapes(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text(
        '{"id": "\\ud800 \u015f", "task": "training", "method": "lora", "model": "llama-3.1-8b"}\n'
    )

    for environment in ({}, ASCII):
        done = shell("tunewise estimate w.jsonl --json", tmp_path, **environment)
        assert json.loads(done.stdout)["predictions"][0]["id"] == "\ud800 \u015f"
        assert shell("tunewise estimate w.jsonl", tmp_path, **environment).returncode == 0


def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    done = shell("tunewise advise '\x1b[31mp\n.yaml'", tmp_path)

    assert done.returncode == 2
    assert b"\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_home_that_nobody_has_and_a_folder_that_is_gone_are_bad_input(tmp_path: Path) -> None:
    assert b"no such home" in shell("tunewise --workspace '~nobody-here/x' runs", tmp_path).stderr
    gone = shell('mkdir gone && cd gone && rmdir ../gone && "$TUNEWISE" runs', tmp_path, TUNEWISE=TUNEWISE)
    assert (gone.returncode, gone.stderr.count(b"\n")) == (2, 2)
