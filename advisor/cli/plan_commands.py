"""``tunewise plan``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from advisor.cli.options import as_of_option, json_option, print_json, workspace_option
from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.paths import Workspace
    from advisor.plan.records import Plan


@click.command()
@click.argument("profile", type=click.Path(path_type=Path), required=False)
@click.option("--model", metavar="ID", help="Model from the catalog; the first of the shortlist if not given.")
@click.option("--gpu", metavar="ID", help="Consider only this GPU; all of the catalog if not given.")
@click.option("--method", type=click.Choice(["lora", "qlora4", "full"]), default="lora", show_default=True)
@click.option("--replay", metavar="PLAN_ID", help="Make a kept plan again from the prices and facts kept with it.")
@as_of_option
@json_option
@workspace_option
def plan(
    profile: Path | None, *, model: str | None, gpu: str | None, method: Literal["lora", "qlora4", "full"],
    replay: str | None, as_of: date | None, as_json: bool, workspace: Workspace,
) -> None:  # fmt: skip
    """What tuning a model for PROFILE would cost, line by line, and when it pays against an API.

    Every amount is low, expected and high with its source and date. What has no price is named and in no total. The
    plan is kept in the workspace with every price and fact that it rests on.
    """
    from advisor.plan.text import plan_text  # noqa: PLC0415 - other commands start without it

    if replay is not None:
        _require_alone(profile=profile, model=model, gpu=gpu, as_of=as_of)
        made = _replayed(workspace, replay)
    else:
        made = _planned(profile, workspace, model=model, gpu=gpu, method=method, as_of=as_of)
    if as_json:
        print_json(made)
    else:
        click.echo(plan_text(made))


def _planned(
    profile: Path | None, workspace: Workspace, *, model: str | None, gpu: str | None,
    method: Literal["lora", "qlora4", "full"], as_of: date | None,
) -> Plan:  # fmt: skip
    """On the facts of today or of a day. Says so on stderr where the plan could not be kept."""
    from advisor.workflow.facts import load_catalog  # noqa: PLC0415 - other commands start without it
    from advisor.workflow.planning import plan_for  # noqa: PLC0415 - the same
    from advisor.workflow.profiles import read_profile  # noqa: PLC0415 - the same

    if profile is None:
        raise BadInput("a plan needs a PROFILE", "a YAML or JSON file, or --replay PLAN_ID for a plan that is kept")
    day = as_of or date.today()  # noqa: DTZ011 - the person's calendar day
    facts = load_catalog(workspace, as_of=as_of)
    made = plan_for(
        read_profile(profile), model=model, gpu=gpu, today=day, method=method, catalog=facts, workspace=workspace
    )
    if not (workspace.plans / f"{made.id}.json").exists():
        click.echo(f"the plan could not be kept in {workspace.plans}: it cannot be replayed", err=True)
    return made


def _require_alone(**others: object) -> None:
    """A kept plan has its own profile, model, GPU and day."""
    given = next((name for name, value in others.items() if value is not None), None)
    if given is not None:
        raise BadInput(f"--replay goes without {given.replace('_', '-')}", "the kept plan has its own")


def _replayed(workspace: Workspace, plan_id: str) -> Plan:
    from advisor.store.plans import replay  # noqa: PLC0415 - other commands start without it

    made, said = replay(workspace, plan_id)
    if said:
        click.echo(said, err=True)
    return made
