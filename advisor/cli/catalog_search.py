"""``tunewise catalog search``: models by words, the best match first."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.catalog_columns import named, shown_columns
from advisor.cli.catalog_list import where
from advisor.cli.catalog_records import documents, fields_of, print_records, records_of
from advisor.cli.catalog_source import Source, source_options
from advisor.cli.catalog_text import LEGEND, folded, say, table
from advisor.cli.options import json_option
from advisor.errors import BadInput
from advisor.wording import printable


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--where", "-w", "conditions", multiple=True, metavar="CONDITION", help="As for list; repeat for and.")
@click.option("--columns", metavar="A,B,...", help="Fields to show after the id.")
@click.option("--limit", "-n", type=click.IntRange(1), metavar="N", help="At most N.")
@click.option("--for", "profile", type=click.Path(path_type=Path), metavar="PROFILE", help="As for list.")
@source_options
@json_option
def search(
    words: tuple[str, ...],
    conditions: tuple[str, ...],
    columns: str | None,
    limit: int | None,
    profile: Path | None,
    source: Source,
    as_json: bool,
) -> None:
    """Find models that have all WORDS in id, name, family, vendor, strengths or licence, best match first.

    Where no model has them, those with words that resemble them are shown, and it is said.
    """
    from catalog.search import search as find  # noqa: PLC0415 - help needs no catalog

    text = " ".join(words)
    if not text.strip():
        raise BadInput("nothing to search for", "one or more words")
    fields = fields_of("models", source, profile)
    names = None if columns is None else named(columns, "models", fields)
    query = where(conditions, fields)
    found = find(text, [model for model in records_of("models", source) if query(model)])
    shown = [one.model for one in found[:limit]]
    if as_json:
        print_records("models", documents(shown, names, fields, month=profile is not None))
        return
    head = shown_columns("models", names, fields, month=profile is not None)
    near = bool(found) and found[0].near
    say([*(table(head, shown) if shown else []), *folded(told(printable(text), len(found), len(shown), near=near))])


def told(text: str, found: int, shown: int, *, near: bool) -> str:
    """How many there are, and whether they only resemble what was asked for."""
    if not found:
        return f"no model matches {text[:60]!r}; `tunewise catalog list` shows all"
    cut = "" if shown == found else f"{shown} shown of "
    return f"{cut}{found} models {'resemble' if near else 'match'} {text[:40]!r}; {LEGEND}"
