"""Which process works on a run, whether it still does, and how one is started.

Two notes name a process by pid, boot and start time, so that a reused pid is never taken for it: ``owner.json``, kept
by the run while it works, and ``launch.json``, written here, which also covers the moments before the run's first word.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from harness import chain
from harness.lock import Owner, boot_id, is_alive, is_ending, process_ticks, read_owner
from harness.protocol import RunKind

OWNER, LAUNCH, LOG, SPEC, EVENTS = "owner.json", "launch.json", "log.txt", "spec.json", "events.jsonl"

HARNESS: tuple[str, ...] = (sys.executable, "-P", "-m", "harness")
"""``-P`` keeps the current folder off the path: a user's own ``harness`` or ``catalog`` must not shadow ours."""
QUIET_AND_OFFLINE = {
    "DO_NOT_TRACK": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "PYTHONUNBUFFERED": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "VLLM_NO_USAGE_STATS": "1",
}

# Runs that this process started, kept so that a dead one is reaped and never seen as a zombie that still has a pid.
_children: dict[int, subprocess.Popen[bytes]] = {}


class Launch(NamedTuple):
    """A start of a run: its process, and how many records the run's journal had before."""

    owner: Owner
    records: int


def spawn(run_dir: Path, kind: RunKind, *, records: int) -> subprocess.Popen[bytes]:
    """Start the harness on a run's spec, in a session of its own, and note it in ``launch.json``."""
    command = [*HARNESS, kind, str(run_dir / SPEC), "--quiet"]
    with (run_dir / LOG).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=run_dir,
            env={**os.environ, **QUIET_AND_OFFLINE},
            start_new_session=True,
        )
    _children[process.pid] = process
    _note(run_dir, process.pid, records)
    return process


def read_launch(run_dir: Path) -> Launch | None:
    """The last start of a run from here; None if there was none, or its note is not whole."""
    try:
        raw = json.loads((run_dir / LAUNCH).read_bytes())
        return Launch(Owner(**raw["owner"]), raw["records"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def worker(run_dir: Path) -> Owner | None:
    """The living process that works on a run; None when there is none."""
    launch = read_launch(run_dir)
    for owner in (read_owner(run_dir / OWNER), launch.owner if launch else None):
        if owner is not None and lives(owner):
            return owner
    return None


def is_starting(run_dir: Path, records: int) -> bool:
    """Whether a process was started that has not yet said its first word after ``records`` records."""
    launch = read_launch(run_dir)
    return launch is not None and records <= launch.records and lives(launch.owner)


def lives(owner: Owner) -> bool:
    """Whether the very process still runs; a dead child that nobody collected yet does not."""
    child = _children.get(owner.pid)
    if child is not None and child.poll() is not None:
        del _children[owner.pid]
    return is_alive(owner) and not is_ending(owner.pid)


def _note(run_dir: Path, pid: int, records: int) -> None:
    """Write ``launch.json``."""
    owner = Owner(pid, socket.gethostname(), boot_id(), process_ticks(pid) or 0, chain.utc_now())
    with chain.atomic(run_dir / LAUNCH) as temporary:
        temporary.write_text(json.dumps({"owner": owner._asdict(), "records": records}), encoding="utf-8")
