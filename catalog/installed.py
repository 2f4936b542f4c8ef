"""Which snapshot of a workspace is in force: installed whole or not at all, the ones before it kept."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from catalog.errors import CatalogError
from catalog.files import UNFINISHED, one_writer, sync_folder, write_whole
from catalog.load import DATA
from catalog.snapshot import Snapshot, check_whole, content, digest, write_folder

BUNDLED = "bundled"
"""Stands for the facts that come with the package."""
MARKER = "current"
LOG = "log.jsonl"
SNAPSHOTS = "snapshots"
INCOMING = ".incoming-"
HASH = re.compile(r"[0-9a-f]{64}")
SHORT = 12
"""Digits of a hash that people are shown."""
BACK = "`tunewise catalog rollback` returns to the facts before"


class Step(NamedTuple):
    """One line of the history."""

    at: str
    action: str
    """``update``, ``rollback``, or ``found`` for a step whose line was lost with its process."""
    before: str
    after: str
    source: str
    """Where the snapshot came from."""


def in_force(folder: Path) -> str:
    """The hash of the snapshot that is in force, or ``bundled``. Raises CatalogError for a marker that names none."""
    try:
        named = (folder / MARKER).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return BUNDLED
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{folder / MARKER}: cannot be read ({type(error).__name__})", BACK) from error
    if named != BUNDLED and not HASH.fullmatch(named):
        raise CatalogError(f"{folder / MARKER}: {named[:40]!r} is no hash of a snapshot", f"64 hex digits; {BACK}")
    return named


def folder_of(folder: Path, name: str) -> Path:
    """Where the tables of a snapshot lie."""
    return DATA if name == BUNDLED else folder / SNAPSHOTS / name


def checked(folder: Path, name: str) -> Path:
    """The same, its content compared with its hash.

    Raises CatalogError where it is gone, was changed, or lacks a table that this version of the package reads.
    """
    place = folder_of(folder, name)
    if name == BUNDLED:
        return place
    found = {path.name: content(path) for path in place.glob("*.csv")}
    if digest(found) != name:
        wrong = f"was changed: its hash is {digest(found)[:SHORT]}" if found else "is gone"
        raise CatalogError(f"snapshot {name[:SHORT]} in {place.parent} {wrong}", BACK)
    try:
        check_whole(set(found), f"snapshot {name[:SHORT]}")
    except CatalogError as error:
        raise CatalogError(f"{error.message}: it was made for another version of tunewise", BACK) from error
    return place


def kept(folder: Path) -> tuple[str, ...]:
    """Hashes of the snapshots that are there, in order of name."""
    place = folder / SNAPSHOTS
    return tuple(sorted(path.name for path in place.iterdir() if HASH.fullmatch(path.name))) if place.is_dir() else ()


def install(folder: Path, snapshot: Snapshot, *, source: str, at: str) -> str:
    """Keep a snapshot and put it in force; returns its hash. Killed at any point, the one before stays in force."""
    name = digest(snapshot)
    with one_writer(folder):
        _clear(folder)
        _keep(folder, snapshot, name)
        _switch(folder, name, action="update", source=source, at=at)
    return name


def roll_back(folder: Path, *, to: str | None, at: str) -> Step:
    """Put the snapshot before in force, or the one that ``to`` begins. Raises CatalogError where there is none."""
    with one_writer(folder):
        _clear(folder)
        name = named(folder, to) if to else _previous(folder)
        checked(folder, name)
        return _switch(folder, name, action="rollback", source="", at=at)


def named(folder: Path, start: str) -> str:
    """The one snapshot whose hash begins so, or ``bundled``. Raises CatalogError with those that are there."""
    fits = [name for name in (BUNDLED, *kept(folder)) if name.startswith(start.lower())]
    if len(fits) != 1:
        there = ", ".join(name[:SHORT] for name in (BUNDLED, *kept(folder)))
        raise CatalogError(f"{'no' if not fits else 'more than one'} snapshot begins with {start[:64]!r}", there)
    return fits[0]


def steps(folder: Path) -> tuple[Step, ...]:
    """Every change of what is in force, oldest first; a line that was cut off while being written is not one."""
    return tuple(_steps(folder / LOG))


def _steps(path: Path) -> Iterator[Step]:
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    for number, line in enumerate(lines, 1):
        try:
            yield Step(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise CatalogError(
                f"{path} line {number}: no line of a history", "put the line right, or take it out"
            ) from error


def _previous(folder: Path) -> str:
    """What was in force before the update that brought what is in force."""
    now = _marked(folder)
    before = next(
        (
            step.before
            for step in reversed(steps(folder))
            if (step.action, step.after) != ("rollback", now) and step.after == now
        ),
        None,
    )
    if before is None:
        raise CatalogError(
            "nothing was updated, so there is nothing to return to", "`tunewise catalog history` lists what there is"
        )
    return before


def _marked(folder: Path) -> str:
    """What is in force; after damage to the marker what the history says."""
    try:
        return in_force(folder)
    except CatalogError:
        done = steps(folder)
        return done[-1].after if done else BUNDLED


def _keep(folder: Path, snapshot: Snapshot, name: str) -> None:
    """Write the snapshot beside the others, unless it is there and whole."""
    place = folder_of(folder, name)
    if place.is_dir() and _whole(folder, name):
        return
    incoming = place.with_name(f"{INCOMING}{os.getpid()}")
    write_folder(snapshot, incoming)
    if place.exists():
        place.rename(place.with_name(f"{INCOMING}damaged"))
    incoming.rename(place)
    sync_folder(place.parent)
    _sweep(folder)


def _whole(folder: Path, name: str) -> bool:
    try:
        checked(folder, name)
    except CatalogError:
        return False
    return True


def _switch(folder: Path, name: str, *, action: str, source: str, at: str) -> Step:
    """Move the marker, then write the line; a line that is lost between is made up for by the next change."""
    before = _marked(folder)
    write_whole(folder / MARKER, f"{name}\n".encode())
    step = Step(at, action, before, name, source)
    _append(folder / LOG, step._asdict())
    return step


def _clear(folder: Path) -> None:
    """Take away what a killed process left half made, and note the step whose line was lost with it."""
    _sweep(folder)
    _mend(folder / LOG)
    done, now = steps(folder), _marked(folder)
    last = done[-1].after if done else BUNDLED
    if last != now:
        _append(folder / LOG, Step("", "found", last, now, "")._asdict())


def _sweep(folder: Path) -> None:
    for path in (folder / SNAPSHOTS).glob(f"{INCOMING}*"):
        shutil.rmtree(path)
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink()


def _mend(path: Path) -> None:
    """Cut a torn last line off."""
    content = path.read_bytes() if path.is_file() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        write_whole(path, whole)


def _append(path: Path, line: dict[str, Any]) -> None:
    with path.open("ab") as file:
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
