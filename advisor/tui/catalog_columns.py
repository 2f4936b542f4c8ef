"""What the catalog screen shows of models, GPUs, offers and prices of fine-tuning, and what is found by typing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from advisor.marks import RECALLED, doubtful, recalled, sign
from advisor.shortlist.bill import Bill
from advisor.tui.figures import usd
from advisor.tui.sheet import Column, Sheet
from advisor.tui.widgets.text import one_line
from advisor.workflow.rents import lowest_rents
from catalog.fields import FIELDS
from catalog.load import Catalog
from catalog.query import Field
from catalog.records import Fact, Gpu, Model

Kind = Literal["models", "gpus", "offers", "finetune", "lifecycle"]
KINDS: tuple[Kind, ...] = ("models", "gpus", "offers", "finetune", "lifecycle")
"""As the commands name them."""
KIND_NAMES: Mapping[Kind, str] = {
    "models": "Models",
    "gpus": "GPUs",
    "offers": "Offers",
    "finetune": "Fine-tuning prices",
    "lifecycle": "Announced ends",
}
UNKNOWN = "?"
"""In a narrow column; wherever there is room it is written out."""
OWN = "*"
"""The user's own fact, which wins over the one it replaces."""
ENDING = "†"
"""Retired, deprecated, or with a day set for its end."""
LEGEND = f"{RECALLED} recalled  {OWN} own  {ENDING} ending  {UNKNOWN} unknown"
LIFE = {"open_weights": "open", "unknown": UNKNOWN}
MONTH = "price_month"
TUNING = {"self_host": "self", "unknown": UNKNOWN}


def mark(fact: Fact) -> str:
    """``~`` for a recalled fact, ``*`` for one of the user's own, ``†`` for a model that ends."""
    own = OWN if fact.origin in ("overlay", "imported") else ""
    ends = isinstance(fact, Model) and (fact.shutdown_date or fact.lifecycle in ("retired", "deprecated"))
    return own + sign(fact.confidence) + (ENDING if ends else "")


def words(value: str | None) -> str:
    """Text that others wrote, in one line."""
    return one_line(value, 60) if value else UNKNOWN


def size(parameters: int | None) -> str:
    """Parameters in billions or millions."""
    if parameters is None:
        return UNKNOWN
    return f"{parameters / 1e9:.3g}B" if parameters >= 1e9 else f"{parameters / 1e6:.3g}M"


def tokens(count: int | None) -> str:
    """Tokens in thousands: ``K`` is 1,024, ``k`` is 1,000."""
    if count is None:
        return UNKNOWN
    if count % 2**20 == 0:
        return f"{count // 2**20}M"
    return f"{count // 1024}K" if count % 1024 == 0 else f"{count / 1000:g}k"


def price(amount: Decimal | None) -> str:
    """US dollars, or ``?`` where it is unpriced."""
    return UNKNOWN if amount is None else usd(amount)


def plain_number(value: float | None) -> str:
    """A figure of a data sheet."""
    return UNKNOWN if value is None else f"{value:,.10g}"


def _text(key: str, title: str, width: int, read: Callable[[Any], str | None]) -> Column:
    return Column(key, title, width, lambda one: _folded(read(one)), lambda one: words(read(one)), align="left")


def _folded(value: str | None) -> str | None:
    return value.casefold() if value else None


def _figure(
    key: str,
    title: str,
    width: int,
    read: Callable[[Any], Any],
    shown: Callable[[Any], str],
    *,
    falling: bool = False,
    attribute: str = "",
) -> Column:
    """A figure; where it alone is recalled it bears the mark, else the name of its record does."""

    def text(one: Any) -> str:
        alone = attribute and doubtful(one, attribute) and not recalled(one.confidence) and read(one) is not None
        return shown(read(one)) + (RECALLED if alone else "")

    return Column(key, title, width, read, text, falling=falling)


def _name(key: str, title: str, width: int, read: Callable[[Any], str]) -> Column:
    return Column(
        key, title, width, lambda one: read(one).casefold(), lambda one: mark(one) + words(read(one)), align="left"
    )


AS_OF = Column("as_of", "as of", 10, lambda one: one.as_of, lambda one: str(one.as_of), align="left", falling=True)


def models(catalog: Catalog, bills: Mapping[str, Bill]) -> Sheet:
    """Every model; ``bills`` holds what a month costs, by id."""
    columns = (
        _name("id", "model", 34, lambda one: one.id.rpartition("/")[2]),
        _figure("params", "params", 6, lambda one: one.total_params, size, attribute="total_params"),
        Column("context", "context", 7, _context, _context_shown, falling=True),
        _figure("price_in", "$/M in", 6, lambda one: one.input_usd_per_mtok, price, attribute="input_usd_per_mtok"),
        _figure("price_out", "$/M out", 7, lambda one: one.output_usd_per_mtok, price, attribute="output_usd_per_mtok"),
        Column(MONTH, "$/month", 8, lambda one: _monthly(bills, one), lambda one: _month_shown(bills, one)),
        _figure("mmlu", "MMLU", 5, lambda one: one.quality.get("MMLU"), plain_number, falling=True),
        _text("license", "licence", 12, lambda one: one.license),
        _text("vendor", "vendor", 12, lambda one: one.vendor),
        Column("fine_tunable", "tuning", 7, lambda one: _known(one.fine_tunable), lambda one: TUNING.get(one.fine_tunable, one.fine_tunable), align="left"),
        Column("lifecycle", "life", 10, lambda one: _known(one.lifecycle), lambda one: LIFE.get(one.lifecycle, one.lifecycle), align="left"),
        _figure("release", "released", 10, lambda one: one.release_date, lambda day: str(day or UNKNOWN), falling=True),
        AS_OF,
    )  # fmt: skip
    month = {MONTH: Field("money", lambda one: _monthly(bills, one), "USD a month for the profile at hand")}
    return Sheet(columns, catalog.models, fields={**FIELDS["models"], **(month if bills else {})})


