"""Ends a run: first asked, then made to."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from advisor.errors import TunewiseError
from advisor.runner.process import lives, worker
from advisor.runner.records import RunView
from advisor.runner.view import status
from harness.lock import Owner

GRACE_S = 60.0
POLL_S = 0.05


def stop(run_dir: Path, grace_s: float = GRACE_S) -> RunView:
    """Ask a run to save and end (SIGINT); after ``grace_s`` seconds end it and its children (SIGKILL).

    Returns how it stands then. Raises TunewiseError when no process works on it.
    """
    owner = worker(run_dir)
    if owner is None:
        raise TunewiseError(
            f"run {run_dir.name} is not running; it is {status(run_dir).status}", "tunewise runs lists all runs"
        )
    with _handle(owner) as process:
        if process is not None:
            signal.pidfd_send_signal(process, signal.SIGINT)
            if not _gone(owner, grace_s):
                _kill(owner, process)
                _gone(owner, grace_s)
    return status(run_dir)


@contextmanager
def _handle(owner: Owner) -> Iterator[int | None]:
    """A handle on the very process, so that no signal reaches one that took over its pid; None if it is gone."""
    try:
        handle = os.pidfd_open(owner.pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield handle if lives(owner) else None
    finally:
        os.close(handle)


def _gone(owner: Owner, wait_s: float) -> bool:
    """Whether the process ends within so many seconds."""
    give_up = time.monotonic() + wait_s
    while lives(owner):
        if time.monotonic() >= give_up:
            return False
        time.sleep(POLL_S)
    return True


def _kill(owner: Owner, process: int) -> None:
    """End the process and, where it leads a group of its own, all that it started."""
    with suppress(ProcessLookupError):
        if os.getpgid(owner.pid) == owner.pid:
            os.killpg(owner.pid, signal.SIGKILL)
        else:
            signal.pidfd_send_signal(process, signal.SIGKILL)
