from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from advisor.paths import Workspace
from advisor.store import answers, rebuild
from advisor.store.database import IndexLocked
from advisor.store.journal import Journal
from advisor.store.rebuild import reading, sync
from advisor.store.tail import JournalDamaged
from tests.store.samples import journal_records, make_workspace, train_run


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def rows(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with reading(workspace) as connection:
        return connection.execute(query).fetchall()


def test_syncing_twice_does_nothing_more(workspace: Workspace) -> None:
    first, second = sync(workspace), sync(workspace)

    assert first.added == (4, journal_records(workspace))
    assert first.rebuilt_because == "there was none"
    assert second == ((0, 0), None, None)
    assert rows(workspace, "select count(*) from records") == [(journal_records(workspace),)]


def test_new_records_are_added_to_what_is_there(workspace: Workspace) -> None:
    sync(workspace)
    journal = Journal(workspace)
    journal.append("decided", {})
    train_run(workspace, journal, "train-2")

    again = sync(workspace)

    assert again == ((2, 8), None, None)
    assert next(row.run_id for row in answers.runs(workspace)) == "train-2"


def all_answers(workspace: Workspace) -> dict[str, object]:
    return {
        "runs": answers.runs(workspace),
        "steps": answers.steps(workspace, "train-1"),
        "arms": answers.arm_scores(workspace, "evaluate-1"),
        "items": answers.items(workspace, "evaluate-1"),
        "of one arm": answers.items(workspace, "evaluate-1", arm="tuned"),
        "wrong": answers.items(workspace, "evaluate-1", arm="base", correct=False),
        "with a text": answers.items(workspace, "evaluate-1", contains="QUOTED"),
        "none": answers.items(workspace, "evaluate-1", contains="nothing like it"),
    }


def test_index_and_journals_give_the_same_answers(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from_index = all_answers(workspace)

    def locked(*_: object) -> None:
        raise IndexLocked(workspace.index, 1)

    monkeypatch.setattr(answers, "reading", locked)
    from_journals = all_answers(workspace)

    assert from_index == from_journals
    assert {name: len(found) for name, found in from_index.items() if isinstance(found, list)} == {
        "runs": 2, "steps": 3, "arms": 2, "items": 12, "of one arm": 6, "wrong": 3, "with a text": 2, "none": 0,
    }  # fmt: skip


def test_runs_carry_their_journey_and_their_last_word(workspace: Workspace) -> None:
    train = next(row for row in answers.runs(workspace) if row.run_id == "train-1")

    assert (train.kind, train.journey, train.sessions, train.records, train.last_kind) == (
        "train",
        "j1",
        1,
        5,
        "finished",
    )


def test_plan_components_are_rows_with_money_that_may_be_unknown(workspace: Workspace) -> None:
    query = "select component_id, unit_price_usd, usd_expected, as_of from plan_components order by position"

    assert rows(workspace, query) == [
        ("training.gpu", Decimal("1.49"), Decimal("2.98"), date(2026, 1, 31)),
        ("people", None, None, date(2026, 1, 31)),
    ]


def test_comparisons_journeys_and_steps_are_rows(workspace: Workspace) -> None:
    assert rows(workspace, "select journey, verdict, difference_low, n from comparisons") == [("j1", "SHIP", 0.1, 200)]
    assert rows(workspace, "select journey, inputs ->> 'steps' from journeys") == [("j1", "3")]
    assert rows(workspace, "select step, usd_so_far from steps order by step") == [
        (1, Decimal("0.001")), (2, Decimal("0.002")), (3, Decimal("0.003")),
    ]  # fmt: skip


def test_a_rebuilt_index_is_the_index(workspace: Workspace) -> None:
    everything = "select * from records order by journal, seq"
    before = rows(workspace, everything)

    done = rebuild.rebuild(workspace)

    assert done == ((4, len(before)), "asked for", None)
    assert rows(workspace, everything) == before


def test_an_exchanged_journal_is_indexed_anew(workspace: Workspace) -> None:
    sync(workspace)
    journal = workspace.run_dir("train-1") / "events.jsonl"
    journal.unlink()
    for path in workspace.run_dir("train-1").glob("adapter/*"):
        path.unlink()
    (workspace.run_dir("train-1") / "adapter").rmdir()
    train_run(workspace, Journal(workspace))  # same length, other times

    again = sync(workspace)

    assert (
        again.rebuilt_because
        == "not what the journals say: runs/train-1/events.jsonl is not the journal that was indexed"
    )
    assert rows(workspace, "select count(*) from records") == [(journal_records(workspace),)]


def test_a_removed_run_leaves_the_index(workspace: Workspace) -> None:
    sync(workspace)
    (workspace.run_dir("train-1") / "events.jsonl").unlink()

    assert sync(workspace).rebuilt_because == "not what the journals say: runs/train-1/events.jsonl is gone"
    assert [row.run_id for row in answers.runs(workspace)] == ["evaluate-1"]


def test_a_broken_journal_is_named_and_other_runs_still_answer(workspace: Workspace) -> None:
    path = workspace.run_dir("evaluate-1") / "items.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"output_tokens":2', b'"output_tokens":3', 1))

    with pytest.raises(JournalDamaged, match=r"items.jsonl, line 1"):
        sync(workspace)

    assert len(answers.steps(workspace, "train-1")) == 3
    with pytest.raises(JournalDamaged):
        answers.items(workspace, "evaluate-1")


def test_half_a_surrogate_pair_does_not_stop_the_index(workspace: Workspace) -> None:
    Journal(workspace).append("journey_started", {"journey": "half \ud83d", "inputs": {}})

    sync(workspace)

    assert rows(workspace, "select journey from journeys order by started_at") == [("j1",), ("half ?",)]


def test_an_empty_workspace_has_an_empty_index(tmp_path: Path) -> None:
    assert sync(Workspace(tmp_path / "new")).added == (0, 0)
    assert answers.runs(Workspace(tmp_path / "new")) == []


def test_nothing_heavy_is_imported_before_a_database_is_opened() -> None:
    script = (
        "import sys, advisor.runner, advisor.store.answers, advisor.store.verify, advisor.cli.store_commands;"
        "print(sorted({'duckdb', 'numpy', 'torch', 'transformers', 'textual', 'asyncio'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
