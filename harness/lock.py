"""One process per run: a lock that dies with its owner, and a note of who that is."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from harness import chain
from harness.errors import RunBusy

ENDING_S = 60.0
"""A killed process with gigabytes and many threads holds its lock until they are gone: seconds on a busy machine."""
POLL_S = 0.05


class Owner(NamedTuple):
    """A process, so named that a reused pid or a rebooted machine is not taken for it."""

    pid: int
    host: str
    boot_id: str
    started_ticks: int
    since: str


def boot_id() -> str:
    """The boot that this machine is in; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def process_ticks(pid: int) -> int | None:
    """When a process of this machine was started, in clock ticks after boot; None if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[19])


def this_process(now: str) -> Owner:
    """The owner that this process would be."""
    pid = os.getpid()
    return Owner(pid, socket.gethostname(), boot_id(), process_ticks(pid) or 0, now)


def is_alive(owner: Owner) -> bool:
    """Whether the very process is still there, be it ending; another boot or host counts as gone."""
    return owner.boot_id == boot_id() and process_ticks(owner.pid) == owner.started_ticks


def is_ending(pid: int) -> bool:
    """Whether a process was killed or has ended and only its entry, or threads that are being cleared away, are left."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in {"Z", "X"}


def read_owner(path: Path) -> Owner | None:
    """Who is noted as owner; None if nobody is, or the note is not whole."""
    try:
        raw = json.loads(path.read_bytes())
        return Owner(**raw)
    except (OSError, ValueError, TypeError, RecursionError):
        return None


class RunLock:
    """Held while a process works on a run folder. Raises RunBusy with the owner's name when another does."""

    def __init__(self, run_dir: Path) -> None:
        run_dir.mkdir(parents=True, exist_ok=True)
        self._note = run_dir / "owner.json"
        self._handle = (run_dir / "lock").open("ab")
        try:
            self.stale = self._claim(run_dir)
        except BaseException:
            self._handle.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def _claim(self, run_dir: Path) -> Owner | None:
        """Take the lock and note the owner; returns the owner before, if it vanished without a word."""
        self._take(run_dir)
        before = read_owner(self._note)
        if before is not None and before.pid != os.getpid() and is_alive(before) and not is_ending(before.pid):
            raise busy(run_dir, before)  # a file system that does not keep flock
        with chain.atomic(self._note) as temporary:
            temporary.write_text(json.dumps(this_process(chain.utc_now())._asdict()), encoding="utf-8")
        return before

    def _take(self, run_dir: Path) -> None:
        """Take the lock; one whose owner was just killed is waited for until the system has cleared its threads away."""
        give_up = time.monotonic() + ENDING_S
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = read_owner(self._note)
                if owner is None or not is_ending(owner.pid) or time.monotonic() >= give_up:
                    raise busy(run_dir, owner) from None
                time.sleep(POLL_S)
            else:
                return

    def release(self) -> None:
        """Take the note away, then the lock."""
        self._note.unlink(missing_ok=True)
        self._handle.close()


def busy(run_dir: Path, owner: Owner | None) -> RunBusy:
    """The refusal, naming who works on the run."""
    who = (
        f"pid {owner.pid} on {owner.host} (boot {owner.boot_id or 'unknown'}) since {owner.since}"
        if owner
        else "another process"
    )
    return RunBusy(
        f"run {run_dir.name} is already being worked on by {who}", f"watch it with: tunewise attach {run_dir.name}"
    )
