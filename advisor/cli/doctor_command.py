"""``tunewise doctor``: what this machine can do."""

from __future__ import annotations

import click

from advisor.cli.options import json_option, print_json, workspace_option
from advisor.doctor import Finding, examine, is_well, this_machine
from advisor.paths import Workspace


@click.command()
@json_option
@workspace_option
def doctor(as_json: bool, workspace: Workspace) -> int:
    """Look at Python, packages, GPU, memory, disk and workspace; name the fix for whatever stands in the way.

    Ends with 1 when something that tunewise does cannot be done here.
    """
    findings = examine(this_machine(workspace))
    if as_json:
        print_json({"well": is_well(findings), "findings": findings})
    else:
        click.echo("\n".join(_lines(finding) for finding in findings))
    return 0 if is_well(findings) else 1


def _lines(finding: Finding) -> str:
    line = f"{finding.state:<8} {finding.name}: {finding.found}"
    why = f" (needed for {finding.needed_for})" if finding.needed_for and finding.fix else ""
    return f"{line}{why}\n         fix: {finding.fix}" if finding.fix else line
