"""Facts from outside: read and checked whole, compared with those in force, and put in force on a word."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.workflow.egress import refuse_egress
from advisor.workflow.facts import catalog_faults
from catalog import live
from catalog.archive import pack
from catalog.diff import TableDiff, diff
from catalog.fetch import fetch, leaves_machine
from catalog.files import write_whole
from catalog.home import installed
from catalog.installed import BUNDLED, SHORT, Step, checked, folder_of, in_force, install, kept, named, roll_back, steps
from catalog.load import Catalog
from catalog.snapshot import Snapshot, check_facts, digest, read_tables, write_folder

PACKED = ".tar.gz"


class Left(NamedTuple):
    """What live offers do not hold."""

    unknown_gpus: Mapping[str, int] = MappingProxyType({})
    """Names that stand for no GPU of the catalog, or for more than one, and how many offers they left out."""
    faults: tuple[str, ...] = ()
    """What could not be read, in the words of the library."""


class Proposal(NamedTuple):
    """A checked snapshot that is not in force yet."""

    snapshot: Snapshot
    sha256: str
    source: str
    before: str
    """Hash of what is in force, or ``bundled``."""
    differences: tuple[TableDiff, ...]
    left: Left


class History(NamedTuple):
    """What was in force when."""

    in_force: str
    kept: tuple[str, ...]
    steps: tuple[Step, ...]


def propose(workspace: Workspace, source: str, *, sha256: str | None, today: date) -> Proposal:
    """Read a snapshot from a folder, file or address, check every record, and say what it would change.

    Raises BadInput for whatever is no whole, sound snapshot, OverLimit where the workspace lets nothing out.
    """
    if leaves_machine(source):
        refuse_egress(workspace, wanted=source)
    with catalog_faults():
        return _proposal(workspace, fetch(source, sha256=sha256), source, today, Left())


def propose_live(workspace: Workspace, *, today: date) -> Proposal:
    """The facts in force with the offers of the day from gpuhunt. Raises as ``propose`` does."""
    refuse_egress(workspace, wanted="gpuhunt")
    with catalog_faults():
        answer = live.ask()
        now = installed(workspace.catalog)
        known = frozenset(gpu.id for gpu in now.gpus)
        found = live.offers(answer.items, source=answer.source, known=known, today=today)
        snapshot = live.with_offers(read_tables(now.folder), found.offers)
        return _proposal(workspace, snapshot, answer.source, today, Left(found.unknown, answer.faults))


def apply(workspace: Workspace, proposal: Proposal, *, at: str) -> None:
    """Put a proposal in force and keep what was; raises BadInput where another process changes the facts."""
    with catalog_faults():
        install(workspace.catalog, proposal.snapshot, source=proposal.source, at=at)


def return_to(workspace: Workspace, *, to: str | None, at: str) -> Step:
    """Put the facts before the last update in force, or those whose hash begins so."""
    with catalog_faults():
        return roll_back(workspace.catalog, to=to, at=at)


def history(workspace: Workspace) -> History:
    """Every update and return. Raises BadInput for a damaged file."""
    with catalog_faults():
        return History(in_force(workspace.catalog), kept(workspace.catalog), steps(workspace.catalog))


def compare(workspace: Workspace, before: str, after: str) -> tuple[TableDiff, ...]:
    """What differs between two of: bundled, current, the beginning of a hash, a folder or file."""
    with catalog_faults(), tempfile.TemporaryDirectory() as scratch:
        sides = (_side(workspace, name, Path(scratch, place)) for place, name in (("a", before), ("b", after)))
        return diff(*sides)


def export(workspace: Workspace, target: Path) -> str:
    """Write the facts in force, without the user's own, into a new folder or tar.gz; returns their hash."""
    if target.exists():
        raise BadInput(f"{target}: is there already", "a new folder or file")
    with catalog_faults():
        snapshot = read_tables(installed(workspace.catalog).folder)
    try:
        if target.name.endswith(PACKED):
            write_whole(target, pack(snapshot))
        else:
            write_folder(snapshot, target)
    except OSError as error:
        raise BadInput(f"{target}: cannot be written ({error.strerror})", "a place that you may write") from error
    return digest(snapshot)


def _proposal(workspace: Workspace, snapshot: Snapshot, source: str, today: date, left: Left) -> Proposal:
    now = installed(workspace.catalog)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "snapshot")
        write_folder(snapshot, folder)
        new = Catalog(folder)
        check_facts(new, today)
        found = diff(now, new)
    return Proposal(snapshot, digest(snapshot), source, in_force(workspace.catalog), found, left)


def _side(workspace: Workspace, name: str, scratch: Path) -> Catalog:
    if name == "current":
        return installed(workspace.catalog)
    if name == BUNDLED:
        return Catalog(folder_of(workspace.catalog, BUNDLED))
    if Path(name).exists():
        write_folder(fetch(name, sha256=None), scratch)
        return Catalog(scratch)
    return Catalog(checked(workspace.catalog, named(workspace.catalog, name)))


def short(name: str) -> str:
    """A hash as people are shown it."""
    return name[:SHORT]
