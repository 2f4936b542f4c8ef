"""``tunewise catalog compare``: two to four models or GPUs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_show import sheet
from advisor.cli.catalog_source import Source, find, read_catalog, source_options
from advisor.cli.catalog_text import Column, own, say
from advisor.cli.options import json_option, print_json
from advisor.cli.wrapped_table import wrapped_table
from advisor.errors import BadInput
from advisor.marks import RECALLED
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.workflow.browsing import Browsing
    from advisor.workflow.side_by_side import Compared, Side

BEST = "+"


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--for", "profile", type=click.Path(path_type=Path), metavar="PROFILE", help="Price a month of its load.")
@click.option("--sources", is_flag=True, help="Every fact of each with its source, its date and how far to trust it.")
@source_options
@json_option
def compare(names: tuple[str, ...], profile: Path | None, sources: bool, source: Source, as_json: bool) -> None:
    """Put two to four models, or GPUs, side by side and mark the best of each row with +.

    Equal values are not marked, an unknown value is never best, and ~ marks recalled ones.
    """
    from advisor.workflow.browsing import Browsing  # noqa: PLC0415 - help needs no catalog

    facts = read_catalog(source)
    browsing = Browsing(facts, today=source.day)
    records = [find(facts, name) for name in names]
    rows = compared(records, browsing, profile)
    if as_json:
        print_json(told(records, rows, browsing, sources=sources))
        return
    say([*wrapped_table(_columns(records), rows), "", f"{BEST} best of its row, {RECALLED} recalled, * your own"])
    for record in records if sources else ():
        say(["", f"== {printable(record.id)}", *sheet(browsing.facts(record))])


def compared(records: Sequence[Any], browsing: Browsing, profile: Path | None) -> tuple[Compared, ...]:
    """The rows. Raises BadInput unless there are two to four different models, or as many GPUs."""
    from advisor.workflow.profiles import read_profile  # noqa: PLC0415 - help needs no catalog
    from advisor.workflow.rents import lowest_rents  # noqa: PLC0415
    from advisor.workflow.side_by_side import gpus_side_by_side  # noqa: PLC0415

    kind = _kind(records)
    if kind == "gpus":
        return gpus_side_by_side(records, lowest_rents(browsing.catalog, records, browsing.today))
    bills = browsing.bills(read_profile(profile)) if profile else None
    return browsing.compare(records, bills)


def _kind(records: Sequence[Any]) -> str:
    kinds = [
        "gpus" if hasattr(one, "bandwidth_gb_s") else "models" if hasattr(one, "languages") else "" for one in records
    ]
    names = [printable(one.id) for one in records]
    if len(set(kinds)) > 1 or not kinds[0]:
        raise BadInput(f"{', '.join(names)} are not of one kind", "compare two to four models, or two to four GPUs")
    if not 2 <= len(set(names)) == len(names) <= 4:
        raise BadInput(f"{', '.join(names)}: {len(set(names))} to compare", "two to four, each once")
    return kinds[0]


def told(records: Sequence[Any], rows: Sequence[Compared], browsing: Browsing, *, sources: bool) -> dict[str, Any]:
    """The JSON form."""
    said = {"compared": [record.id for record in records], "rows": [row.model_dump(mode="json") for row in rows]}
    if sources:
        facts = {one.id: [line.model_dump(mode="json") for line in browsing.facts(one)] for one in records}
        return {**said, "facts": facts}
    return said


def _columns(records: Sequence[Any]) -> list[Column]:
    sides = [Column(_name(record), _side(place)) for place, record in enumerate(records)]
    return [Column("", lambda row: row.name), *sides]


def _name(record: Any) -> str:
    return printable(record.id.rpartition("/")[2]) + own(record)


def _side(place: int) -> Any:
    return lambda row: side_text(row.sides[place])


def side_text(side: Side) -> str:
    """A value with its marks; unknown is written out and never best."""
    from advisor.workflow.side_by_side import brief  # noqa: PLC0415 - help needs no catalog

    if side.value is None:
        return "  unknown"
    return f"{BEST if side.best else ' '} {brief(side.value)}{RECALLED if side.recalled else ''}"
