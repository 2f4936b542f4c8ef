"""``tunewise report``: the report, made anew from the journals."""

from __future__ import annotations

import click

from advisor.cli.options import json_option, print_json, workspace_option
from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.workflow.workflow import Workflow


@click.command()
@click.argument("journey_id", metavar="[ID]", required=False)
@json_option
@workspace_option
def report(journey_id: str | None, as_json: bool, workspace: Workspace) -> None:
    """Make the report of a journey (the newest without an ID) as HTML and Markdown.

    Everything in it is read from the journals and checked against them: a changed number, a missing adapter or missing
    outputs end it with the reason.
    """
    workflow = Workflow(workspace)
    files = workflow.write_report(journey_id or newest(workflow))
    if as_json:
        print_json(files)
    else:
        click.echo(f"{files.markdown}\n{files.html}")


def newest(workflow: Workflow) -> str:
    """The newest journey. Raises BadInput where there is none."""
    found = workflow.journeys()
    if not found:
        raise BadInput(f"no journey in {workflow.workspace.root}", "`tunewise demo` makes one")
    return found[0].id
