"""Checks everything in a workspace that its journals vouch for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.paths import Workspace
from advisor.store.artifacts import changed
from advisor.store.index import journals
from harness import chain
from harness.protocol import RunFinished, to_event

Chains = dict[Path, list[chain.Record]]


class Finding(BaseModel):
    """Something that is not as it was acknowledged, or that a person should know."""

    model_config = ConfigDict(frozen=True)

    path: str
    """Inside the workspace; absolute for what lies elsewhere."""
    line: int | None = None
    broken: bool
    """False for a note: an unfinished last line, for one, is not a loss, for it was never acknowledged."""
    what: str
    hint: str


def verify(workspace: Workspace) -> list[Finding]:
    """Everything wrong in a workspace, worst first; empty when all of it holds together."""
    chains: Chains = {}
    findings = [finding for path in journals(workspace) for finding in _check_chain(workspace, path, chains)]
    findings += _check_starts(workspace, chains)
    findings += _check_ends(workspace, chains)
    findings += _check_artifacts(workspace, chains)
    return sorted(findings, key=lambda finding: not finding.broken)


def _check_chain(workspace: Workspace, path: Path, chains: Chains) -> Iterator[Finding]:
    """One journal's lines; puts it in ``chains`` if they hold."""
    try:
        chains[path] = chain.read(path)
    except chain.ChainError as error:
        hint = "what follows this line cannot be trusted; restore the file from a copy, or do the work again"
        yield _broken(workspace, path, error.reason, hint, line=error.line)
    if torn := chain.torn_bytes(path):
        yield _note(workspace, path, f"the last line is unfinished ({torn} bytes)", "the next writer sets it aside")
    for aside in sorted(path.parent.glob(f"{path.name}.torn-*")):
        yield _note(
            workspace, aside, "an unfinished line was set aside here", "it was never acknowledged; delete it freely"
        )


def _check_starts(workspace: Workspace, chains: Chains) -> Iterator[Finding]:
    """Every run that the workspace journal started is there, with the specification it was started with."""
    for record in _of_kind(workspace, chains, "run_started"):
        run_dir = workspace.run_dir(record.body["run_id"])
        if not run_dir.is_dir():
            yield _broken(
                workspace, run_dir, "the run's folder is missing", "restore it from a copy, or do the run again"
            )
        elif _digest(run_dir / "spec.json") != record.body["spec_sha256"]:
            yield _broken(
                workspace, run_dir / "spec.json", "is not the specification that the run was started with",
                "restore it from a copy, or do the run again",
            )  # fmt: skip


def _check_ends(workspace: Workspace, chains: Chains) -> Iterator[Finding]:
    """Every ending that the workspace journal noted stands in the run's journal, at its place."""
    for record in _of_kind(workspace, chains, "run_ended"):
        path = workspace.run_dir(record.body["run_id"]) / "events.jsonl"
        if path.parent.is_dir() and not path.exists():
            yield _broken(
                workspace, path, "the run's journal is missing", "restore it from a copy, or do the run again"
            )
            continue
        seq, hashes = record.body["seq"], [event.hash for event in chains.get(path, ())]
        if path in chains and hashes[seq : seq + 1] != [record.body["head"]]:
            what = f"does not hold the ending that the workspace journal noted for line {seq + 1}"
            yield _broken(workspace, path, what, "it was shortened or exchanged; restore it from a copy", line=seq + 1)


def _check_artifacts(workspace: Workspace, chains: Chains) -> Iterator[Finding]:
    """What finished runs made is still what they recorded."""
    for path, records in chains.items():
        if path.name != "events.jsonl" or not records or records[-1].kind != "finished":
            continue
        try:
            event = to_event(records[-1])
        except ValidationError:
            yield _broken(
                workspace,
                path,
                "its result cannot be read by this tunewise",
                "use the version that wrote it",
                line=len(records),
            )
            continue
        if isinstance(event, RunFinished):
            for artifact, what in changed(path.parent, event.result):
                yield _broken(workspace, artifact, what, f"restore it from a copy, or do run {path.parent.name} again")


def _of_kind(workspace: Workspace, chains: Chains, kind: str) -> list[chain.Record]:
    """The workspace journal's records of a kind."""
    return [record for record in chains.get(workspace.journal, ()) if record.kind == kind]


def _digest(path: Path) -> str | None:
    """The hash of a specification's values; None when there is none to read."""
    try:
        return chain.digest(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None


def _broken(workspace: Workspace, path: Path, what: str, hint: str, *, line: int | None = None) -> Finding:
    return Finding(path=_name(workspace, path), line=line, broken=True, what=what, hint=hint)


def _note(workspace: Workspace, path: Path, what: str, hint: str) -> Finding:
    return Finding(path=_name(workspace, path), broken=False, what=what, hint=hint)


def _name(workspace: Workspace, path: Path) -> str:
    """A path as a person in the workspace would name it."""
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else str(path)
