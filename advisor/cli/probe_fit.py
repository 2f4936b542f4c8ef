"""``tunewise probe fit``: ten real steps, and the estimate that they replace."""

from __future__ import annotations

import textwrap
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from advisor.cli.ledger_text import before_and_after, row_lines
from advisor.cli.narrate import Narrator
from advisor.cli.options import json_option, print_json, workspace_option
from advisor.errors import BadInput, Interrupted
from advisor.paths import Workspace, full_path
from advisor.wording import printable
from advisor.workflow.probing import (
    LEAST_STEPS,
    Asked,
    ProbeFit,
    asked_by_folder,
    asked_by_spec,
    probe_fit,
)
from harness.protocol import EMBEDDED, Price

WIDTH = 80


@click.command()
@click.argument("spec", type=click.Path(path_type=Path), required=False)
@click.option("--model", type=click.Path(), help="Folder with config.json, safetensors and tokenizer, or embedded.")
@click.option("--data", type=click.Path(), help="JSONL with input and output, or with chat messages; or embedded.")
@click.option("--steps", type=click.IntRange(LEAST_STEPS, 1000), default=10, show_default=True, help="Steps to run.")
@click.option(
    "--whole-steps", type=click.IntRange(1), default=None, help="Steps of the whole run [those of SPEC, or 80]."
)
@click.option("--usd-per-hour", type=str, metavar="USD", help="What an hour is counted at [the price in SPEC].")
@json_option
@workspace_option
def fit(
    spec: Path | None, *, model: str | None, data: str | None, steps: int, whole_steps: int | None,
    usd_per_hour: str | None, as_json: bool, workspace: Workspace,
) -> None:  # fmt: skip
    """Run the first steps of the LoRA run in SPEC (or of --model on --data) for real, and estimate the whole anew.

    The steps run on this machine through the harness, without evaluation. Rates leave out the first two steps. The run
    becomes a row of `tunewise ledger`, and every later estimate of like work here is moved by it.
    """
    narrator = Narrator()
    price = _price(usd_per_hour)
    try:
        asked = _asked(workspace, spec, model, data, whole_steps, narrator)
        done = probe_fit(workspace, _priced(asked, whole_steps, price), steps=steps, listen=narrator.tell)
    except KeyboardInterrupt as signalled:
        raise Interrupted("left the probe; what was started goes on", "tunewise runs") from signalled
    finally:
        narrator.close()
    if as_json:
        print_json(done)
    else:
        click.echo(_text(done))


def _asked(
    workspace: Workspace, spec: Path | None, model: str | None, data: str | None, whole_steps: int | None,
    narrator: Narrator,
) -> Asked:  # fmt: skip
    if (spec is None) == (model is None and data is None):
        raise BadInput("a probe needs one run to begin", "give SPEC, or --model DIR with --data FILE")
    if spec is not None:
        return asked_by_spec(workspace, spec)
    if model is None or data is None:
        raise BadInput("--model and --data go together", f"either may be {EMBEDDED}")
    return asked_by_folder(
        workspace, model=_path(model), data=_path(data), steps=whole_steps or 80, listen=narrator.tell
    )


def _priced(asked: Asked, whole_steps: int | None, price: Price | None) -> Asked:
    changes: dict[str, object] = {} if whole_steps is None else {"max_steps": whole_steps}
    if price is not None:
        changes["price"] = price
    return asked._replace(spec=asked.spec.model_copy(update=changes))


def _price(given: str | None) -> Price | None:
    """A price of the user's own. Raises BadInput for what is no amount."""
    if given is None:
        return None
    amount = Decimal(given) if given.replace(".", "", 1).isdecimal() else None
    if amount is None or not 0 <= amount <= 10_000:
        raise BadInput(f"--usd-per-hour {given[:40]!r} is no price", "dollars an hour, 0 to 10000, as 0.34")
    today = date.today()  # noqa: DTZ011 - the person's calendar day
    return Price(offer_id="given", gpu="this machine", usd_per_hour=amount, source="given with the probe", as_of=today)


def _path(given: str) -> str:
    return given if given == EMBEDDED else str(full_path(Path(given)))


def _text(done: ProbeFit) -> str:
    device = done.row.expected.device
    place = f"{device.name}, {device.count} {'GPUs' if device.is_gpu else 'cores'}"
    lines = [printable(f"{done.row.run_id}: {done.steps} steps on {place}"), *row_lines(done.row), ""]
    lines += [f"The whole run of {done.whole_steps} steps", *before_and_after(done.before, done.after)]
    if done.after.past_error:
        said = done.after.past_error
        lines += ["", *textwrap.wrap(f"{said[0].upper()}{said[1:]}.", WIDTH)]
    return "\n".join(lines)
