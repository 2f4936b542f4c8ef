"""Notes in the workspace journal how a run ended, so that a shortened or exchanged run journal is noticed."""

from __future__ import annotations

from advisor.paths import Workspace
from advisor.runner.process import EVENTS
from advisor.store.journal import Journal
from advisor.store.tail import read
from harness.chain import Record
from harness.protocol import TERMINAL_KINDS


def record_end(workspace: Workspace, run_id: str) -> Record | None:
    """Journal a run's last word by its place and hash; None if the run has not ended or it is journalled already.

    Whoever sees the end first calls it; calling it again does nothing. Raises JournalDamaged.
    """
    records = read(workspace.run_dir(run_id) / EVENTS)
    if not records or records[-1].kind not in TERMINAL_KINDS:
        return None
    last = records[-1]
    body = {"run_id": run_id, "head": last.hash, "seq": last.seq, "status": last.kind}

    def is_this_end(record: Record) -> bool:
        return bool(record.body["run_id"] == run_id and record.body["seq"] == last.seq)

    return Journal(workspace).append_unless("run_ended", body, present=is_this_end)