def _context(model: Model) -> int | None:
    return model.native_context_tokens


def _context_shown(model: Model) -> str:
    return tokens(model.native_context_tokens) + ("+" if model.extended_context_tokens else "")


def _known(value: str) -> str | None:
    return None if value == "unknown" else value


def _monthly(bills: Mapping[str, Bill], model: Model) -> Decimal | None:
    bill = bills.get(model.id)
    return bill.usd_per_month if bill is not None else None


def _month_shown(bills: Mapping[str, Bill], model: Model) -> str:
    bill = bills.get(model.id)
    return UNKNOWN if bill is None else price(bill.usd_per_month) + (RECALLED if bill.recalled else "")


def gpus(catalog: Catalog, today: date) -> Sheet:
    """Every GPU with the least that it is rented for."""
    rents = functools.cache(lambda: lowest_rents(catalog, catalog.gpus, today))

    def cheapest(gpu: Gpu) -> Decimal | None:
        return rents()[gpu.id]

    columns = (
        _name("name", "GPU", 24, lambda one: one.name),
        _figure("memory", "GB", 5, lambda one: one.memory_gb, plain_number, falling=True, attribute="memory_gb"),
        _figure(
            "bandwidth",
            "GB/s",
            6,
            lambda one: one.bandwidth_gb_s,
            plain_number,
            falling=True,
            attribute="bandwidth_gb_s",
        ),
        _figure(
            "bf16",
            "bf16 TF",
            7,
            lambda one: one.bf16_dense_tflops,
            plain_number,
            falling=True,
            attribute="bf16_dense_tflops",
        ),
        _figure("from", "from $/h", 8, cheapest, price),
        _figure("watts", "watts", 5, lambda one: one.tdp_w, plain_number, attribute="tdp_w"),
        _text("architecture", "made as", 12, lambda one: one.architecture),
        _text("vendor", "vendor", 8, lambda one: one.vendor),
        AS_OF,
    )
    rent = {"from": Field("money", cheapest, "lowest USD per hour, spot included")}
    return Sheet(columns, catalog.gpus, fields={**FIELDS["gpus"], **rent})


def offers(catalog: Catalog) -> Sheet:
    """Of every offer the newest observation."""
    columns = (
        _name("provider", "provider", 16, lambda one: one.provider),
        _text("product", "product", 14, lambda one: one.instance or one.product),
        _text("gpu", "GPU", 16, lambda one: one.gpu_id),
        _figure("gpus", "x", 2, lambda one: one.gpu_count, plain_number),
        _figure("price", "$/GPU-h", 8, lambda one: one.usd_per_gpu_hour, price),
        _text("tier", "tier", 16, lambda one: one.tier),
        AS_OF,
        _text("region", "region", 12, lambda one: one.region),
        _text("billing", "billing", 10, lambda one: one.billing),
    )
    return Sheet(columns, catalog.current_offers, fields=FIELDS["offers"])


def finetune(catalog: Catalog) -> Sheet:
    """What hosts take for training, and for serving the result."""
    columns = (
        _name("model", "model", 28, lambda one: one.model),
        _text("provider", "provider", 12, lambda one: one.provider),
        _text("method", "method", 8, lambda one: one.method),
        _figure("train", "train $/M", 9, lambda one: one.train_usd_per_mtok, price),
        _figure("price_in", "in $/M", 7, lambda one: one.input_usd_per_mtok, price),
        _figure("price_out", "out $/M", 7, lambda one: one.output_usd_per_mtok, price),
        _text("status", "status", 11, lambda one: None if one.status == "unknown" else one.status.replace("_", " ")),
        AS_OF,
    )
    return Sheet(columns, catalog.finetune_prices, fields=FIELDS["finetune"])


def lifecycle(catalog: Catalog) -> Sheet:
    """Announced ends of models and of their fine-tuning."""
    columns = (
        _name("model", "model", 34, lambda one: one.model),
        _text("provider", "provider", 12, lambda one: one.provider),
        _text("status", "status", 10, lambda one: one.status),
        _figure("shutdown", "ends", 10, lambda one: one.shutdown_date, lambda day: str(day or UNKNOWN)),
        _text("replacement", "replaced by", 20, lambda one: one.replacement),
        _text("fine_tuning", "fine-tuning", 18, lambda one: _known(one.fine_tuning)),
        AS_OF,
        _text("scope", "where", 12, lambda one: one.scope or "everywhere"),
    )
    return Sheet(columns, catalog.lifecycle, fields=FIELDS["lifecycle"])


def sheet_of(kind: Kind, catalog: Catalog, bills: Mapping[str, Bill], today: date) -> Sheet:
    """The table of a kind of facts."""
    if kind == "models":
        return models(catalog, bills)
    if kind == "gpus":
        return gpus(catalog, today)
    made: Mapping[Kind, Callable[[Catalog], Sheet]]
    made = {"offers": offers, "finetune": finetune, "lifecycle": lifecycle}
    return made[kind](catalog)
