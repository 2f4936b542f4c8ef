"""``tunewise catalog frontier``: the models that no other beats in both quality and what a month costs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.catalog_list import where
from advisor.cli.catalog_records import fields_of
from advisor.cli.catalog_source import Source
from advisor.cli.catalog_text import folded, width
from advisor.cli.options import as_of_option, json_option, print_json, workspace_option
from advisor.paths import Workspace
from advisor.wording import printable
from advisor.workflow.browsing import Browsing
from advisor.workflow.facts import load_catalog
from advisor.workflow.frontier import MEASURES, Frontier, Measure, Spot
from advisor.workflow.profiles import read_profile

if TYPE_CHECKING:
    from catalog.load import Catalog
    from catalog.query import Field

INDENT = "    "
"""Of what a model's place rests on."""


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@click.option(
    "--measure",
    type=click.Choice(MEASURES, case_sensitive=False),
    default=MEASURES[0],
    show_default=True,
    help="The score that counts as quality.",
)
@click.option(
    "--where", "-w", "conditions", multiple=True, metavar="CONDITION", help="Only models that meet it; repeat for and."
)
@as_of_option
@workspace_option
@json_option
def frontier(
    profile: Path,
    measure: Measure,
    conditions: tuple[str, ...],
    as_of: date | None,
    workspace: Workspace,
    as_json: bool,
) -> None:
    """Quality against what a month costs for PROFILE: the models that nothing as cheap outscores.

    Models that the profile rules out, that are unpriced, or that have no such score are counted and, with --json, named.
    """
    day = as_of or date.today()  # noqa: DTZ011 - the user's own day
    asked = read_profile(profile)
    browsing = Browsing(load_catalog(workspace, as_of=as_of), today=day)
    among = chosen(browsing.catalog, conditions, fields_of("models", Source(None, workspace, as_of), profile))
    found = browsing.frontier(asked, browsing.bills(asked), measure=measure, among=among)
    if as_json:
        print_json({"as_of": str(day), **found.model_dump(mode="json")})
    else:
        click.echo("\n".join(told(found)))


def chosen(catalog: Catalog, conditions: Sequence[str], fields: Mapping[str, Field]) -> list[str]:
    """The ids of the models that meet all conditions. Raises BadInput with the column and what is allowed there."""
    query = where(conditions, fields)
    return [model.id for model in catalog.models if query(model)]


def told(found: Frontier) -> list[str]:
    """A line for each model of the frontier with what it rests on, then what is not in it."""
    lines = [line for spot in found.best for line in _told(spot)]
    causes = Counter(one.cause for one in found.left_out)
    left_out = ", ".join(f"{count} {cause}" for cause, count in causes.items()) or "none"
    drawn = len(found.spots)
    return [
        *lines,
        *folded(
            f"{len(found.best)} of {drawn} models that have a price and {found.measure}; not among them: {left_out}."
        ),
    ]


def _told(spot: Spot) -> list[str]:
    mark = "" if spot.basis == "published" else "~"
    head = f"{printable(spot.model):<44} ${spot.usd_per_month:>12,.2f} a month  {mark}{spot.percent:.1f}"
    because = printable(f"{spot.cost_because}; {spot.score_because}")
    return [head, *textwrap.wrap(because, width(), initial_indent=INDENT, subsequent_indent=INDENT)]
