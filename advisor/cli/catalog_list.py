"""``tunewise catalog list``: the records of a kind that meet conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_columns import named, shown_columns
from advisor.cli.catalog_records import KINDS, documents, fields_of, print_fields, print_records, records_of
from advisor.cli.catalog_source import Source, source_options
from advisor.cli.catalog_text import LEGEND, folded, say, table
from advisor.cli.options import json_option
from advisor.errors import BadInput

if TYPE_CHECKING:
    from catalog.query import Field, Query


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS), default="models", metavar="[KIND]")
@click.option(
    "--where", "-w", "conditions", multiple=True, metavar="CONDITION", help="Only what meets it; repeat for and."
)
@click.option("--sort", metavar="FIELD", help="Order by a field; unknown comes last.")
@click.option("--desc", is_flag=True, help="The largest first.")
@click.option("--columns", metavar="A,B,...", help="Fields to show after the id.")
@click.option("--limit", "-n", type=click.IntRange(1), metavar="N", help="At most N.")
@click.option(
    "--for",
    "profile",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="Price a month of its load; price_month and gpu_memory mean it.",
)
@click.option("--fields", "explain", is_flag=True, help="What a kind can be chosen, sorted and shown by.")
@source_options
@json_option
def list_records(
    kind: str,
    conditions: tuple[str, ...],
    sort: str | None,
    desc: bool,
    columns: str | None,
    limit: int | None,
    profile: Path | None,
    explain: bool,
    source: Source,
    as_json: bool,
) -> None:
    """List models (default), gpus, offers, finetune prices, lifecycle notices, scores or platforms.

    A CONDITION compares a field: params<8.5B, license~apache, context>=32K, languages has de, price_in<1, shutdown>2027,
    price_in is unknown. Join them with and, or, not and brackets. A comparison with an unknown value is never met.
    """
    fields = fields_of(kind, source, profile)
    if explain:
        print_fields(fields, as_json=as_json)
        return
    names = None if columns is None else named(columns, kind, fields)
    query, order = where(conditions, fields), sorting(sort, fields, descending=desc)
    found = records_of(kind, source)
    kept = order([record for record in found if query(record)])
    shown = kept[:limit]
    if as_json:
        print_records(kind, documents(shown, names, fields, month=profile is not None))
        return
    head = shown_columns(kind, names, fields, month=profile is not None)
    say([*table(head, shown), *folded(summary(kind, len(shown), kept, found, query))])


def where(conditions: Sequence[str], fields: Mapping[str, Field]) -> Query:
    """All conditions together. Raises BadInput with the column and what is allowed there."""
    from catalog.query import BadQuery, parse  # noqa: PLC0415 - help needs no catalog

    try:
        return parse(conditions, fields)
    except BadQuery as error:
        raise BadInput(f"--where: {error.message}", f"allowed: {error.allowed}") from error


def sorting(name: str | None, fields: Mapping[str, Field], *, descending: bool) -> Callable[[list[Any]], list[Any]]:
    """What orders a list by a field, unknown last. Raises BadInput for a field that does not exist."""
    from catalog.query import nearest, sort_key  # noqa: PLC0415 - help needs no catalog

    if name is None:
        if descending:
            raise BadInput("--desc without --sort", "say by what: --sort FIELD --desc")
        return lambda found: found
    if name.lower() not in fields:
        raise BadInput(f"--sort: no field {name!r}", nearest(name, fields))
    key = sort_key(fields[name.lower()], descending=descending)
    return lambda found: sorted(found, key=key, reverse=descending)


def summary(kind: str, shown: int, kept: Sequence[Any], found: Sequence[Any], query: Query) -> str:
    """How many of how many, and how many could not be told."""
    of = "" if len(kept) == len(found) else f" of {len(found)}"
    cut = "" if shown == len(kept) else f"{shown} shown of "
    untold = sum(query.test(record) is None for record in found)
    unknown = f"; {untold} left out: a field is unknown" if untold else ""
    return f"{cut}{len(kept)}{of} {kind}{unknown}; {LEGEND}"
