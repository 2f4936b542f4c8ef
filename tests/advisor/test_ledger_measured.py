"""Runs of the embedded model that were really made, foreseen in the order in which they may come to a workspace."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median

import pytest

from advisor.estimate.foreseen import Known, Settings, expected_evaluation, expected_training
from advisor.estimate.ledger import Expected, LedgerRow, Measured, Quantity, error_of
from harness.protocol import MachineFacts, ModelFacts

FILE = Path(__file__).parents[2] / "benchmarks" / "ledger" / "measured.csv"
Row = dict[str, str]


def read() -> list[Row]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def machine(row: Row) -> MachineFacts:
    return MachineFacts(
        host="here", cpu=row["device"], cores=int(row["cores"]), memory_gib=float(row["memory_gib"]),
        fp32_gflops=float(row["fp32_gflops"]),
    )  # fmt: skip


def model(row: Row) -> ModelFacts:
    hidden, heads = int(row["hidden"]), int(row["heads"])
    return ModelFacts(
        architecture="LlamaForCausalLM", total_params=round(float(row["params_b"]) * 1e9), num_layers=int(row["layers"]),
        hidden_size=hidden, num_heads=heads, num_kv_heads=int(row["kv_heads"]), head_dim=hidden // heads,
        intermediate_size=int(row["intermediate"]), vocab_size=int(row["vocab"]),
        tied_embeddings=row["tied_embeddings"] == "y", weight_bytes=0, context_length=None,
    )  # fmt: skip


def expected(row: Row, rows: Sequence[LedgerRow]) -> Expected:
    known, tokens = Known(rows=rows), float(row["tokens_per_example"])
    if row["kind"] == "evaluation":
        items = int(row["items"])
        return expected_evaluation(machine(row), model(row), items=items, tokens_per_item=tokens, known=known)
    settings = Settings(
        rank=int(row["lora_rank"]), examples=int(row["examples"]), tokens_per_example=tokens,
        computed_tokens=float(row["seq_len"]), micro_batch=int(row["micro_batch"]), grad_accum=int(row["grad_accum"]),
        max_seq_length=512, dtype="float32",
    )  # fmt: skip
    return expected_training(machine(row), model(row), settings, known)


def measured(row: Row) -> Measured:
    names = ("peak_memory_gib", "tokens_per_second", "examples_per_second", "hours")
    return Measured(memory_is="rss", **{name: float(row[name]) if row[name] else None for name in names})


def lived(rows: Sequence[Row]) -> list[LedgerRow]:
    """The ledger of a workspace in which these runs were made one after the other."""
    found: list[LedgerRow] = []
    for number, row in enumerate(rows):
        at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) + timedelta(minutes=number)
        told = LedgerRow(run_id=str(number), at=at, expected=expected(row, found), measured=measured(row))
        found.append(told)
    return found


def errors(rows: Sequence[LedgerRow], quantity: Quantity) -> list[float]:
    return [abs(error) for row in rows if (error := error_of(row, quantity)) is not None]


def public(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """The same, told by the public fit alone."""
    return [
        row.model_copy(update={"expected": row.expected.model_copy(update={"predicted": row.expected.public})})
        for row in rows
    ]


def inside(rows: Sequence[LedgerRow], quantity: Quantity) -> float:
    told = [(getattr(row.expected.predicted, quantity), getattr(row.measured, quantity)) for row in rows]
    return fmean(span.low <= came <= span.high for span, came in told if came is not None)


def test_what_was_measured_of_one_run_nears_what_is_told_of_the_next() -> None:
    rows = lived(read())

    later, alone = rows[1:], public(rows)[1:]

    assert median(errors(later, "peak_memory_gib")) < 0.5 * median(errors(alone, "peak_memory_gib"))
    assert median(errors(later, "examples_per_second")) <= median(errors(alone, "examples_per_second"))


@pytest.mark.parametrize("quantity", ["peak_memory_gib", "hours"])
def test_most_of_what_was_measured_lies_in_what_was_told(quantity: Quantity) -> None:
    rows = lived(read())

    assert inside(rows, quantity) >= 0.8
    assert inside(public(rows), quantity) >= 0.8


def test_every_row_says_where_and_when_it_was_measured() -> None:
    for row in read():
        assert row["date"] > "2026"
        assert row["device"]
        assert row["memory_is"] == "rss"
