"""Write docs/parameters.md: the parameter check of every open model of the catalog.

    python scripts/parameter_table.py [FILE]

``scripts/parameter_deviations.csv`` holds the reason for each count that is not reached, with the deviation that it
explains; one that does not hold any more is an error. ``scripts/parameter_marked.csv`` names the models that the
research marked exact, with the counts that it had.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from catalog.arithmetic import Sizes, sizes
from catalog.load import Catalog, load
from catalog.records import Architecture, Model

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs" / "parameters.md"
REASONS = HERE / "parameter_deviations.csv"
MARKED = HERE / "parameter_marked.csv"
RANK = 16
CONTEXT_TOKENS = 32_768

INTRODUCTION = """\
The counts are sums over the tensors that `catalog/arithmetic` builds from the fields of a configuration alone; the
published totals are only compared with them here. The tensors are held against the names and shapes that transformers
builds (`tests/catalog/headers`), layer by layer.

*Counted* says which of a checkpoint's parts the published figure holds: the **model** (language model, and encoders of
images and sound where it has them), all that is **stored** (also layers that predict a token further ahead, and keys
that no layer reads), or the language model's **text** part. *Marked* says how a model came to be marked exact in
`models.csv`: by the **research**, with a formula for dense decoders of text, or by the **tensors** of this page, where
no field was inferred from the published figure.

*Fields* says where the fields come from that not all models share: **sourced** (a copy of the model's config.json, or
the defaults that transformers gives its family), **recalled** from its config.json, or **inferred**: at least one was
chosen because the published figure is reached with it, so that this figure is no independent check of it.

This page is written by `python scripts/parameter_table.py`; a test holds it to the code.
"""


SIZES = f"""\
Active parameters are those of the language model that one token uses, embeddings included. Cache in bytes at 16 bits:
what each further token takes while no window is full, and one sequence of {CONTEXT_TOKENS:,} tokens with its windows and
states. LoRA: parameters of an adapter of rank {RANK} on every linear layer, experts included.
"""


class Reason(NamedTuple):
    """Why a published count is not reached."""

    counted: str
    deviation: int | None
    text: str


class Row(NamedTuple):
    """One model's check."""

    model: Model
    sizes: Sizes
    counted: str
    computed: int | None
    reason: str
    fields: str
    """Where the fields come from that not all models share."""
    researched: bool = False
    """Whether the research marked it exact."""

    @property
    def deviation(self) -> int | None:
        """Computed less published."""
        published = self.model.total_params
        return None if self.computed is None or published is None else self.computed - published

    @property
    def marked(self) -> str:
        """By what it is marked exact in the catalog."""
        if self.model.param_check != "exact":
            return ""
        return "research" if self.researched else "tensors"


def rows(catalog: Catalog) -> list[Row]:
    """The check of every open model. Raises SystemExit for a deviation without its reason."""
    reasons, marked = read_reasons(), read_marked()
    fields = {one.id: origin(one) for one in catalog.table("architectures")}
    models = (model for model in catalog.models if model.kind == "open")
    checked = (check(model, reasons.get(model.id), fields.get(model.id, "")) for model in models)
    return [row._replace(researched=marked.get(row.model.id) == row.model.total_params) for row in checked]


def origin(one: Architecture) -> str:
    """``sourced``, ``recalled``, ``inferred``, or nothing where the common columns are enough."""
    if not one.config:
        return ""
    return "inferred" if "inferred" in one.source else one.confidence


def read_reasons() -> dict[str, Reason]:
    """By id."""
    with REASONS.open(encoding="utf-8", newline="") as lines:
        return {
            line["id"]: Reason(line["counted"], int(line["deviation"]) if line["deviation"] else None, line["reason"])
            for line in csv.DictReader(lines)
        }


def read_marked() -> dict[str, int]:
    """The counts that the research marked exact, by id."""
    with MARKED.open(encoding="utf-8", newline="") as lines:
        return {line["id"]: int(line["published"]) for line in csv.DictReader(lines)}


