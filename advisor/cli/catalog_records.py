"""The records of each kind, what they can be chosen by, and their JSON form."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_source import Source, read_catalog
from advisor.errors import BadInput

if TYPE_CHECKING:
    from catalog.query import Field

ATTRIBUTES: Mapping[str, str] = {
    "models": "models",
    "gpus": "gpus",
    "offers": "current_offers",
    "finetune": "finetune_prices",
    "lifecycle": "lifecycle",
    "scores": "scores",
    "platforms": "platforms",
}
"""Where the catalog keeps what a list shows."""
KINDS = tuple(ATTRIBUTES)


def records_of(kind: str, source: Source) -> Sequence[Any]:
    """The records; models of the package as it is are read without checking them again."""
    if kind == "models" and source.bundled:
        from catalog.light import DATA, light_models  # noqa: PLC0415 - help needs no catalog

        return light_models(DATA, source.day)
    found: Sequence[Any] = getattr(read_catalog(source), ATTRIBUTES[kind])
    return found


def fields_of(kind: str, source: Source, profile: Path | None) -> Mapping[str, Field]:
    """What a kind is chosen by; for models also what a load makes of them."""
    from catalog.fields import FIELDS  # noqa: PLC0415 - help needs no catalog

    if kind != "models":
        if profile is not None:
            raise BadInput(f"--for is for models, not for {kind}", "`tunewise catalog list models --for PROFILE`")
        return {**FIELDS[kind], **_rent(source)} if kind == "gpus" else FIELDS[kind]
    from advisor.workflow.model_fields import model_fields  # noqa: PLC0415

    return {**FIELDS[kind], **model_fields(lambda: read_catalog(source), profile, source.day)}


def _rent(source: Source) -> Mapping[str, Field]:
    """What a GPU is rented from, read when a list asks for it."""
    from catalog.query import Field  # noqa: PLC0415 - help needs no catalog

    @functools.cache
    def lowest() -> Mapping[str, Any]:
        from advisor.workflow.rents import lowest_rents  # noqa: PLC0415 - only where a list asks for it

        facts = read_catalog(source)
        return lowest_rents(facts, facts.gpus, source.day)

    return {"from": Field("money", lambda gpu: lowest()[gpu.id], "lowest USD per hour, spot included")}


def document(record: Any) -> dict[str, Any]:
    """The JSON form of a record; unknown is null."""
    from catalog.light import MODEL_FIELDS, Row  # noqa: PLC0415 - help needs no catalog

    if isinstance(record, Row):
        return record.document(MODEL_FIELDS)
    dumped: dict[str, Any] = record.model_dump(mode="json")
    return dumped


def documents(
    records: Iterable[Any], names: Sequence[str] | None, fields: Mapping[str, Field], *, month: bool
) -> list[dict[str, Any]]:
    """The JSON forms of the fields that are named, else of all, for a profile with its month."""
    if names is not None:
        return [part(one, names, fields) for one in records]
    computed = ("price_month", "price_month_recalled") if month else ()
    return [document(one) | part(one, computed, fields) for one in records]


def part(record: Any, names: Iterable[str], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The JSON form of some fields of a record."""
    from catalog.light import plain  # noqa: PLC0415 - help needs no catalog

    return {name: plain(fields[name].read(record)) for name in names}


def print_fields(fields: Mapping[str, Field], *, as_json: bool) -> None:
    """What a kind can be chosen by: name, kind of value, what it means."""
    if as_json:
        print_records("fields", [{"name": name, "kind": of.kind, "help": of.help} for name, of in fields.items()])
    else:
        click.echo("\n".join(f"{name:<16} {of.kind:<7} {of.help}" for name, of in fields.items()))


def print_records(kind: str, documents: Sequence[Mapping[str, Any]]) -> None:
    """One JSON document with a record on each line, which takes a tenth of the time of an indented one."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    lines = (json.dumps(one, ensure_ascii=not utf8) for one in documents)
    body = ",\n".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")
    click.echo(f'{{"{kind}": [\n{body}\n]}}' if documents else f'{{"{kind}": []}}')
