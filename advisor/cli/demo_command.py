"""``tunewise demo``: the whole path, stage by stage."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from advisor.cli.narrate import Narrator
from advisor.cli.options import json_option, print_json, workspace_option
from advisor.compare import exit_code
from advisor.errors import Interrupted
from advisor.paths import Workspace, ensure_writable, full_path
from advisor.workflow.records import STAGE_TITLES, STAGES, JourneyInputs, JourneyView, StageView
from advisor.workflow.workflow import Workflow
from harness.protocol import EMBEDDED

Function = TypeVar("Function", bound=Callable[..., object])


def _size_options(function: Function) -> Function:
    for name, default, minimum, text in (
        ("--steps", 80, 1, "Optimizer steps of sixteen rows each."),
        ("--test-items", 200, 2, "Items that the arms are compared on."),
        ("--validation-items", 100, 1, "Items that the prompts are scored on."),
        ("--seed", 17, 0, "Seed of the split, the run and the evaluation."),
    ):
        option = click.option(name, type=click.IntRange(minimum), default=default, show_default=True, help=text)
        function = option(function)
    return function


@click.command()
@click.option(
    "--model", type=click.Path(), default=EMBEDDED, help="Folder with config.json, safetensors and tokenizer."
)
@click.option("--data", type=click.Path(), default=EMBEDDED, help="JSONL with input and output, or with chat messages.")
@click.option("--profile", type=click.Path(path_type=Path), help="Your task instead of the example's.")
@_size_options
@click.option("--train-anyway", is_flag=True, help="Train and compare even if the decision is not to tune.")
@click.option("--fresh", is_flag=True, help="Start anew instead of going on with an unfinished one.")
@json_option
@workspace_option
def demo(
    model: str, data: str, profile: Path | None, steps: int, test_items: int, validation_items: int, seed: int,
    train_anyway: bool, fresh: bool, as_json: bool, workspace: Workspace,
) -> int:  # fmt: skip
    """The whole path: model and data, what a prompt can do, decision, plan, LoRA run, A/B comparison, report.

    Runs on the embedded model (SmolLM2-135M-Instruct) and data (BANKING77, ten intents), or on yours. What is done stays
    done: the same command goes on where it was interrupted. The path of the report is printed last. Ends with 0 for an
    answer, 1 where the comparison is invalid, 3 where it needs more items.
    """
    ensure_writable(workspace)
    workflow = Workflow(workspace)
    inputs = JourneyInputs(
        model=_absolute(model),
        data=_absolute(data),
        profile=workflow.read_profile(profile) if profile else workflow.example_profile(),
        steps=steps,
        validation_items=validation_items,
        test_items=test_items,
        seed=seed,
        train_anyway=train_anyway,
    )
    return go_on(workflow, workflow.open_journey(inputs, fresh=fresh), as_json=as_json)


def _absolute(given: str) -> str:
    return given if given == EMBEDDED else str(full_path(Path(given)))


def go_on(workflow: Workflow, journey: JourneyView, *, as_json: bool) -> int:
    """Take a journey from where it is to its report, and return the exit code of its verdict.

    The answer goes to stdout, the way there to stderr.
    """
    narrator = Narrator()
    try:
        while journey.next_stage is not None:
            journey = _advance(workflow, journey, narrator)
    except KeyboardInterrupt as signalled:
        raise _left(workflow.journey(journey.id)) from signalled
    finally:
        narrator.close()
    if as_json:
        print_json(journey)
    else:
        click.echo(_answer(journey))
    return exit_code(journey.comparison.verdict) if journey.comparison else 0


def _advance(workflow: Workflow, journey: JourneyView, narrator: Narrator) -> JourneyView:
    stage = journey.next_stage
    assert stage is not None  # noqa: S101 - the caller's loop condition
    number = STAGES.index(stage) + 1
    narrator.line(f"[{number}/{len(STAGES)}] {STAGE_TITLES[stage]}")
    started = time.monotonic()
    after = workflow.advance(journey.id, narrator.tell)
    narrator.line(f"      {_stage(after, stage).summary} [{time.monotonic() - started:.1f} s]")
    return after


def _stage(journey: JourneyView, stage: str) -> StageView:
    return next(part for part in journey.stages if part.id == stage)


def _left(journey: JourneyView) -> Interrupted:
    running = [part.run_id for part in journey.stages if part.status == "running" and part.run_id]
    goes_on = f"{running[0]} goes on in the background; " if running else ""
    return Interrupted(f"left the journey; {goes_on}what is done is kept", f"go on with: {_same_command()}")


def _same_command() -> str:
    """The command as it was given, without what would start anew."""
    return shlex.join(["tunewise", *(given for given in sys.argv[1:] if given != "--fresh")])


def _answer(journey: JourneyView) -> str:
    """What a person wants to know first, then the path of the report, last."""
    lines = [
        f"{part.title}: {part.summary}" for part in journey.stages if part.id in ("decide", "plan", "train", "compare")
    ]
    lines += [f"  {part.title}: {part.seconds:.0f} s" for part in journey.stages if part.seconds]
    return "\n".join([*lines, str(journey.report_html)])
