"""``tunewise catalog update``, ``rollback``, ``history``, ``diff`` and ``export``: which facts are in force."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.options import json_option, print_json, workspace_option
from advisor.errors import BadInput
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.paths import Workspace
    from advisor.workflow.updating import History, Proposal
    from catalog.diff import FieldChange, RecordChange, TableDiff

SHOWN = 12
"""Lines of each kind and table for people; --json has all."""
SHORT = 12
"""Digits of a hash."""


@click.command()
@click.argument("source", required=False)
@click.option(
    "--sha256",
    metavar="HASH",
    help="Of the file, or of the snapshot as `catalog export` prints it; an address needs it.",
)
@click.option("--live", is_flag=True, help="Ask gpuhunt for the GPU offers of today instead (extra: tunewise[live]).")
@click.option("--yes", is_flag=True, help="Put it in force without asking.")
@click.option("--dry-run", is_flag=True, help="Show what it would change, and change nothing.")
@json_option
@workspace_option
def update(
    source: str | None, *, sha256: str | None, live: bool, yes: bool, dry_run: bool, as_json: bool, workspace: Workspace
) -> None:
    """Take in a snapshot of facts: SOURCE is a folder, a tar.gz or zip, or an address of one with its hash.

    Every record is checked and every difference shown before anything is changed. What was in force is kept;
    `tunewise catalog rollback` returns to it. Your own facts stay on top.
    """
    from advisor.workflow.updating import apply  # noqa: PLC0415 - help needs no catalog

    proposal = _proposed(source, sha256, live=live, workspace=workspace)
    known = proposal.sha256 == proposal.before
    wanted = not known and not dry_run and _confirmed(proposal, yes=yes, quiet=as_json)
    if wanted:
        apply(workspace, proposal, at=_now())
    if as_json:
        print_json(_document(proposal, applied=wanted))
    elif known or dry_run:
        click.echo("\n".join([*_told(proposal), "nothing was changed"]))
    else:
        click.echo(_outcome(proposal, applied=wanted))


@click.command()
@click.option("--to", metavar="HASH", help="The beginning of a hash that `catalog history` lists, or bundled.")
@json_option
@workspace_option
def rollback(*, to: str | None, as_json: bool, workspace: Workspace) -> None:
    """Return to the facts before the last update, or to those of --to. Nothing is deleted."""
    from advisor.workflow.updating import return_to  # noqa: PLC0415 - help needs no catalog

    step = return_to(workspace, to=to, at=_now())
    if as_json:
        print_json({"before": step.before, "after": step.after})
    else:
        click.echo(f"in force again: {step.after[:SHORT]} (was {step.before[:SHORT]}, which is kept)")


@click.command()
@json_option
@workspace_option
def history(*, as_json: bool, workspace: Workspace) -> None:
    """Which snapshots were put in force when, from where, and which of them is now."""
    from advisor.workflow.updating import history as read  # noqa: PLC0415 - help needs no catalog

    found = read(workspace)
    if as_json:
        steps = [step._asdict() for step in found.steps]
        print_json({"in_force": found.in_force, "kept": list(found.kept), "steps": steps})
    else:
        click.echo("\n".join(_history_lines(found)))


@click.command()
@click.argument("before", default="bundled")
@click.argument("after", default="current")
@json_option
@workspace_option
def diff(before: str, after: str, *, as_json: bool, workspace: Workspace) -> None:
    """Show what differs between two sets of facts: bundled, current, the beginning of a hash, a folder or file.

    Without arguments what the updates of this workspace have changed of the facts that come with the package.
    """
    from advisor.workflow.updating import compare  # noqa: PLC0415 - help needs no catalog

    found = compare(workspace, before, after)
    if as_json:
        print_json({"before": before, "after": after, "tables": [_table_document(one) for one in found]})
    else:
        click.echo("\n".join(_diff_lines(found) or ["no difference"]))


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@json_option
@workspace_option
def export(target: Path, *, as_json: bool, workspace: Workspace) -> None:
    """Write the facts in force, without your own, into the new folder or .tar.gz TARGET, and print their hash."""
    from advisor.workflow.updating import export as write  # noqa: PLC0415 - help needs no catalog

    sha256 = write(workspace, target)
    if as_json:
        print_json({"path": str(target), "sha256": sha256})
    else:
        click.echo(f"{sha256}  {printable(str(target))}")


def _proposed(source: str | None, sha256: str | None, *, live: bool, workspace: Workspace) -> Proposal:
    from advisor.workflow.updating import propose, propose_live  # noqa: PLC0415 - help needs no catalog

    today = date.today()  # noqa: DTZ011 - the user's own day
    if live and source is None and sha256 is None:
        return propose_live(workspace, today=today)
    if live or source is None:
        raise BadInput("an update is from one source", "SOURCE (a folder, file or address), or --live alone")
    return propose(workspace, source, sha256=sha256, today=today)


def _confirmed(proposal: Proposal, *, yes: bool, quiet: bool) -> bool:
    """Show the differences and ask. Raises BadInput where nobody is there to answer."""
    if not quiet:
        click.echo("\n".join(_told(proposal)))
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("nothing is put in force without a word", "--yes, or --dry-run to look only")
    return click.confirm("Put it in force?", default=False, err=True)


def _told(proposal: Proposal) -> list[str]:
    """What it is, and what it changes."""
    before = f"in force: {proposal.before[:SHORT]}"
    lines = [f"snapshot {proposal.sha256[:SHORT]} from {printable(proposal.source)}; {before}", ""]
    lines += _diff_lines(proposal.differences) or ["no difference in any fact"]
    return [*lines, *_left_lines(proposal)]


def _left_lines(proposal: Proposal) -> Iterator[str]:
    for fault in proposal.left.faults:
        yield f"not read: {printable(fault)}"
    if proposal.left.unknown_gpus:
        yield ""
        yield "left out, because the name stands for no GPU of the catalog, or for more than one:"
        for name, offers in proposal.left.unknown_gpus.items():
            yield f"  {printable(name)}: {offers} offers"


def _outcome(proposal: Proposal, *, applied: bool) -> str:
    if not applied:
        return "nothing was changed"
    return f"in force: {proposal.sha256[:SHORT]}; back to {proposal.before[:SHORT]} with `tunewise catalog rollback`"


def _diff_lines(found: Sequence[TableDiff]) -> list[str]:
    """Each table with its counts, then its changes, big moves first."""
    lines: list[str] = []
    for table in found:
        counts = f"{len(table.added)} added, {len(table.removed)} removed, {len(table.changed)} changed"
        lines.append(f"{table.table}: {counts}")
        lines += _shown([line for one in table.changed for line in _change_lines(one)], "changes")
        lines += _shown([f"  + {printable(name)}" for name in table.added], "added")
        lines += _shown([f"  - {printable(name)}" for name in table.removed], "removed")
    return lines


def _shown(lines: list[str], what: str) -> list[str]:
    more = [f"    and {len(lines) - SHOWN} more {what} (--json has all)"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def _change_lines(change: RecordChange) -> Iterator[str]:
    """One line of what moved; provenance alone is told last."""
    facts = [one for one in change.fields if one.field not in {"as_of", "source", "confidence"}]
    told = "; ".join(_field_text(one) for one in facts or change.fields)
    yield f"  ~ {printable(change.id)}: {told}"


def _field_text(one: FieldChange) -> str:
    percent = "" if one.percent is None else f" ({one.percent:+.1f} %)"
    return f"{one.field} {_value(one.before)} -> {_value(one.after)}{percent}"


def _value(text: str | None) -> str:
    return "unknown" if text is None else printable(text if len(text) <= 60 else f"{text[:57]}...")


def _history_lines(found: History) -> Iterator[str]:
    yield f"in force: {found.in_force}"
    for step in found.steps:
        source = f" from {printable(step.source)}" if step.source else ""
        at = step.at or "at an unknown time (its process was killed)"
        yield f"  {at}  {step.action}: {step.before[:SHORT]} -> {step.after[:SHORT]}{source}"
    if found.kept:
        yield f"kept: {', '.join(name[:SHORT] for name in found.kept)}"


def _document(proposal: Proposal, *, applied: bool) -> dict[str, Any]:
    return {
        "sha256": proposal.sha256,
        "source": proposal.source,
        "before": proposal.before,
        "applied": applied,
        "tables": [_table_document(one) for one in proposal.differences],
        "unknown_gpus": dict(proposal.left.unknown_gpus),
        "not_read": list(proposal.left.faults),
    }


def _table_document(table: TableDiff) -> dict[str, Any]:
    changed = [{"id": one.id, "fields": [field._asdict() for field in one.fields]} for one in table.changed]
    return {"table": table.table, "added": list(table.added), "removed": list(table.removed), "changed": changed}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
