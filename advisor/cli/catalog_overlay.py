"""``tunewise catalog set`` and ``unset``: facts of one's own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from advisor.cli.options import json_option, past_day_option, print_json, workspace_option
from advisor.errors import BadInput
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.paths import Workspace

CONFIDENCES = ("verified", "sourced", "recalled", "judgement")


@click.command("set")
@click.argument("table")
@click.argument("name", metavar="ID")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option("--source", required=True, metavar="TEXT", help="Where you have it from: a contract, an invoice, a page.")
@click.option(
    "--confidence", type=click.Choice(CONFIDENCES), default="sourced", show_default=True, help="How far to trust it."
)
@past_day_option("The day on which it held, as 2026-03-31 [today].")
@json_option
@workspace_option
def set_fact(
    table: str, name: str, fields: tuple[str, ...], *, source: str, confidence: str, as_of: date | None, as_json: bool,
    workspace: Workspace,
) -> None:  # fmt: skip
    """Set a fact of your own: it wins over the catalog's, is marked, and keeps its source and date.

    An ID that the catalog has is changed in the given fields only; a new one must be whole. TABLE is one of models,
    architectures, gpus, offers, api_prices, finetune_prices, lifecycle, scores, platforms, platform_facts. The facts stand in
    overlay.toml in the workspace's catalog folder, which you may edit by hand.
    """
    from advisor.workflow.own_facts import set_fact as write  # noqa: PLC0415 - help needs no catalog

    today = date.today()  # noqa: DTZ011 - the user's own day
    provenance = {"as_of": as_of or today, "source": source, "confidence": confidence}
    record = write(workspace, table, name, _pairs(fields), provenance=provenance, today=today)
    if as_json:
        print_json(record)
    else:
        click.echo(
            f"{table} {printable(record.id)} set; `tunewise catalog unset {table} {printable(record.id)}` takes it back"
        )


@click.command("unset")
@click.argument("table")
@click.argument("name", metavar="ID")
@json_option
@workspace_option
def unset_fact(table: str, name: str, *, as_json: bool, workspace: Workspace) -> None:
    """Take a fact of your own back; the catalog's holds again, if it has one."""
    from advisor.workflow.own_facts import unset_fact as remove  # noqa: PLC0415 - help needs no catalog

    remove(workspace, table, name)
    if as_json:
        print_json({"table": table, "id": name, "removed": True})
    else:
        click.echo(f"{printable(table)} {printable(name)}: no fact of your own any more")


def _pairs(fields: tuple[str, ...]) -> dict[str, str]:
    """Fields and values. Raises BadInput for what is no pair, is empty or is given twice."""
    pairs: dict[str, str] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise BadInput(f"{printable(field)[:80]!r} is no fact", "field=value, as usd_per_gpu_hour=1.85")
        if name.strip() in pairs:
            raise BadInput(f"{printable(name)[:80]} is given twice", "every field once")
        pairs[name.strip()] = value.strip()
    return pairs
