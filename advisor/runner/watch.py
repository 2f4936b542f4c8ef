"""Follows a run: all that happened, then what happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from advisor.runner.glance import understood
from advisor.runner.process import EVENTS, is_starting, worker
from advisor.store.tail import Tail
from harness.protocol import TERMINAL_KINDS, Event


def follow(run_dir: Path, stop: threading.Event | None = None, *, poll_s: float = 0.2) -> Iterator[Event]:
    """Every event from the first, then live ones, until the run ends, its process is gone, or ``stop`` is set.

    A resumed run is followed on through its new session. Whether a run was killed is for ``status`` to say. Raises
    JournalDamaged where the journal was changed.
    """
    tail, asked, last_kind = Tail(run_dir / EVENTS), stop or threading.Event(), ""
    while not asked.is_set():
        may_write = _may_write(run_dir, tail.position.records, last_kind)  # before reading, or last words were missed
        records = tail.new()
        for record in records:
            yield understood(tail.path, record)
            last_kind = record.kind
            if asked.is_set():
                return
        if not records and not may_write:
            return
        if not records:
            asked.wait(poll_s)


def _may_write(run_dir: Path, records: int, last_kind: str) -> bool:
    """Whether more can come after so many records: not after an ending, unless a new session is on its way."""
    if last_kind in TERMINAL_KINDS:
        return is_starting(run_dir, records)
    return worker(run_dir) is not None
