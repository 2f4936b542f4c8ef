"""``tunewise catalog verify``: the integrity suite over every record."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.catalog_source import Source, in_our_words, read_catalog
from advisor.cli.catalog_text import say
from advisor.cli.options import any_day, json_option, print_json, workspace_option
from advisor.paths import Workspace
from advisor.wording import printable
from catalog.errors import CatalogError

if TYPE_CHECKING:
    from catalog.load import Catalog
    from catalog.verify import Problem


@click.command()
@click.option(
    "--as-of",
    callback=any_day,
    metavar="DATE",
    help="How old facts are on that day, past or to come [today].",
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Another folder of data files."
)
@workspace_option
@json_option
@click.pass_context
def verify(ctx: click.Context, as_of: date | None, data: Path | None, workspace: Workspace, as_json: bool) -> None:
    """Check every record: ids, sources, dates, units, parameter counts, freshness. Ends with 1 if one is unfit.

    The facts in force are checked, those of your own included.
    """
    today = date.today()  # noqa: DTZ011 - the user's own day
    day = as_of or today
    try:
        facts = read_catalog(Source(data, workspace))
        problems = found(facts, day, today=today)
        show(facts, problems, day, as_json=as_json)
    except CatalogError as error:
        raise in_our_words(error) from error
    if any(one.severity == "error" for one in problems):
        ctx.exit(1)


def found(facts: Catalog, day: date, *, today: date) -> list[Problem]:
    """What is wrong with the facts, how old they are on ``day``; of a past day no fact that came later is a fault."""
    from catalog.verify import CHECKS  # noqa: PLC0415 - help needs no catalog
    from catalog.verify import verify as check  # noqa: PLC0415
    from catalog.verify.freshness import staleness  # noqa: PLC0415

    return check(facts, max(day, today), [one for one in CHECKS if one is not staleness]) + check(
        facts, day, [staleness]
    )


def show(facts: Catalog, problems: list[Problem], today: date, *, as_json: bool) -> None:
    """All problems as JSON, or the errors and how many warnings of each kind."""
    from catalog.price_agreement import bundled_agreement  # noqa: PLC0415 - help needs no catalog

    agreed = bundled_agreement()
    if as_json:
        told = {"records": sizes(facts), "problems": [one._asdict() for one in problems]}
        print_json({"as_of": str(today), **told, "price_agreement": agreed.told()})
    else:
        say([*summary(facts, problems, today), f"{agreed} (catalog/data/price_exceptions.csv)"])


def summary(facts: Catalog, problems: list[Problem], today: date) -> list[str]:
    """Counts, each error, and the warnings by kind."""
    errors = [one for one in problems if one.severity == "error"]
    counted = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sizes(facts).items())
    lines = [f"{counted}; as of {today}: {len(errors)} errors, {len(problems) - len(errors)} warnings"]
    lines += [f"error: {printable(one.record)}: {printable(one.message)}" for one in errors]
    kinds = Counter(_kind(one) for one in problems if one.severity == "warning")
    return lines + [f"warning: {kind}: {count} (--json names each)" for kind, count in kinds.most_common()]


def sizes(facts: Catalog) -> dict[str, int]:
    """Records by kind."""
    return {
        "models": len(facts.models),
        "gpus": len(facts.gpus),
        "offers": len(facts.offers),
        "platform_facts": len(facts.platform_facts),
        "guide": len(facts.guide),
        "guide_tables": len(facts.guide_tables),
    }


def _kind(problem: Problem) -> str:
    return problem.message.partition(" of ")[0] + " is stale" if " days old" in problem.message else problem.message
