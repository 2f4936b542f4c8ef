"""The workspace journal: what was decided, planned, started, ended, compared and reported, in order.

Several processes append to it under an exclusive lock; a body is the JSON dump of the record that it keeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from advisor.paths import Workspace
from advisor.store.tail import JournalDamaged, Tail
from harness import chain
from harness.chain import Record

JournalKind = Literal[
    "journey_started",  # {journey, inputs}
    "run_started",  # {run_id, kind, journey, spec_sha256, expected}
    "run_ended",  # {run_id, head, seq, status}: the terminal event, by place and hash
    "decided",
    "planned",  # {journey, plan}
    "compared",  # {journey, comparison}
    "reported",
    "profile_saved",
]


class Journal:
    """One workspace's journal; keeps what it has read, so that reading again costs only what is new."""

    def __init__(self, workspace: Workspace, *, clock: Callable[[], str] = chain.utc_now) -> None:
        self.path, self._clock = workspace.journal, clock
        self._tail, self._records = Tail(workspace.journal), list[Record]()
        self._reading = threading.Lock()

    def append(self, kind: JournalKind, body: Mapping[str, Any]) -> Record:
        """Append one record and return it once it is on disk; waits for other writers."""
        with self._writer() as writer:
            return writer.append(kind, body)

    def append_unless(
        self, kind: JournalKind, body: Mapping[str, Any], *, present: Callable[[Record], bool]
    ) -> Record | None:
        """Append unless a record of this kind is ``present`` already; looked up and written under one lock."""
        with self._writer() as writer:
            if any(present(record) for record in self.of_kind(kind)):
                return None
            return writer.append(kind, body)

    @contextmanager
    def _writer(self) -> Iterator[chain.Writer]:
        """The journal, locked. Raises JournalDamaged where its last line was changed: nothing is put behind it."""
        try:
            writer = chain.Writer(self.path, clock=self._clock)
        except chain.ChainError as error:
            raise JournalDamaged(self.path, error.line, error.reason) from error
        with writer:
            yield writer

    def records(self) -> tuple[Record, ...]:
        """Every acknowledged record in order, the chain checked. Raises JournalDamaged."""
        with self._reading:
            self._records += self._tail.new()
            return tuple(self._records)

    def of_kind(self, kind: JournalKind) -> list[Record]:
        """The records of one kind in order. Raises JournalDamaged."""
        return [record for record in self.records() if record.kind == kind]
