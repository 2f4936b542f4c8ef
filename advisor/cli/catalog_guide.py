"""``tunewise catalog guide``: what the guide says beside what holds today, with the evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_source import Source, in_our_words, read_catalog, source_options
from advisor.cli.options import json_option, print_json
from advisor.errors import BadInput
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.guide import Beside
    from catalog.load import Catalog
    from catalog.records import GuideRow

WIDTH = 80
STATEMENTS = "statements"
VERDICTS = {"yes": "right", "no": "WRONG", "partly": "PARTLY", "unknown": "no evidence"}
LEGEND = "~ rests on recalled figures or judgement; unknown is said as such."


@click.command()
@click.option("--table", "name", metavar="NAME", help="One of the guide's tables, or statements; all if not given.")
@source_options
@json_option
def guide(name: str | None, source: Source, as_json: bool) -> None:
    """Show the guide's tables as it gave them, today's value beside each, whether it is right, and the evidence.

    Today's prices, hours and lifetimes are computed from the facts that plans are made from, so they cannot go stale
    apart from them.
    """
    from catalog.errors import CatalogError  # noqa: PLC0415 - help needs no catalog

    try:
        _show(name, source, as_json=as_json)
    except CatalogError as error:
        raise in_our_words(error) from error


def _show(name: str | None, source: Source, *, as_json: bool) -> None:
    facts = read_catalog(source)
    names = tuple(dict.fromkeys(cell.table for cell in facts.guide_tables))
    if name is not None and name not in (*names, STATEMENTS):
        raise BadInput(f"the guide has no table {printable(name)[:60]!r}", f"one of {', '.join((*names, STATEMENTS))}")
    cells = _cells(facts, source, name)
    rows = facts.guide if name in (None, STATEMENTS) else ()
    if as_json:
        print_json({"tables": [_plain(one) for one in cells], "guide": [row.model_dump(mode="json") for row in rows]})
        return
    click.echo("\n".join([*_tables(cells), *_statements(rows), LEGEND]))


def _cells(facts: Catalog, source: Source, name: str | None) -> tuple[Beside, ...]:
    from advisor.guide import beside  # noqa: PLC0415 - help starts without the estimator

    return beside((cell for cell in facts.guide_tables if name in (None, cell.table)), facts, today=source.day)


def _plain(one: Beside) -> dict[str, Any]:
    """The cell's fields, with today's value and the least of the confidences."""
    return {
        **one.cell.model_dump(mode="json"), "today_value": one.today_value,
        "confidence": one.confidence, "as_of": one.as_of.isoformat(),
    }  # fmt: skip


def _tables(cells: tuple[Beside, ...]) -> Iterator[str]:
    for name in dict.fromkeys(one.cell.table for one in cells):
        here = [one for one in cells if one.cell.table == name]
        yield f"{name.capitalize()}: {_score(here)}"
        for row in dict.fromkeys(one.cell.row for one in here):
            yield f"  {printable(row)}"
            for one in here:
                if one.cell.row == row:
                    yield from _cell(one)
        yield ""


def _score(cells: list[Beside]) -> str:
    right = sum(one.cell.right == "yes" for one in cells)
    return f"{right} of {len(cells)} cells right"


def _cell(one: Beside) -> Iterator[str]:
    cell, mark = one.cell, "~" if one.confidence in ("recalled", "judgement") else ""
    unit = f" {cell.unit}" if cell.unit else ""
    yield from _lines(f"    {cell.column:<17}", f"{cell.guide_value}{unit}   [{VERDICTS[cell.right]}]")
    yield from _lines("      today          ", f"{mark}{one.today_value or 'unknown'}")
    if cell.note:
        yield from _lines("      because        ", cell.note)
    yield from _lines("      evidence       ", f"{cell.source} ({one.as_of}, {one.confidence})")


def _statements(rows: tuple[GuideRow, ...]) -> Iterator[str]:
    for row in rows:
        yield f"{row.section} ({row.severity})"
        mark = "~" if row.recalled else ""
        yield from _lines("  guide   ", row.guide_value)
        yield from _lines("  holds   ", f"{mark}{row.corrected_value}")
        yield from _lines("  source  ", f"{row.source} ({row.as_of}, {row.confidence})")
        yield ""
    if rows:
        yield f"{len(rows)} statements of the guide"


def _lines(start: str, text: str) -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [start]
