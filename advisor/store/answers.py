"""Questions about runs, answered from the index, or from the journals alone when the index cannot be had.

Both ways give the same answer; the journals are only slower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from advisor.paths import Workspace
from advisor.store.database import IndexUnavailable, sql
from advisor.store.rebuild import reading
from advisor.store.tail import JournalDamaged, read
from harness import chain
from harness.protocol import ArmScore, ItemResult, StepDone

Answer = TypeVar("Answer")


class RunRow(BaseModel):
    """A run as its journal tells it; whether its process lives is the runner's to say."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    kind: str | None
    journey: str | None
    started_at: str
    sessions: int
    records: int
    last_kind: str
    last_at: str
    elapsed_s: float | None


def runs(workspace: Workspace) -> list[RunRow]:
    """All runs that said a word, newest first."""

    def row(values: tuple[Any, ...]) -> RunRow:
        return RunRow.model_validate(dict(zip(RunRow.model_fields, values, strict=True)))

    return _either(
        lambda: [row(values) for values in _ask(workspace, "answer_runs", {})],
        lambda: _runs_from_journals(workspace),
    )


def steps(workspace: Workspace, run_id: str) -> list[StepDone]:
    """Every step of a run in the order it was taken; steps redone after a kill stand twice."""
    return _either(
        lambda: [StepDone.model_validate_json(body) for (body,) in _ask(workspace, "answer_steps", {"run_id": run_id})],
        lambda: [StepDone.model_validate(record.body) for record in _events(workspace, run_id, "step")],
    )


def arm_scores(workspace: Workspace, run_id: str) -> list[ArmScore]:
    """The score of each arm that an evaluation has finished."""
    return _either(
        lambda: [
            ArmScore.model_validate_json(score) for (score,) in _ask(workspace, "answer_arms", {"run_id": run_id})
        ],
        lambda: [
            ArmScore.model_validate(record.body["score"]) for record in _events(workspace, run_id, "arm_finished")
        ],
    )


def items(
    workspace: Workspace,
    run_id: str,
    *,
    arm: str | None = None,
    correct: bool | None = None,
    contains: str | None = None,
) -> list[ItemResult]:
    """An evaluation's items; of one arm, right or wrong ones, those whose input holds a text, where asked for."""
    asked: dict[str, object] = {"run_id": run_id, "arm": arm, "correct": correct, "contains": contains}

    def wanted(item: ItemResult) -> bool:
        return (
            (arm is None or item.arm == arm)
            and (correct is None or item.correct == correct)
            and (contains is None or contains.lower() in item.input.lower())
        )

    return _either(
        lambda: [ItemResult.model_validate_json(item) for (item,) in _ask(workspace, "answer_items", asked)],
        lambda: [item for item in _items_from_journal(workspace, run_id) if wanted(item)],
    )


def _either(index: Callable[[], list[Answer]], journals: Callable[[], list[Answer]]) -> list[Answer]:
    """The index's answer, or the journals' when it is locked, newer than us, or stopped by another run's damage."""
    try:
        return index()
    except (IndexUnavailable, JournalDamaged):
        return journals()


def _ask(workspace: Workspace, name: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    """The rows of one stored query."""
    with reading(workspace) as connection:
        return connection.execute(sql(name), parameters).fetchall()


def _events(workspace: Workspace, run_id: str, kind: str) -> list[chain.Record]:
    """A run's records of one kind."""
    return [record for record in read(workspace.run_dir(run_id) / "events.jsonl") if record.kind == kind]


def _items_from_journal(workspace: Workspace, run_id: str) -> list[ItemResult]:
    """Every item of an evaluation."""
    records = [record for record in read(workspace.run_dir(run_id) / "items.jsonl") if record.kind == "items"]
    return [ItemResult.model_validate(item) for record in records for item in record.body["items"]]


def _runs_from_journals(workspace: Workspace) -> list[RunRow]:
    """All runs from their own journals, journeys from the workspace's."""
    started = [record.body for record in read(workspace.journal) if record.kind == "run_started"]
    journeys = {body["run_id"]: body.get("journey") for body in started}
    found = []
    for path in workspace.runs.glob("*/events.jsonl"):
        records = read(path)
        if records:
            found.append(_run_row(path.parent.name, journeys.get(path.parent.name), records))
    return sorted(found, key=lambda row: (row.started_at, row.run_id), reverse=True)


def _run_row(run_id: str, journey: str | None, records: list[chain.Record]) -> RunRow:
    """One run from its records."""
    sessions = [record for record in records if record.kind == "run_started"]
    return RunRow(
        run_id=run_id,
        kind=sessions[0].body["run_kind"] if sessions else None,
        journey=journey,
        started_at=min(record.at for record in records),
        sessions=len(sessions),
        records=len(records),
        last_kind=records[-1].kind,
        last_at=max(record.at for record in records),
        elapsed_s=records[-1].body.get("elapsed_s"),
    )
