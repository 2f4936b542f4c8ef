"""How a run stands: its journal's last words, and whether its process lives."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advisor.errors import BadInput, TunewiseError
from advisor.paths import Workspace, find_workspace
from advisor.runner.glance import Glance, glance
from advisor.runner.log import last_line
from advisor.runner.process import EVENTS, SPEC, is_starting, read_launch, worker
from advisor.runner.records import RunStatus, RunView
from advisor.runner.words import Spec, describe, progress, usd_so_far
from harness.protocol import PrepareSpec, RunFailed, RunKind, read_spec

ENDINGS: dict[str | None, RunStatus] = {"interrupted": "interrupted", "failed": "failed", "finished": "finished"}


def status(run_dir: Path) -> RunView:
    """How a run stands now. Raises BadInput for a folder without a run, JournalDamaged for one that was changed."""
    seen, owner = glance(run_dir / EVENTS), worker(run_dir)
    state = _state(run_dir, seen, alive=owner is not None)
    return _view(run_dir, seen, state, owner.pid if owner and state in {"starting", "running"} else None)


def _view(run_dir: Path, seen: Glance, state: RunStatus, pid: int | None) -> RunView:
    """What is known of a run, in one record."""
    spec = spec_of(run_dir)
    return RunView(
        id=run_dir.name,
        kind=spec.kind,
        status=state,
        pid=pid,
        started_at=seen.started_at or _launched_at(run_dir),
        elapsed_s=seen.events[-1].elapsed_s if seen.events else 0.0,
        progress=progress(spec, seen.events),
        usd_so_far=usd_so_far(seen.events),
        detail=_detail(run_dir, seen, state),
        resume_command=resume_command(run_dir) if state in {"interrupted", "killed", "failed"} else None,
        folder=run_dir,
        planned=None if isinstance(spec, PrepareSpec) else spec.planned,
        price=None if isinstance(spec, PrepareSpec) else spec.price,
        **_fault(seen, state),
    )


def statuses(workspace: Workspace) -> list[RunView]:
    """All runs of a workspace, newest first; a damaged one is listed as failed, with what is wrong."""
    folders = {path.parent for name in (SPEC, EVENTS) for path in workspace.runs.glob(f"*/{name}")}
    return sorted((_listed(folder) for folder in folders), key=lambda run: (run.started_at, run.id), reverse=True)


def _listed(run_dir: Path) -> RunView:
    """How a run stands, damaged or not: one bad file must not hide the other runs."""
    try:
        return status(run_dir)
    except TunewiseError as damage:
        return _damaged(run_dir, damage.message)
    except OSError as error:
        return _damaged(run_dir, f"{error.filename}: {error.strerror}")


def _damaged(run_dir: Path, what: str) -> RunView:
    """A run of which no more is known than what is wrong with it."""
    return RunView(
        id=run_dir.name,
        kind=_kind(run_dir),
        status="failed",
        pid=None,
        started_at=_launched_at(run_dir),
        elapsed_s=0.0,
        progress=None,
        usd_so_far=None,
        detail=what,
        resume_command=None,
        folder=run_dir,
    )


def _kind(run_dir: Path) -> RunKind:
    """The kind of a damaged run: what its specification says, else what its name does."""
    try:
        return spec_of(run_dir).kind
    except TunewiseError:
        named: dict[str, RunKind] = {"prepare": "prepare", "train": "train"}
        return named.get(run_dir.name.partition("-")[0], "evaluate")


def spec_of(run_dir: Path) -> Spec:
    """A run's specification. Raises BadInput where there is no run, TunewiseError where its spec cannot be read."""
    path = run_dir / SPEC
    try:
        return read_spec(path)
    except FileNotFoundError as error:
        if (run_dir / EVENTS).exists():
            raise TunewiseError(f"{path} is missing", "tunewise verify tells what changed") from error
        raise BadInput(f"no run {run_dir.name!r} in {run_dir.parent}", "tunewise runs lists them") from error
    except (ValidationError, OSError) as error:
        raise TunewiseError(
            f"{path} is not a run's specification any more", "tunewise verify tells what changed"
        ) from error


def resume_command(run_dir: Path) -> str:
    """The exact command that goes on with a run, for someone standing here."""
    root = run_dir.parent.parent
    command = f"tunewise resume {run_dir.name}"
    return command if root == find_workspace(None).root else f"{command} --workspace {shlex.quote(str(root))}"


def _state(run_dir: Path, seen: Glance, *, alive: bool) -> RunStatus:
    """A process that has yet to speak is starting, whatever the session before it said last."""
    if is_starting(run_dir, seen.records):
        return "starting"
    if seen.last_kind in ENDINGS:
        return ENDINGS[seen.last_kind]
    if alive:
        return "running"
    return "killed" if seen.records else "failed"


def _detail(run_dir: Path, seen: Glance, state: RunStatus) -> str:
    """The last event in words; where there is none, the log's last line."""
    if state == "starting":
        return "starting"
    if not seen.events:
        return last_line(run_dir) or "ended before its first word"
    words = describe(seen.events[-1])
    return f"its process is gone; last: {words}" if state == "killed" else words


def _fault(seen: Glance, state: RunStatus) -> Mapping[str, Any]:
    """What a failed run said about its cause."""
    last = seen.events[-1] if seen.events else None
    if state != "failed" or not isinstance(last, RunFailed):
        return {}
    return {"bad_input": last.bad_input, "hint": last.hint}


def _launched_at(run_dir: Path) -> str:
    """When a run that has said nothing yet was started."""
    launch = read_launch(run_dir)
    if launch:
        return launch.owner.since
    written = datetime.fromtimestamp(run_dir.stat().st_mtime, UTC)
    return written.isoformat(timespec="milliseconds")
