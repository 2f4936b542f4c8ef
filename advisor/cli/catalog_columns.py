"""What each list shows, unless the user names the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from advisor.cli.catalog_text import SHORT, UNKNOWN, UNPRICED, Column, cell, count, own, tokens
from advisor.errors import BadInput
from advisor.marks import RECALLED, doubtful, recalled, sign

if TYPE_CHECKING:
    from catalog.query import Field

UNMARKED = frozenset({"id", "name", "family", "vendor", "kind", "as_of", "source", "confidence", "origin", "note"})
"""What is no figure of the record, or says how far to trust it."""
FIGURES = frozenset({"count", "tokens", "money", "gb", "number"})


def named(given: str, kind: str, fields: Mapping[str, Field]) -> list[str]:
    """The fields that a user asks for, after the id. Raises BadInput with the nearest."""
    names = list(dict.fromkeys(["id", *(name.strip().lower() for name in given.split(",") if name.strip())]))
    if unknown := [name for name in names if name not in fields]:
        from catalog.query import nearest  # noqa: PLC0415 - only when a name is wrong

        raise BadInput(f"--columns: no field {unknown[0]!r} of {kind}", nearest(unknown[0], fields))
    return names


def field_column(name: str, of: Field) -> Column:
    """A column that shows one field."""

    def text(record: Any) -> str:
        doubted = name not in UNMARKED and doubtful(record, of.attribute or name)
        return cell(of.read(record), of.kind, own(record) if name == "id" else RECALLED if doubted else "")

    return Column(name.upper(), text, of.kind in FIGURES, whole=of.kind == "date")


def month_column(fields: Mapping[str, Field]) -> Column:
    """What a month costs at the load of the profile at hand."""

    def text(model: Any) -> str:
        amount = fields["price_month"].read(model)
        mark = RECALLED if fields["price_month_recalled"].read(model) else ""
        return UNPRICED if amount is None else f"{amount:,.2f}{mark}"

    return Column("$/MONTH", text, right=True)


def shown_columns(kind: str, names: Sequence[str] | None, fields: Mapping[str, Field], *, month: bool) -> list[Column]:
    """Those that are named, else the usual ones, for a profile with its month."""
    if names is not None:
        return [field_column(name, fields[name]) for name in names]
    return [*USUAL[kind], *([month_column(fields)] if month else [])]


# ----------------------------------------------------------------------------------------------------------- models


def model_name(model: Any) -> str:
    """The id of an API, of open weights what follows the slash; and the mark of one's own."""
    name = model.id if model.kind == "api" else model.id.rpartition("/")[2]
    return f"{name}{own(model)}"


def size_or_price(model: Any) -> str:
    """Parameters of open weights, prices of an API."""
    if model.kind == "api":
        price_in, price_out = model.input_usd_per_mtok, model.output_usd_per_mtok
        if price_in is None or price_out is None:
            return UNPRICED
        mark = sign(model.price_confidence)
        return f"${price_in.normalize():f}/{price_out.normalize():f}{mark}"
    size = count(model.total_params) if model.total_params else UNKNOWN
    return size + sign(model.confidence)


def window(model: Any) -> str:
    """The native context, and in brackets what an extension gives."""
    native, extended = model.native_context_tokens, model.extended_context_tokens
    shown = (tokens(native) if native else UNKNOWN) + (f"({tokens(extended)})" if extended else "")
    return shown + (RECALLED if native and recalled(model.confidence) else "")


def life(model: Any) -> str:
    """The announced end, else the state."""
    return str(model.shutdown_date or SHORT.get(model.lifecycle, model.lifecycle))


# ------------------------------------------------------------------------------------------------------------ others


def figure(name: str, *, unknown: str = UNKNOWN) -> Callable[[Any], str]:
    """A number with its mark."""

    def text(record: Any) -> str:
        value = getattr(record, name)
        if value is None:
            return unknown
        return (f"{value:g}" if isinstance(value, float) else f"{value:f}") + (
            RECALLED if recalled(record.confidence) else ""
        )

    return text


def word(name: str) -> Callable[[Any], str]:
    """Text, unknown as such."""

    def text(record: Any) -> str:
        value = getattr(record, name)
        return UNKNOWN if value is None else SHORT.get(value, str(value))

    return text


def offered(offer: Any) -> str:
    """How many of which GPU."""
    return f"{offer.gpu_count} x {offer.gpu_id}" if offer.gpu_count > 1 else str(offer.gpu_id)


def trained_for(price: Any) -> str:
    """Per million tokens, else per hour."""
    mark = sign(price.confidence)
    if price.train_usd_per_mtok is not None:
        high = f"-{price.train_high_usd_per_mtok:f}" if price.train_high_usd_per_mtok is not None else ""
        return f"{price.train_usd_per_mtok:f}{high}{mark}"
    return f"{price.train_usd_per_hour:f}/h{mark}" if price.train_usd_per_hour is not None else UNPRICED


def _marked(name: str) -> Callable[[Any], str]:
    return lambda record: str(getattr(record, name)) + own(record)


AS_OF = Column("AS OF", word("as_of"), whole=True)
USUAL: Mapping[str, Sequence[Column]] = {
    "models": (
        Column("MODEL", model_name), Column("SIZE|$/M", size_or_price, whole=True), Column("CONTEXT", window, whole=True),
        Column("TUNING", word("fine_tunable")), Column("LICENCE", word("license"), wide=True), Column("LIFE", life, whole=True),
    ),
    "gpus": (
        Column("GPU", _marked("id")), Column("NAME", word("name")), Column("GB", figure("memory_gb"), right=True),
        Column("GB/S", figure("bandwidth_gb_s"), right=True), Column("BF16 TFLOPS", figure("bf16_dense_tflops"), right=True),
        AS_OF,
    ),
    "offers": (
        Column("WHERE", lambda offer: f"{offer.provider} {offer.instance or offer.product}{own(offer)}"),
        Column("GPU", offered), Column("TIER", word("tier")), Column("$/GPU-H", figure("usd_per_gpu_hour"), right=True),
        Column("REGION", word("region")), AS_OF,
    ),
    "finetune": (
        Column("WHERE", _marked("provider")), Column("MODEL", word("model")), Column("METHOD", word("method")),
        Column("TRAIN $/M", trained_for, right=True), Column("STATUS", word("status")), AS_OF,
    ),
    "lifecycle": (
        Column("WHERE", _marked("provider")), Column("MODEL", word("model")), Column("STATUS", word("status")),
        Column("ENDS", word("shutdown_date"), whole=True), Column("TUNING", word("fine_tuning")), AS_OF,
    ),
    "scores": (
        Column("MODEL", _marked("model")), Column("BENCHMARK", word("benchmark")),
        Column("SCORE", figure("score"), right=True), Column("SETTING", word("setting")), AS_OF,
    ),
    "platforms": (
        Column("PLATFORM", _marked("id")), Column("FOR", lambda one: ", ".join(one.kinds)),
        Column("COST", word("cost_basis")), Column("SCALES TO ZERO", word("scale_to_zero")), AS_OF,
    ),
}  # fmt: skip
"""By the name of the list."""
