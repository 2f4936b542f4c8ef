"""``tunewise catalog``: the facts that every answer rests on, each with its source and date."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.lazy import Entry, LazyGroup
from advisor.cli.options import json_option, print_json
from advisor.errors import BadInput
from advisor.wording import printable

if TYPE_CHECKING:
    from pydantic import BaseModel

    from catalog.load import Catalog
    from catalog.records import Gpu, Model, Offer
    from catalog.verify import Problem

WIDTH = 80
KINDS = ("models", "gpus", "offers")
UNKNOWN = "?"
RECALLED = "~"

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Another folder of data files."
)


COMMANDS: dict[str, Entry] = {
    "list": Entry("catalog_commands:list_records", "Models, GPUs, offers and prices that fit a filter."),
    "show": Entry("catalog_commands:show", "Everything known of one record, fact by fact."),
    "search": Entry("catalog_search:search", "Find models by name, family, vendor or strength."),
    "compare": Entry("catalog_compare:compare", "Two to four models or GPUs side by side, best of each row marked."),
    "frontier": Entry("catalog_frontier:frontier", "Models that none as cheap outscores, for a profile."),
    "guide": Entry("catalog_guide:guide", "What the guide says beside what holds, with the evidence."),
    "platforms": Entry("catalog_platforms:platforms", "Where to train and serve, compared for a profile."),
    "verify": Entry("catalog_commands:verify", "Check every record: ids, sources, dates, units, counts, freshness."),
    "import": Entry("catalog_import:import_model", "Add any model from its config.json, folder, GGUF file or hub id."),
    "set": Entry("catalog_overlay:set_fact", "Set a fact of your own; it wins and is marked."),
    "unset": Entry("catalog_overlay:unset_fact", "Take a fact of your own back."),
    "update": Entry("catalog_update:update", "Take in a snapshot after showing what it changes."),
    "rollback": Entry("catalog_update:rollback", "Return to the facts before the last update."),
    "history": Entry("catalog_update:history", "Which snapshots were installed when."),
    "diff": Entry("catalog_update:diff", "What differs between two snapshots or days."),
    "export": Entry("catalog_update:export", "Write the facts that hold as a snapshot."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def catalog() -> None:
    """The facts: models, GPUs, prices and ends of life, each with source, date and how far to trust it."""


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS), default="models")
@data_option
@json_option
def list_records(kind: str, data: Path | None, as_json: bool) -> None:
    """List the models (default), the GPUs or the current offers. ``~`` marks recalled figures, ``?`` unknown ones."""
    facts = read_catalog(data)
    found: dict[str, Sequence[Any]] = {"models": facts.models, "gpus": facts.gpus, "offers": facts.current_offers}
    if as_json:
        print_json({kind: [plain(record) for record in found[kind]]})
        return
    head, row = TABLES[kind]
    _say(table(head, [row(record) for record in found[kind]]))
    _say([f"{len(found[kind])} {kind}; ~ recalled, ? unknown. `tunewise catalog show ID` for sources."])


@click.command()
@click.argument("name")
@data_option
@json_option
def show(name: str, data: Path | None, as_json: bool) -> None:
    """Show everything that is known of one model, GPU or offer, with sources. Short names like h100 or gpt-4o do."""
    facts = read_catalog(data)
    record = find(facts, name)
    offers = facts.offers_for(record.id) if is_gpu(record) else ()
    if as_json:
        extra = {"offers": [plain(offer) for offer in offers]} if is_gpu(record) else {}
        print_json({**plain(record), **extra})
        return
    _say(fields(record))
    if offers:
        _say(["", *table(*offer_table(offers))])


@click.command()
@data_option
@json_option
def guide(data: Path | None, as_json: bool) -> None:
    """Show what the guide says beside what holds, with the evidence."""
    rows = read_catalog(data).guide
    if as_json:
        print_json({"guide": [plain(row) for row in rows]})
        return
    for row in rows:
        _say([f"{row.section} ({row.severity})"])
        said = {"guide": row.guide_value, "holds": row.corrected_value}
        _say(_labelled({**said, "source": f"{row.source} ({row.as_of}, {row.confidence})"}))
        _say([""])
    _say([f"{len(rows)} statements of the guide"])


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Check as on that day [today].")
@data_option
@json_option
@click.pass_context
def verify(ctx: click.Context, as_of: datetime | None, data: Path | None, as_json: bool) -> None:
    """Check every record: ids, sources, dates, units, parameter counts, freshness. Ends with 1 if one is unfit."""
    from catalog.api_prices import quote  # noqa: PLC0415 - help needs no catalog
    from catalog.price_agreement import bundled_agreement  # noqa: PLC0415
    from catalog.verify import verify as check  # noqa: PLC0415

    today = as_of.date() if as_of else date.today()  # noqa: DTZ011 - the user's own day
    facts = replace(read_catalog(data), quote=quote)
    problems, agreed = check(facts, today), bundled_agreement()
    if as_json:
        told = {"records": sizes(facts), "problems": [one._asdict() for one in problems]}
        print_json({"as_of": str(today), **told, "price_agreement": agreed.told()})
    else:
        _say([*summary(facts, problems, today), f"{agreed} (catalog/data/price_exceptions.csv)"])
    if any(one.severity == "error" for one in problems):
        ctx.exit(1)


def read_catalog(folder: Path | None) -> Catalog:
    """The catalog. Raises BadInput with file, line, column and what is allowed."""
    from catalog.errors import CatalogError  # noqa: PLC0415 - help needs no catalog
    from catalog.load import load  # noqa: PLC0415

    try:
        return load(folder)
    except CatalogError as error:
        raise BadInput(error.message, f"allowed: {error.allowed}" if error.allowed else "") from error


def find(facts: Catalog, name: str) -> Model | Gpu | Offer:
    """A model, GPU or offer by name. Raises BadInput with the nearest names."""
    from catalog.errors import UnknownId  # noqa: PLC0415 - help needs no catalog

    near: list[str] = []
    for look in (facts.model, facts.gpu):
        try:
            return look(name)
        except UnknownId as error:
            near += error.nearest
    offer = next((one for one in facts.offers if one.id == name.lower()), None)
    if offer is None:
        hint = f"nearest: {', '.join(near)}" if near else "`tunewise catalog list` shows the names"
        raise BadInput(f"nothing named {printable(name)!r} in the catalog", hint)
    return offer


def plain(record: BaseModel) -> dict[str, Any]:
    """The JSON form; unknown is null."""
    return record.model_dump(mode="json")


def is_gpu(record: object) -> bool:
    """Whether it is a GPU, which has offers."""
    return hasattr(record, "bandwidth_gb_s")


def model_row(model: Model) -> list[str]:
    """Name, size or price, context, tuning, life."""
    native, extended = model.native_context_tokens, model.extended_context_tokens
    window = _thousands(native) + (f"({_thousands(extended)})" if extended else "")
    tuning = {"self_host": "self", "unknown": UNKNOWN}.get(model.fine_tunable, model.fine_tunable)
    life = {"open_weights": "open", "unknown": UNKNOWN}.get(model.lifecycle, model.lifecycle)
    return [model.id.rpartition("/")[2], _size(model), window, tuning, str(model.shutdown_date or life)]


def _size(model: Model) -> str:
    """Parameters of open weights, prices of an API."""
    if model.kind == "api":
        known = model.input_usd_per_mtok is not None and model.output_usd_per_mtok is not None
        return f"${model.input_usd_per_mtok:f}/{model.output_usd_per_mtok:f}" if known else "unpriced"
    size = f"{model.total_params / 1e9:.3g}B" if model.total_params else UNKNOWN
    return size + (RECALLED if model.confidence == "recalled" else "")


def gpu_row(gpu: Gpu) -> list[str]:
    """Id, memory, bandwidth, speed."""
    speed = f"{gpu.bf16_dense_tflops:g}" if gpu.bf16_dense_tflops else UNKNOWN
    mark = RECALLED if gpu.confidence == "recalled" else ""
    return [gpu.id, gpu.name, f"{gpu.memory_gb:g}", f"{gpu.bandwidth_gb_s:g}", speed + mark, str(gpu.as_of)]


def offer_row(offer: Offer) -> list[str]:
    """Who, what, how, how much, when."""
    mark = RECALLED if offer.confidence == "recalled" else ""
    count = f"{offer.gpu_count} x " if offer.gpu_count > 1 else ""
    where = offer.instance or offer.product
    price = f"{offer.usd_per_gpu_hour:f}{mark}"
    return [f"{offer.provider} {where}", f"{count}{offer.gpu_id}", offer.tier, price, offer.region, str(offer.as_of)]


def offer_table(offers: Sequence[Offer]) -> tuple[list[str], list[list[str]]]:
    """Head and rows."""
    return TABLES["offers"][0], [offer_row(offer) for offer in offers]


TABLES: dict[str, tuple[list[str], Any]] = {
    "models": (["MODEL", "SIZE OR $/M", "CONTEXT", "TUNING", "LIFE"], model_row),
    "gpus": (["GPU", "NAME", "GB", "GB/S", "BF16 TFLOPS", "AS OF"], gpu_row),
    "offers": (["WHERE", "GPU", "TIER", "$/GPU-H", "REGION", "AS OF"], offer_row),
}


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Aligned columns within 80 cells; the widest column is shortened first."""
    cells = [head, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widths[widths.index(max(widths))] -= 1
    return ["  ".join(_cut(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def fields(record: BaseModel) -> list[str]:
    """Every field by name; unknown says so."""
    return _labelled({name: _value(getattr(record, name)) for name in type(record).model_fields})


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


def _labelled(values: dict[str, str]) -> list[str]:
    """Name and value, wrapped beside each other."""
    wide = max(map(len, values)) + 2
    lines: list[str] = []
    for name, value in values.items():
        parts = textwrap.wrap(printable(value), WIDTH - wide) or [""]
        lines += [f"{name:<{wide}}{parts[0]}", *(" " * wide + part for part in parts[1:])]
    return lines


def _value(value: object) -> str:
    if value is None or value in ((), {}):
        return "unknown"
    if isinstance(value, dict):
        return ", ".join(f"{name} {score:g}" for name, score in value.items())
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _thousands(tokens: int | None) -> str:
    return UNKNOWN if tokens is None else f"{tokens // 1024}K" if tokens % 8192 == 0 else f"{tokens / 1000:g}k"


def _cut(cell: str, width: int) -> str:
    return cell.ljust(width) if len(cell) <= width else cell[: width - 1] + "…"


def _say(lines: Sequence[str]) -> None:
    click.echo("\n".join(lines))
