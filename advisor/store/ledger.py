"""The ledger: every finished run beside its estimate, out of the index or the journals alone. It is kept nowhere else.

What was foreseen stands in the workspace's journal, written before the run began; what came stands in the run's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from advisor.estimate.ledger import Expected, LedgerRow, Measured
from advisor.paths import Workspace
from advisor.store.database import IndexUnavailable, sql
from advisor.store.tail import JournalDamaged, read
from harness import chain
from harness.protocol import EvaluateResult, TrainResult

WARM_UP_STEPS = 2
"""The first steps of a process are slower: kernels are chosen, memory is taken. Their time is left out of the rate."""
FEW_RUNS = 200
"""Up to so many runs are read sooner from their journals than DuckDB is imported."""


class Ended(NamedTuple):
    """A finished run of which there was an estimate."""

    run_id: str
    finished_at: str
    sessions: int
    expected: Mapping[str, Any] | str
    result: Mapping[str, Any] | str
    warm_tokens: int | None
    """Tokens up to the last step of the warm-up."""
    warm_tokens_per_second: float | None


def ledger(workspace: Workspace) -> tuple[LedgerRow, ...]:
    """All rows, oldest first; from the index where there are many runs. A run whose journal is damaged has none."""
    if not workspace.journal.exists():
        return ()
    if sum(1 for _ in workspace.runs.glob("*/events.jsonl")) <= FEW_RUNS:
        return from_journals(workspace)
    try:
        return from_index(workspace)
    except (IndexUnavailable, JournalDamaged):
        return from_journals(workspace)


def from_index(workspace: Workspace) -> tuple[LedgerRow, ...]:
    """Out of DuckDB, brought up to date. Raises IndexUnavailable and JournalDamaged."""
    from advisor.store.rebuild import reading  # noqa: PLC0415 - DuckDB takes 0.17 s to import

    with reading(workspace) as connection:
        found = connection.execute(sql("answer_ledger")).fetchall()
    return _rows(Ended(*values) for values in found)


def from_journals(workspace: Workspace) -> tuple[LedgerRow, ...]:
    """Out of the journals alone; slower where there are many runs."""
    told: dict[str, Mapping[str, Any]] = {}
    for record in read(workspace.journal):
        if record.kind == "run_started" and record.body.get("expected") is not None:
            told.setdefault(record.body["run_id"], record.body["expected"])
    ended = (_ended(workspace, run_id, expected) for run_id, expected in told.items())
    return _rows(sorted((one for one in ended if one), key=lambda one: (one.finished_at, one.run_id)))


def _ended(workspace: Workspace, run_id: str, expected: Mapping[str, Any]) -> Ended | None:
    try:
        return _end(run_id, read(workspace.run_dir(run_id) / "events.jsonl"), expected)
    except JournalDamaged:
        return None


def measured_by(run_id: str, records: Sequence[chain.Record], expected: Expected) -> LedgerRow | None:
    """The row of a run from its journal's records and an estimate of it; None where it has not finished."""
    ended = _end(run_id, records, expected.model_dump(mode="json"))
    return None if ended is None else _row(ended)


def _end(run_id: str, records: Sequence[chain.Record], expected: Mapping[str, Any]) -> Ended | None:
    last = next((record for record in reversed(records) if record.kind == "finished"), None)
    if last is None:
        return None
    sessions = sum(record.kind == "run_started" for record in records)
    tokens, speed = _warm(records)
    return Ended(run_id, last.at, sessions, expected, last.body["result"], tokens, speed)


def _warm(records: Iterable[chain.Record]) -> tuple[int | None, float | None]:
    steps = (record.body for record in records if record.kind == "step" and record.body["step"] == WARM_UP_STEPS)
    found = next(steps, None)
    return (found["tokens"], found["tokens_per_second"]) if found else (None, None)


def _rows(ended: Iterable[Ended]) -> tuple[LedgerRow, ...]:
    return tuple(row for one in ended if (row := _row(one)) is not None)


def _row(ended: Ended) -> LedgerRow | None:
    """None for an estimate that another version wrote in a form unknown here."""
    try:
        expected = _read(Expected, ended.expected)
    except ValidationError:
        return None
    return LedgerRow.model_validate(
        {"run_id": ended.run_id, "at": ended.finished_at, "expected": expected, "measured": _measured(ended, expected)}
    )


def _measured(ended: Ended, expected: Expected) -> Measured:
    """Hours and rates only of a run of one session: one that went on did some of its work twice."""
    model = TrainResult if expected.kind == "training" else EvaluateResult
    result: TrainResult | EvaluateResult = _read(model, ended.result)
    memory_is = "allocated" if expected.device.is_gpu else "rss"
    whole = ended.sessions == 1
    tokens, examples = _rates(ended, result) if whole else (None, None)
    return Measured(
        peak_memory_gib=result.peak_memory_gib,
        memory_is=memory_is,
        tokens_per_second=tokens,
        examples_per_second=examples,
        hours=result.machine_hours if whole else None,
        usd=float(result.usd) if whole and result.usd is not None else None,
    )


def _rates(ended: Ended, result: TrainResult | EvaluateResult) -> tuple[float | None, float | None]:
    """Tokens and examples a second of the steps after the warm-up, or of generation alone."""
    if isinstance(result, EvaluateResult):
        seconds = sum(arm.seconds for arm in result.arms)
        return None, (sum(arm.items for arm in result.arms) / seconds if seconds > 0 else None)
    tokens = _warm_rate(ended, result)
    return tokens, tokens * result.examples / result.tokens


def _warm_rate(ended: Ended, result: TrainResult) -> float:
    """The steps' speed is told over all steps so far, so the time of the first few can be taken off."""
    if not ended.warm_tokens or not ended.warm_tokens_per_second or result.steps <= WARM_UP_STEPS:
        return result.tokens_per_second
    seconds = result.tokens / result.tokens_per_second - ended.warm_tokens / ended.warm_tokens_per_second
    return (result.tokens - ended.warm_tokens) / seconds if seconds > 0 else result.tokens_per_second


def _read(model: Any, body: Mapping[str, Any] | str) -> Any:
    return model.model_validate_json(body) if isinstance(body, str) else model.model_validate(body)
