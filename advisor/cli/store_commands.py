"""``tunewise verify`` and ``tunewise rebuild``."""

from __future__ import annotations

import click

from advisor.cli.options import json_option, print_json, workspace_option
from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.store.index import journals
from advisor.store.rebuild import rebuild as rebuild_index
from advisor.store.verify import Finding
from advisor.store.verify import verify as verify_workspace


@click.command()
@json_option
@workspace_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool, workspace: Workspace) -> None:
    """Check every journal line, and that runs, specifications and artifacts are what the journals recorded.

    Ends with 1 when something is broken; an unfinished last line is only a note.
    """
    _need(workspace)
    checked, findings = len(journals(workspace)), verify_workspace(workspace)
    broken = any(finding.broken for finding in findings)
    if as_json:
        print_json({"ok": not broken, "journals": checked, "findings": findings})
    else:
        _say(checked, findings)
    ctx.exit(1 if broken else 0)


@click.command()
@json_option
@workspace_option
def rebuild(as_json: bool, workspace: Workspace) -> None:
    """Make the DuckDB index anew from the journals; nothing else is touched."""
    _need(workspace)
    done = rebuild_index(workspace)
    if as_json:
        kept = str(done.kept) if done.kept else None
        print_json({"journals": done.added.journals, "records": done.added.records, "kept": kept})
        return
    if done.kept:
        click.echo(f"the former index is kept as {done.kept}", err=True)
    click.echo(f"{done.added.records} records of {done.added.journals} journals are in {workspace.index}")


def _need(workspace: Workspace) -> None:
    """Raise BadInput where there is no workspace."""
    if not workspace.root.is_dir():
        raise BadInput(f"no workspace in {workspace.root}", "name one with --workspace DIR or TUNEWISE_WORKSPACE")


def _say(checked: int, findings: list[Finding]) -> None:
    """One line per finding, then the sum."""
    for finding in findings:
        place = finding.path if finding.line is None else f"{finding.path}, line {finding.line}"
        click.echo(f"{'BROKEN' if finding.broken else 'note'}  {place}: {finding.what} ({finding.hint})")
    broken = sum(finding.broken for finding in findings)
    click.echo(f"{checked} journals checked: {f'{broken} broken' if broken else 'all of it holds together'}")
