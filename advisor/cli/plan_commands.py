"""``tunewise estimate`` and ``tunewise plan``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from advisor.cli.options import as_of_option, json_option, print_json, workspace_option
from advisor.cli.reading import read_text
from advisor.errors import BadInput
from advisor.marks import LEGEND, recalled, sign
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.estimate.lines import Skipped
    from advisor.estimate.records import Prediction
    from advisor.paths import Workspace
    from advisor.plan.records import Plan
    from harness.protocol import Range


@click.command()
@click.argument("specs", type=click.Path(path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Estimate the rest and count the lines that are wrong.")
@json_option
@workspace_option
def estimate(specs: Path, *, skip_bad: bool, as_json: bool, workspace: Workspace) -> None:
    """Memory, speed and fit of the workloads in SPECS, one JSON object a line, or - for standard input.

    A workload has an id and task training or serving, the model by catalog id or its dimensions, and what is known of
    method, GPU, lengths and settings. What is not known widens the 80 % interval and is named.
    """
    found, skipped = _estimates(specs, workspace)
    if skipped and not skip_bad:
        raise BadInput(f"{specs}:{skipped[0].line}: {skipped[0].because}", "--skip-bad estimates the rest")
    if as_json:
        print_json({"predictions": found, **({"skipped": [skip._asdict() for skip in skipped]} if skip_bad else {})})
    else:
        _print_estimates(found)
    if skipped:
        click.echo(
            f"skipped {len(skipped)} of {len(skipped) + len(found)} lines, first: line {skipped[0].line}: {skipped[0].because}",
            err=True,
        )


def _estimates(specs: Path, workspace: Workspace) -> tuple[list[Prediction], list[Skipped]]:
    from advisor.estimate.lines import Skipped, predict_lines  # noqa: PLC0415 - other commands start without it
    from advisor.workflow.facts import load_catalog  # noqa: PLC0415 - the same

    answers = list(predict_lines(_lines(specs), load_catalog(workspace)))
    skipped = [answer for answer in answers if isinstance(answer, Skipped)]
    found = [answer for answer in answers if not isinstance(answer, Skipped)]
    if not answers:
        raise BadInput(f"{specs} holds no workload", "one JSON object a line, at least one")
    return found, skipped


def _lines(specs: Path) -> list[str]:
    return read_text(specs, wanted="a JSONL file").split("\n")


def _print_estimates(found: list[Prediction]) -> None:
    click.echo(f"{'id':<24}{'peak GiB per GPU':>22}{'tokens/s':>26}{'fits':>8}")
    for one in found:
        speed = one.tokens_per_second_per_gpu or one.output_tokens_per_second
        fits = {True: "yes", False: "no", None: "unknown"}[one.fits]
        name = printable(one.id)[:23]
        click.echo(f"{name:<24}{_marked(one, one.peak_gpu_memory_gib):>22}{_marked(one, speed):>26}{fits:>8}")
    if any(recalled(one.confidence) for one in found):
        click.echo(LEGEND)
    click.echo("Ranges hold 80 %. Training: per GPU. Serving: output of all GPUs.")


def _marked(one: Prediction, span: Range | None) -> str:
    """The range with its mark, where a fact behind it is recalled."""
    return _range(span) if span is None else sign(one.confidence) + _range(span)


def _range(span: Range | None) -> str:
    if span is None:
        return "unknown"
    return " - ".join(f"{part:,.0f}" if part >= 100 else f"{part:.1f}" for part in (span.low, span.expected, span.high))


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