def check(model: Model, reason: Reason | None, fields: str) -> Row:
    """One model. Raises SystemExit for a deviation that has no reason or not the one that is written down."""
    of = sizes(model)
    counts = {"model": of.total_params, "stored": of.checkpoint_params, "text": of.text_params}
    if reason is None:
        counted = next((name for name, count in counts.items() if count == model.total_params), None)
        if counted is None:
            raise SystemExit(f"{model.id}: {counts} are not {model.total_params}, and no reason is given")
        return Row(model, of, counted, counts[counted], "", fields)
    row = Row(model, of, reason.counted, counts.get(reason.counted), reason.text, fields)
    if row.deviation != reason.deviation:
        raise SystemExit(f"{model.id}: deviates by {row.deviation}, the reason is for {reason.deviation}")
    return row


def page(found: list[Row]) -> str:
    """The whole document."""
    marked = [row for row in found if row.researched]
    others = [row for row in found if not row.researched]
    return "\n".join((
        f"{sum(row.deviation == 0 for row in marked)} of {len(marked)} exact",
        "",
        "# Parameters, computed and published",
        "",
        INTRODUCTION,
        summary(marked, others),
        "",
        "## The check",
        "",
        *check_lines(found),
        "",
        "## What follows from the configuration",
        "",
        SIZES,
        "",
        *size_lines(found),
        "",
    ))  # fmt: skip


def summary(marked: list[Row], others: list[Row]) -> str:
    """In one paragraph."""
    reached, exact = (sum(row.deviation == 0 for row in group) for group in (marked, others))
    unknown = sum(row.computed is None for row in others)
    added = sum(row.marked == "tensors" for row in others)
    return (
        f"Of the {len(marked)} models that the research marked exact, {reached} are reached to the unit. Of the "
        f"{len(others)} others, {exact} are too: {added} are marked exact besides, and {exact - added} are not, because a "
        f"field was inferred from the count. {len(others) - exact - unknown} deviate for the reason that is given, and "
        f"{unknown} cannot be computed."
    )


def check_lines(found: list[Row]) -> Iterator[str]:
    """The first table."""
    yield "| model | marked | published | computed | deviation | counted | fields | reason |"
    yield "| --- | --- | ---: | ---: | ---: | --- | --- | --- |"
    for row in found:
        share = f" ({row.deviation / row.model.total_params:+.2g})" if row.deviation and row.model.total_params else ""
        deviation = "" if row.deviation is None else f"{row.deviation:+,}{share}" if row.deviation else "0"
        cells = (row.model.id, row.marked, number(row.model.total_params), number(row.computed))
        counted = row.counted if row.computed is not None else ""
        yield f"| {' | '.join((*cells, deviation, counted, row.fields, row.reason))} |"


def size_lines(found: list[Row]) -> Iterator[str]:
    """The second table."""
    yield "| model | active | layers | embedding | bytes per token | bytes of a sequence | LoRA |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    for row in found:
        if row.sizes.active_params is None:
            continue
        of = sizes(row.model, rank=RANK, context_tokens=CONTEXT_TOKENS)
        counts = (of.embedding_params, of.kv_bytes_per_token, of.cache_bytes, of.lora_params)
        yield f"| {row.model.id} | {number(of.active_params)} | {layers(of)} | {' | '.join(map(number, counts))} |"


def layers(of: Sizes) -> str:
    """How many of each kind: ``6 attention, 23 mamba, 23 moe``."""
    kinds = dict.fromkeys(of.layer_kinds)
    return ", ".join(f"{of.layer_kinds.count(kind)} {kind}" for kind in kinds)


def number(value: int | None) -> str:
    """With separators; nothing where it is unknown."""
    return "" if value is None else f"{value:,}"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    target.write_text(page(rows(load())), encoding="utf-8")
    print(target)
