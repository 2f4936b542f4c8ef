"""Checkpoints that are whole or not there: written aside, hashed, marked complete, then put in place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from harness import chain
from harness.fingerprint import of_hashes

FOLDER, MARKER = "checkpoints", "complete.json"
NEVER_READ = ("training_args.bin", "README.md")
"""Left by the libraries; one of them is a pickle of arguments that nobody needs."""


class Checkpoint(NamedTuple):
    """A complete checkpoint: where, of which step, and the digest of its files."""

    path: Path
    step: int
    sha256: str


def place(run_dir: Path, step: int) -> Path:
    """Where the checkpoint of a step belongs."""
    return run_dir / FOLDER / f"step-{step:06d}"


def staging(run_dir: Path) -> Path:
    """An empty folder for a checkpoint in the making; what an interrupted save left there is removed."""
    folder = run_dir / FOLDER / ".saving"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def commit(written: Path, run_dir: Path, step: int) -> Checkpoint:
    """Mark a written checkpoint complete and put it in its place; a kill before the last line leaves none."""
    for name in NEVER_READ:
        (written / name).unlink(missing_ok=True)
    hashes = {path.name: chain.file_sha256(path) for path in sorted(written.iterdir())}
    (written / MARKER).write_text(json.dumps({"step": step, "files": hashes}, indent=2), encoding="utf-8")
    for path in written.iterdir():
        chain.sync_file(path)
    target = place(run_dir, step)
    shutil.rmtree(target, ignore_errors=True)  # one of the same step that was found damaged
    written.rename(target)
    chain.sync_directory(target.parent)
    return Checkpoint(target, step, of_hashes(hashes))


def newest(run_dir: Path, *, warn: Callable[[str], None]) -> Checkpoint | None:
    """The last checkpoint that is complete and unchanged; each later one is named with what is wrong with it."""
    for path in sorted((run_dir / FOLDER).glob("step-*"), reverse=True):
        fault, found = examine(path)
        if found is not None:
            return found
        warn(f"checkpoint {path.name} is not used: {fault}")
    return None


def examine(path: Path) -> tuple[str, Checkpoint | None]:
    """What is wrong with a checkpoint, or the checkpoint."""
    try:
        marker = json.loads((path / MARKER).read_bytes())
        step, noted = int(marker["step"]), dict(marker["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return "its completeness marker is missing or damaged", None
    for name, sha256 in sorted(noted.items()):
        if not (path / name).is_file():
            return f"{name} is missing", None
        if chain.file_sha256(path / name) != sha256:
            return f"{name} was changed or cut off after it was saved (SHA-256 does not match)", None
    return "", Checkpoint(path, step, of_hashes(noted))


def prune(run_dir: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` checkpoints."""
    for path in sorted((run_dir / FOLDER).glob("step-*"))[:-keep]:
        shutil.rmtree(path, ignore_errors=True)
