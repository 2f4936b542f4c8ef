"""Ten real steps of the embedded model on this machine, and the estimate that they replace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import chain
from tests.e2e.conftest import tunewise

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def test_ten_real_steps_replace_the_estimate_and_become_a_row(tmp_path: Path) -> None:
    outcome = tunewise("probe", "fit", "--model", "embedded", "--data", "embedded", "--json", cwd=tmp_path)

    assert outcome.returncode == 0, outcome.stderr
    found = json.loads(outcome.stdout)
    run_id, measured = found["row"]["run_id"], found["row"]["measured"]
    events = chain.read(tmp_path / ".tunewise" / "runs" / run_id / "events.jsonl")
    assert [record.kind for record in events].count("step") == 10
    assert "validation_loss" not in {record.kind for record in events}
    assert measured["memory_is"] == "rss"
    assert 0.5 < measured["peak_memory_gib"] < 16
    assert measured["tokens_per_second"] > measured["examples_per_second"] > 0
    before, after = (found[name]["predicted"]["peak_memory_gib"] for name in ("before", "after"))
    assert after["high"] / after["low"] < before["high"] / before["low"]
    assert abs(after["expected"] - measured["peak_memory_gib"]) < abs(before["expected"] - measured["peak_memory_gib"])

    listed = tunewise("ledger", "--json", cwd=tmp_path)
    assert [row["run_id"] for row in json.loads(listed.stdout)["rows"]] == [run_id]
