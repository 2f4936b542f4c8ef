"""Opens the terminal application."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.paths import ensure_writable, find_workspace
from advisor.tui.app import run
from advisor.workflow.workflow import Workflow


def open_application(workspace: str | None) -> None:
    """Run it, and on exit print where the last report is."""
    found = find_workspace(Path(workspace) if workspace else None)
    ensure_writable(found)
    report = run(Workflow(found))
    if report is not None:
        click.echo(report)
