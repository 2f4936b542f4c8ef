"""``tunewise catalog show``: everything that is known of one record, each fact with its source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_records import document
from advisor.cli.catalog_source import Source, find, read_catalog, source_options
from advisor.cli.catalog_text import LEGEND, OWN, dated, labelled, say, width
from advisor.cli.options import json_option, print_json
from advisor.marks import sign
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.workflow.fact_sheet import FactLine
    from catalog.load import Catalog


@click.command()
@click.argument("name")
@source_options
@json_option
def show(name: str, source: Source, as_json: bool) -> None:
    """Show everything that is known of one model, GPU or offer, with sources. Short names like h100 or gpt-4o do.

    A number in brackets names the source of a fact; ~ marks recalled facts, * your own, ! those too old to be trusted.
    """
    from advisor.workflow.browsing import Browsing  # noqa: PLC0415 - help needs no catalog

    facts = read_catalog(source)
    record = find(facts, name)
    lines = Browsing(facts, today=source.day).facts(record)
    if as_json:
        told = {"facts": [line.model_dump(mode="json") for line in lines]} if beside(facts, record) else {}
        print_json({**document(record), **beside(facts, record), **told})
        return
    say([printable(record.id), *sheet(lines), "", f"{LEGEND}, ! old"])


def beside(facts: Catalog, record: Any) -> dict[str, Any]:
    """What other tables hold of a model or of a GPU."""
    if hasattr(record, "bandwidth_gb_s"):
        return {"offers": [document(offer) for offer in facts.offers_for(record.id)]}
    if not hasattr(record, "native_context_tokens"):
        return {}
    tables: dict[str, Sequence[Any]] = {
        "scores": facts.scores,
        "notices": facts.lifecycle,
        "finetune_prices": facts.finetune_prices,
    }
    return {name: [document(one) for one in rows if one.model_id == record.id] for name, rows in tables.items()}


def sheet(lines: Sequence[FactLine]) -> Iterator[str]:
    """The known facts by section, what is unknown, and the sources."""
    numbers: dict[tuple[str, str], int] = {}
    for section in dict.fromkeys(line.section for line in lines):
        here = [line for line in lines if line.section == section]
        yield from ("", printable(section).upper())
        yield from _known([line for line in here if line.value is not None], numbers)
        if unknown := [line.name for line in here if line.value is None]:
            yield from _wrapped("unknown: ", "; ".join(unknown))
    yield from ("", "SOURCES")
    for (where, warning), number in numbers.items():
        yield from _wrapped(f"[{number}] ", where + (f"; ! {warning}" if warning else ""))


def _known(lines: Sequence[FactLine], numbers: dict[tuple[str, str], int]) -> list[str]:
    return labelled([(line.name, f"{line.value}{_marks(line)} [{_number(line, numbers)}]") for line in lines])


def _number(line: FactLine, numbers: dict[tuple[str, str], int]) -> int:
    """Of the source, counted from one in the order of use."""
    return numbers.setdefault((dated(line.source, line.as_of, line.confidence), line.warning), len(numbers) + 1)


def _marks(line: FactLine) -> str:
    own = OWN if line.origin in ("overlay", "imported") else ""
    return own + sign(line.confidence) + ("!" if line.warning else "")


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(printable(text), width(), initial_indent=start, subsequent_indent=" " * len(start))
