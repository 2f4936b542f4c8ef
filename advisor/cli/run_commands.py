"""``tunewise train``, ``runs``, ``attach``, ``stop`` and ``resume``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from advisor.cli.narrate import Narrator
from advisor.cli.options import json_option, print_json, workspace_option
from advisor.errors import BadInput, Interrupted, TunewiseError
from advisor.paths import Workspace, ensure_writable, find_workspace
from advisor.workflow.records import RunView
from advisor.workflow.workflow import Workflow


@click.command()
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--detach", is_flag=True, help="Return at once; `tunewise attach RUN` shows it.")
@workspace_option
def train(spec: Path, detach: bool, workspace: Workspace) -> None:
    """Start the LoRA run that SPEC describes (a run specification as JSON; every journey writes one in runs/ID/)."""
    ensure_writable(workspace)
    workflow = Workflow(workspace)
    run = workflow.start_run(spec)
    click.echo(run.id)
    if not detach:
        _watch(workflow, run.id)


@click.command()
@json_option
@workspace_option
def runs(as_json: bool, workspace: Workspace) -> None:
    """List the runs of this workspace, newest first."""
    found = Workflow(workspace).runs()
    if as_json:
        print_json({"runs": found})
    elif not found:
        click.echo(f"no runs in {workspace.root}; `tunewise demo` makes the first", err=True)
    else:
        click.echo("\n".join(_row(run) for run in found))


def _row(run: RunView) -> str:
    progress = f"{run.progress:4.0%}" if run.progress is not None else "   -"
    return f"{run.id:<32} {run.status:<12} {progress} {run.elapsed_s:6.0f} s  {run.detail}"


@click.command()
@click.argument("run_id", metavar="RUN")
@workspace_option
def attach(run_id: str, workspace: Workspace) -> None:
    """Show RUN from its first event and follow it until it ends; Ctrl-C leaves it running."""
    _watch(Workflow(workspace), run_id)


@click.command()
@click.argument("run_id", metavar="RUN")
@workspace_option
def stop(run_id: str, workspace: Workspace) -> None:
    """Ask RUN to save a checkpoint and end."""
    workflow = Workflow(workspace)
    workflow.stop_run(run_id)
    run = workflow.run(run_id)
    click.echo(f"{run.id} {run.status}: {run.detail}", err=True)
    if run.resume_command:
        click.echo(f"  go on with: {run.resume_command}", err=True)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--detach", is_flag=True, help="Return at once; `tunewise attach RUN` shows it.")
@workspace_option
def resume(run_id: str, detach: bool, workspace: Workspace) -> int:
    """Go on with RUN where its last checkpoint or batch ended; if it is part of a demo, go on to the report."""
    ensure_writable(workspace)
    workflow = Workflow(workspace)
    journey = workflow.journey_of(run_id)
    if journey is not None and not detach:
        from advisor.cli.demo_command import go_on  # noqa: PLC0415 - the two commands call each other

        return go_on(workflow, journey, as_json=False)
    workflow.resume_run(run_id)
    click.echo(run_id)
    if not detach:
        _watch(workflow, run_id)
    return 0


def _watch(workflow: Workflow, run_id: str) -> None:
    """Tell a run's events as lines on stderr, and end as the run ended."""
    workflow.run(run_id)  # says what is wrong with a run before any of it is shown
    narrator = Narrator()
    try:
        for event in workflow.follow(run_id):
            narrator.tell(run_id, event)
    except KeyboardInterrupt as signalled:
        raise _left(workflow, run_id) from signalled
    finally:
        narrator.close()
    _end_like(workflow.run(run_id))


def _left(workflow: Workflow, run_id: str) -> Interrupted:
    root = workflow.workspace.root
    where = [] if find_workspace(None).root == root else ["--workspace", str(root)]
    return Interrupted(f"left {run_id}, which goes on", shlex.join(["tunewise", "attach", run_id, *where]))


def _end_like(run: RunView) -> None:
    if run.status == "finished":
        return
    if run.bad_input:
        raise BadInput(run.detail, run.hint)
    raise TunewiseError(f"{run.id} {run.status}: {run.detail}", f"go on with: {run.resume_command}")
