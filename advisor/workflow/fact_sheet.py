"""Everything that is known of one record of the catalog: each fact with its source, its day and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from advisor.records import Frozen
from catalog.load import Catalog
from catalog.records import Architecture, Confidence, Fact, FineTunePrice, Gpu, Lifecycle, Model, Origin, Score
from catalog.staleness import aged, stale

STAMPS = frozenset({"as_of", "source", "confidence", "origin", "recalled_fields"})
UNITS: Mapping[str, str] = {
    "total_params": "parameters",
    "active_params": "parameters used for one token",
    "num_layers": "layers",
    "num_heads": "attention heads",
    "num_kv_heads": "heads of the cache",
    "vocab_size": "vocabulary",
    "kv_bytes_per_token": "bytes of cache per token",
    "native_context_tokens": "context, native, tokens",
    "extended_context_tokens": "context, extended, tokens",
    "extended_context_note": "context, extended by",
    "max_output_tokens": "output at most, tokens",
    "input_usd_per_mtok": "input, $ per million tokens",
    "output_usd_per_mtok": "output, $ per million tokens",
    "cached_input_usd_per_mtok": "cached input, $ per million tokens",
    "cache_write_usd_per_mtok": "cache writes, $ per million tokens",
    "batch_input_usd_per_mtok": "batch input, $ per million tokens",
    "batch_output_usd_per_mtok": "batch output, $ per million tokens",
    "long_input_from_tokens": "long from, input tokens",
    "long_input_usd_per_mtok": "long input, $ per million tokens",
    "long_output_usd_per_mtok": "long output, $ per million tokens",
    "train_usd_per_mtok": "training, $ per million tokens",
    "train_high_usd_per_mtok": "training at most, $ per million tokens",
    "train_usd_per_hour": "training, $ per hour",
    "minimum_usd_per_job": "at least per job, $",
    "hosting_usd": "hosting, $",
    "usd_per_gpu_hour": "$ per GPU and hour",
    "memory_gb": "memory, GB",
    "bandwidth_gb_s": "bandwidth, GB/s",
    "bf16_dense_tflops": "bf16 dense, TFLOPS",
    "fp16_dense_tflops": "fp16 dense, TFLOPS",
    "tdp_w": "power, W",
    "nvlink_gb_s": "NVLink, GB/s",
    "license": "licence",
    "license_conditions": "licence conditions",
}
"""What a field is called where its name does not say it with its unit."""
PRICES = tuple(
    name for name in Model.model_fields if name.endswith("_usd_per_mtok") or name == "long_input_from_tokens"
)
ENDS = ("lifecycle", "shutdown_date", "replacement")
JOINED = frozenset({
    *PRICES, *ENDS, "price_source", "price_as_of", "price_confidence", "lifecycle_source", "lifecycle_as_of",
    "quality", "quality_source", "model_type", "config",
})  # fmt: skip
"""Fields of a model that come from other tables, with stamps of their own."""


class Stamp(NamedTuple):
    """Where facts are from, and how far to trust them."""

    source: str
    as_of: date | None
    confidence: Confidence | None
    origin: Origin
    warning: str = ""


class FactLine(Frozen):
    """One fact."""

    section: str
    name: str
    """In words, with its unit."""
    value: str | None
    """None is unknown."""
    source: str = ""
    as_of: date | None = None
    confidence: Confidence | None = None
    origin: Origin = "bundled"
    warning: str = ""
    """That it is too old to be trusted, where it is."""


def fact_sheet(record: Fact, catalog: Catalog, *, today: date) -> tuple[FactLine, ...]:
    """All facts of a record, by section; of a model also those of other tables, of a GPU also its offers."""
    if isinstance(record, Model):
        return tuple(_of_model(record, catalog, today))
    own = _fields("facts", record, type(record).model_fields.keys() - STAMPS, _stamp(record, today))
    return (*own, *(_of_offers(record, catalog, today) if isinstance(record, Gpu) else ()))


def _of_model(model: Model, catalog: Catalog, today: date) -> Iterator[FactLine]:
    yield from _fields("model", model, Model.model_fields.keys() - STAMPS - JOINED, _stamp(model, today))
    yield from _of_architecture(model, catalog, today)
    yield from _fields("prices", model, PRICES, _price_stamp(model, catalog, today))
    ends = _own(catalog.lifecycle, model)
    yield from _fields("end of life", model, ENDS, _end_stamp(model, today))
    for end in ends:
        yield from _fields("announced", end, _told(Lifecycle), _stamp(end, today))
    for price in _own(catalog.finetune_prices, model):
        section = f"fine-tuning at {price.provider}, {price.method}"
        yield from _fields(section, price, _told(FineTunePrice), _stamp(price, today))
    for score in _own(catalog.scores, model):
        yield _scored(score, today)


def _of_architecture(model: Model, catalog: Catalog, today: date) -> Iterator[FactLine]:
    found: Architecture | None = next((one for one in catalog.table("architectures") if one.id == model.id), None)
    stamp = _stamp(found or model, today)
    yield _line("architecture", "type in config.json", model.model_type, stamp)
    for name, value in model.config.items():
        yield _line("architecture", name, value, stamp)


def _of_offers(gpu: Gpu, catalog: Catalog, today: date) -> Iterator[FactLine]:
    for offer in catalog.offers_for(gpu.id):
        name = f"{offer.provider} {offer.instance or offer.product}, {offer.tier}"
        value = f"${offer.usd_per_gpu_hour:f} per GPU and hour, {offer.gpu_count} together, {offer.region}"
        yield _line("offers", name, value, _stamp(offer, today))


def _own(records: Iterable[Any], model: Model) -> list[Any]:
    return [one for one in records if one.model_id == model.id]


def _told(kind: type[Fact]) -> Iterable[str]:
    """The fields that say something about the model itself."""
    return [name for name in kind.model_fields if name not in STAMPS | {"id", "model_id", "provider"}]


def _scored(score: Score, today: date) -> FactLine:
    setting = f" ({score.setting})" if score.setting else ""
    return _line("scores", score.benchmark, f"{score.score:g}{setting}", _stamp(score, today))


def _stamp(fact: Fact, today: date) -> Stamp:
    old = stale(fact, today)
    return Stamp(fact.source, fact.as_of, fact.confidence, fact.origin, old.message if old else "")


def _price_stamp(model: Model, catalog: Catalog, today: date) -> Stamp:
    own: Origin = next((one.origin for one in catalog.table("api_prices") if one.id == model.id), "bundled")
    old = aged("price", model.price_as_of, today) if model.price_as_of and model.lifecycle != "retired" else None
    return Stamp(model.price_source or "", model.price_as_of, model.price_confidence, own, old.message if old else "")


def _end_stamp(model: Model, today: date) -> Stamp:
    if model.lifecycle_source is None:
        return _stamp(model, today)
    old = aged("lifecycle", model.lifecycle_as_of, today) if model.lifecycle_as_of else None
    kept = old is not None and model.lifecycle != "retired"
    return Stamp(model.lifecycle_source, model.lifecycle_as_of, None, "bundled", old.message if old and kept else "")


def _fields(section: str, record: Fact, names: Iterable[str], stamp: Stamp) -> Iterator[FactLine]:
    """In the order of the record; what is unknown says so, and has no source to name."""
    wanted, doubted = frozenset(names), getattr(record, "recalled_fields", ())
    for name in type(record).model_fields:
        if name in wanted:
            own = stamp._replace(confidence="recalled") if name in doubted else stamp
            yield _line(section, words(name), said(getattr(record, name)), own)


def _line(section: str, name: str, value: str | None, stamp: Stamp) -> FactLine:
    if value is None:
        return FactLine(section=section, name=name, value=None)
    return FactLine(
        section=section,
        name=name,
        value=value,
        source=stamp.source,
        as_of=stamp.as_of,
        confidence=stamp.confidence,
        origin=stamp.origin,
        warning=stamp.warning,
    )


def words(field: str) -> str:
    """What a field is called."""
    return UNITS.get(field) or field.replace("_", " ")


def said(value: Any) -> str | None:
    """A value as text, None where it is unknown."""
    if value is None or value in ("", "unknown", (), {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
