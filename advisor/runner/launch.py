"""Starts runs, and goes on with those that were interrupted."""

from __future__ import annotations

import secrets
import subprocess
import time
from datetime import datetime
from pathlib import Path

from advisor.errors import TunewiseError
from advisor.estimate.ledger import Expected
from advisor.paths import Workspace
from advisor.runner.glance import glance
from advisor.runner.log import last_line
from advisor.runner.process import EVENTS, LOG, SPEC, spawn, worker
from advisor.runner.records import RunView
from advisor.runner.view import spec_of, status
from advisor.runner.words import Spec
from advisor.store.journal import Journal
from harness import chain
from harness.protocol import RunKind, RunStarted

POLL_S = 0.02
CLEARING_UP_S = 10.0


def new_run_id(stage: str, now: datetime | None = None) -> str:
    """A name for a run of a stage that sorts by time and is not taken: ``train-20260131-184500-ab12``."""
    moment = now or datetime.now().astimezone()
    return f"{stage}-{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def start(
    spec: Spec, *, workspace: Workspace, journey: str | None = None, expected: Expected | None = None,
    patience_s: float = 1.0,
) -> RunView:  # fmt: skip
    """Start a run in a process of its own and return at once; waits ``patience_s`` at most to see it fail.

    What is ``expected`` of it is journalled with its start: the ledger holds what comes against it.
    Raises TunewiseError when the run's name is taken (by which process, if one works on it), or when it ends at once.
    """
    run_dir = workspace.run_dir(spec.run_id)
    if Path(spec.run_dir) != run_dir:
        raise ValueError(f"spec.run_dir is {spec.run_dir}, the workspace's folder for it is {run_dir}")
    _claim(run_dir)
    with chain.atomic(run_dir / SPEC) as temporary:
        temporary.write_text(spec.model_dump_json(indent=2) + "\n", encoding="utf-8")
    digest = chain.digest(spec.model_dump(mode="json"))
    body: dict[str, object] = {
        "run_id": spec.run_id, "kind": spec.kind, "journey": journey, "spec_sha256": digest,
    }  # fmt: skip
    if expected is not None:
        body["expected"] = expected.model_dump(mode="json")
    Journal(workspace).append("run_started", body)
    return _launch(run_dir, spec.kind, patience_s)


def resume(run_dir: Path, *, patience_s: float = 1.0) -> RunView:
    """Go on with a run that was interrupted, killed or failed, by the same command.

    Raises TunewiseError when it is running (naming the process) or finished, BadInput when there is no such run.
    """
    spec, now = spec_of(run_dir), status(run_dir)
    if now.status == "finished":
        raise TunewiseError(f"run {run_dir.name} has finished; there is nothing to go on with", "start a new run")
    if now.status in {"interrupted", "failed"}:
        _let_go(run_dir)
    _refuse_if_worked_on(run_dir)
    return _launch(run_dir, spec.kind, patience_s)


def _let_go(run_dir: Path) -> None:
    """Wait for a process that has said its last word and is only clearing up."""
    give_up = time.monotonic() + CLEARING_UP_S
    while worker(run_dir) is not None and time.monotonic() < give_up:
        time.sleep(POLL_S)


def _claim(run_dir: Path) -> None:
    """Make the run's folder; one that exists belongs to another run."""
    try:
        run_dir.mkdir(parents=True)
    except FileExistsError as error:
        _refuse_if_worked_on(run_dir)
        raise TunewiseError(
            f"a run {run_dir.name} exists already", f"go on with it by: tunewise resume {run_dir.name}"
        ) from error


def _refuse_if_worked_on(run_dir: Path) -> None:
    """Raise TunewiseError naming the process that works on a run, if one does."""
    owner = worker(run_dir)
    if owner is not None:
        raise TunewiseError(
            f"run {run_dir.name} is being worked on by pid {owner.pid} on {owner.host} since {owner.since}",
            f"watch it with: tunewise attach {run_dir.name}",
        )


def _launch(run_dir: Path, kind: RunKind, patience_s: float) -> RunView:
    """Spawn the run and return how it stands after its first word."""
    records = glance(run_dir / EVENTS).records
    process = spawn(run_dir, kind, records=records)
    if _ended_without_a_word(run_dir, process, records, patience_s):
        reason = last_line(run_dir) or f"exit code {process.returncode}"
        raise TunewiseError(f"run {run_dir.name} ended at once: {reason}", f"its log: {run_dir / LOG}")
    return status(run_dir)


def _ended_without_a_word(run_dir: Path, process: subprocess.Popen[bytes], records: int, patience_s: float) -> bool:
    """Wait for its first word, its end, or patience's end; True if it ended in error and said nothing."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up and process.poll() is None:
        if _has_spoken(run_dir, process.pid, records):
            return False
        time.sleep(POLL_S)
    return process.poll() not in {None, 0} and not _has_spoken(run_dir, process.pid, records)


def _has_spoken(run_dir: Path, pid: int, records: int) -> bool:
    """Whether this process, and not another one on the same run, wrote after so many records."""
    seen = glance(run_dir / EVENTS)
    new = seen.events[-(seen.records - records) :] if seen.records > records else ()
    return any(isinstance(event, RunStarted) and event.pid == pid for event in new)
