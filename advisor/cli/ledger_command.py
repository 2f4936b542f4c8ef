"""``tunewise ledger``: what was foreseen of every run here, beside what came."""

from __future__ import annotations

import click

from advisor.cli.ledger_text import errors, ledger_text, median_errors
from advisor.cli.options import json_option, print_json, workspace_option
from advisor.paths import Workspace
from advisor.store.ledger import ledger as rows_of


@click.command()
@json_option
@workspace_option
def ledger(as_json: bool, workspace: Workspace) -> None:
    """Every finished run beside its estimate: memory, tokens/s, hours, dollars, and how far the estimate was off.

    Estimates in this workspace are recalibrated by these rows. A row follows from the run's own journal; nothing is
    kept twice.
    """
    found = rows_of(workspace)
    if as_json:
        print_json(
            {
                "rows": [{**row.model_dump(mode="json"), "error": errors(row)} for row in found],
                "median_error": median_errors(found),
            }
        )
    elif found:
        click.echo(ledger_text(found))
    else:
        click.echo(f"no finished runs in {workspace.root}; `tunewise probe fit` makes the first row", err=True)
