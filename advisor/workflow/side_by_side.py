"""Models or GPUs beside each other, the best of each row marked where better means something. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from advisor.marks import doubtful
from advisor.records import Frozen
from advisor.shortlist.bill import Bill
from advisor.workflow.fact_sheet import said, words
from catalog.records import Fact, Gpu, Model

Better = Literal["lower", "higher", "none"]
FEWEST, MOST = 2, 4
RANKS: Mapping[str, Sequence[str]] = {
    "commercial_use": ("no", "conditions", "yes"),
    "fine_tunable": ("no", "closing", "hosted", "self_host"),
    "lifecycle": ("retired", "deprecated", "open_weights", "current"),
}
"""Words from the worst to the best; weights that one has do not end, and what is current is maintained: both are best."""
COUNTED = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
EQUAL = {"open_weights": "current"}


class Row(NamedTuple):
    """A field to compare by."""

    name: str
    read: Callable[[Any], Any]
    """None is unknown."""
    better: Better = "none"
    attribute: str = ""
    """Of the record, where it is one."""
    recalled: Callable[[Any], bool] = lambda _: False
    """Whether a value that is no attribute rests on memory."""


class Side(Frozen):
    """One model's value in a row."""

    value: str | None
    """None is unknown, which is never best."""
    best: bool = False
    recalled: bool = False
    """Whether it rests on memory or judgement."""


class Compared(Frozen):
    """One row."""

    name: str
    better: Better
    sides: tuple[Side, ...]


def _field(name: str, better: Better = "none") -> Row:
    return Row(words(name), lambda record: getattr(record, name), better, name)


def _ranked(name: str) -> Row:
    return _field(name, "higher")


ROWS: tuple[Row, ...] = (
    _field("vendor"),
    _field("kind"),
    _field("license"),
    _ranked("commercial_use"),
    _ranked("fine_tunable"),
    _ranked("lifecycle"),
    _field("shutdown_date", "higher"),
    _field("release_date"),
    _field("total_params"),
    _field("active_params"),
    _field("native_context_tokens", "higher"),
    _field("extended_context_tokens", "higher"),
    _field("max_output_tokens", "higher"),
    _field("kv_bytes_per_token", "lower"),
    _field("languages"),
    _field("tool_use", "higher"),
    _field("input_usd_per_mtok", "lower"),
    _field("cached_input_usd_per_mtok", "lower"),
    _field("output_usd_per_mtok", "lower"),
    _field("batch_input_usd_per_mtok", "lower"),
    _field("batch_output_usd_per_mtok", "lower"),
)


GPU_ROWS: tuple[Row, ...] = (
    _field("vendor"),
    _field("architecture"),
    _field("memory_gb", "higher"),
    _field("bandwidth_gb_s", "higher"),
    _field("bf16_dense_tflops", "higher"),
    _field("fp16_dense_tflops", "higher"),
    _field("fp8_dense_tflops", "higher"),
    _field("tdp_w", "lower"),
    _field("nvlink_gb_s", "higher"),
    _field("compute_capability"),
    _field("release_date"),
)


def side_by_side(models: Sequence[Model], bills: Mapping[str, Bill] | None) -> tuple[Compared, ...]:
    """Each row that is known of at least one; ``bills`` of the profile at hand, None without one.

    Raises ValueError for fewer than two models or more than four.
    """
    return _table((*_bill_rows(bills), *ROWS, *_score_rows(models)), models)


def gpus_side_by_side(gpus: Sequence[Gpu], rents: Mapping[str, Decimal | None]) -> tuple[Compared, ...]:
    """The same of GPUs; ``rents`` are the lowest US dollars per hour, None where there is no offer."""
    rent = Row("lowest $ per hour", lambda gpu: rents.get(gpu.id), "lower")
    return _table((rent, *GPU_ROWS), gpus)


def _table(rows: Iterable[Row], records: Sequence[Fact]) -> tuple[Compared, ...]:
    if not FEWEST <= len(records) <= MOST:
        raise ValueError(f"{len(records)} to compare; {FEWEST} to {MOST} can be")
    compared = (_compare(row, records) for row in rows)
    return tuple(row for row in compared if any(side.value is not None for side in row.sides))


def _bill_rows(bills: Mapping[str, Bill] | None) -> Iterator[Row]:
    if bills is not None:
        unknown = Bill(None, "unpriced")
        yield Row(
            "$ per month",
            lambda model: bills.get(model.id, unknown).usd_per_month,
            "lower",
            recalled=lambda model: bills.get(model.id, unknown).recalled,
        )


def _score_rows(models: Sequence[Model]) -> Iterator[Row]:
    for benchmark in dict.fromkeys(name for model in models for name in model.quality):
        yield _score_row(benchmark)


def _score_row(benchmark: str) -> Row:
    return Row(benchmark, lambda model: model.quality.get(benchmark), "higher")


def _compare(row: Row, records: Sequence[Fact]) -> Compared:
    values = [row.read(record) for record in records]
    ranks = [_rank(value) for value in values]
    known = [rank for rank in ranks if rank is not None]
    best = None
    if row.better != "none" and len(set(known)) > 1:
        best = min(known) if row.better == "lower" else max(known)
    sides = tuple(
        Side(
            value=said(value),
            best=best is not None and rank == best,
            recalled=doubtful(record, row.attribute) if row.attribute else row.recalled(record),
        )
        for record, value, rank in zip(records, values, ranks, strict=True)
    )
    return Compared(name=row.name, better=row.better, sides=sides)


def brief(value: str) -> str:
    """A count of a hundred million or more as people say it, 494M or 8.03B; whatever else as it stands."""
    digits = value.replace(",", "")
    if not digits.isdecimal() or len(digits) < 9:
        return value
    size, letter = next((size, letter) for size, letter in COUNTED if int(digits) >= size)
    return f"{int(digits) / size:.3g}{letter}"


def _rank(value: Any) -> Any:
    """What a value is compared by; None where it is unknown."""
    if not isinstance(value, str):
        return None if said(value) is None else value
    for scale in RANKS.values():
        if EQUAL.get(value, value) in scale:
            return scale.index(EQUAL.get(value, value))
    return None
