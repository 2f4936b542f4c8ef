"""A person without a GPU types one command and reads a report; nothing on the way is a mock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import chain
from tests.e2e.conftest import Walked, tunewise

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


def stage(walked: Walked, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in walked.journey["stages"] if part["id"] == name)
    return found


def test_every_stage_is_done(walked: Walked) -> None:
    assert [part["status"] for part in walked.journey["stages"]] == ["done"] * 7


def test_training_changed_the_loss_and_left_an_adapter(walked: Walked) -> None:
    trained = walked.journey["trained"]

    assert trained["steps"] == 6
    assert trained["final_loss"] < trained["first_loss"]
    assert (
        walked.workspace / "runs" / stage(walked, "train")["run_id"] / "adapter" / "adapter_model.safetensors"
    ).exists()


def test_three_arms_answered_the_same_items_on_vllm(walked: Walked) -> None:
    run = walked.workspace / "runs" / stage(walked, "compare")["run_id"]
    items = [item for record in chain.read(run / "items.jsonl") for item in record.body["items"]]
    by_arm: dict[str, list[str]] = {}
    for item in items:
        by_arm.setdefault(item["arm"], []).append(item["item"])
    finished = chain.read(run / "events.jsonl")[-1].body["result"]

    assert set(by_arm) == {"best_prompt", "zero_shot", "tuned"}
    assert by_arm["best_prompt"] == by_arm["zero_shot"] == by_arm["tuned"]
    assert len(by_arm["tuned"]) == 24
    assert "vllm" in finished["engine"].lower()


def test_the_baseline_is_the_best_prompt_and_was_registered_before_the_first_output(walked: Walked) -> None:
    run = walked.workspace / "runs" / stage(walked, "compare")["run_id"]
    spec = json.loads((run / "spec.json").read_text())
    best = max(walked.journey["probed"]["arms"], key=lambda arm: (arm["correct"], -arm["prompt_tokens"]))
    baseline = next(arm for arm in spec["arms"] if arm["id"] == spec["plan"]["baseline"])
    registered = chain.read(run / "events.jsonl")[0].body["plan_sha256"]

    assert baseline["prompt"]["id"] == best["arm"]
    assert registered == walked.journey["comparison"]["plan"]["sha256"]


def test_the_report_stands_on_its_own(walked: Walked) -> None:
    html = Path(walked.journey["report_html"]).read_text("utf-8")
    markdown = Path(walked.journey["report_markdown"]).read_text("utf-8")

    assert "default-src 'none'" in html
    assert "<script" not in html
    for text in (html, markdown):
        assert "SmolLM2-135M-Instruct" in text
        assert "CC-BY-4.0" in text


def test_the_journals_hold(walked: Walked) -> None:
    outcome = tunewise("verify", "--workspace", str(walked.workspace), cwd=walked.workspace.parent)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_same_command_again_starts_a_new_journey_and_keeps_the_old_report(walked: Walked) -> None:
    assert Path(walked.journey["report_html"]).exists()
    listed = tunewise("runs", "--json", "--workspace", str(walked.workspace), cwd=walked.workspace.parent)

    assert [run["status"] for run in json.loads(listed.stdout)["runs"]] == ["finished"] * 4


def test_what_is_told_on_the_way_has_no_control_characters_without_a_terminal(walked: Walked) -> None:
    assert walked.told.replace("\n", "").isprintable()
    assert "[5/7] LoRA run" in walked.told


# -- a report is made from journals that hold together, or not at all -----------------------------------------------


def reported(workspace: Path) -> tuple[int, str]:
    outcome = tunewise("report", "--workspace", str(workspace), cwd=workspace.parent)
    return outcome.returncode, outcome.stderr


def run_dir(workspace: Path, walked: Walked, name: str) -> Path:
    folder: Path = workspace / "runs" / stage(walked, name)["run_id"]
    return folder


def test_the_report_can_be_made_again_from_a_copy_of_the_journals(walked: Walked, copied: Path) -> None:
    for old in (copied / "reports").iterdir():
        old.unlink()

    code, told = reported(copied)

    assert code == 0, told
    assert len(list((copied / "reports").iterdir())) == 2


def test_without_the_adapter_there_is_no_report(walked: Walked, copied: Path) -> None:
    (run_dir(copied, walked, "train") / "adapter" / "adapter_model.safetensors").unlink()

    code, told = reported(copied)

    assert code == 1
    assert "adapter" in told


def test_without_the_outputs_there_is_no_report(walked: Walked, copied: Path) -> None:
    (run_dir(copied, walked, "compare") / "items.jsonl").unlink()

    code, told = reported(copied)

    assert code == 1
    assert "items.jsonl" in told


@pytest.mark.parametrize("left", ["none", "empty", "torn", "of another run"])
def test_without_the_journal_of_a_finished_run_there_is_no_report(walked: Walked, copied: Path, left: str) -> None:
    journal = run_dir(copied, walked, "train") / "events.jsonl"
    other = run_dir(copied, walked, "probe") / "events.jsonl"
    whole = journal.read_bytes()
    journal.unlink()
    if left != "none":
        journal.write_bytes({"empty": b"", "torn": whole[:-30], "of another run": other.read_bytes()}[left])

    code, told = reported(copied)

    assert code == 1
    assert str(journal) in told
    assert "Traceback" not in told


def test_a_number_changed_by_hand_is_found_with_its_line(walked: Walked, copied: Path) -> None:
    journal = run_dir(copied, walked, "train") / "events.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if '"kind":"step"' in line)
    lines[number] = lines[number].replace('"loss":', '"loss":0', 1)
    journal.write_text("".join(lines))

    code, told = reported(copied)

    assert code == 1
    assert f"events.jsonl, line {number + 1}" in told or f"events.jsonl:{number + 1}" in told


def test_a_chain_forged_to_its_end_is_found_through_the_workspace_journal(walked: Walked, copied: Path) -> None:
    journal = run_dir(copied, walked, "compare") / "events.jsonl"
    records = chain.read(journal)
    journal.unlink()
    with chain.Writer(journal) as writer:
        for record in records:
            body = json.loads(json.dumps(record.body).replace('"correct": ', '"correct": 1'))
            writer.append(record.kind, body)

    code, told = reported(copied)

    assert code == 1
    assert run_dir(copied, walked, "compare").name in told


def test_the_index_answers_what_the_journals_say(walked: Walked) -> None:
    with duckdb.connect(str(walked.workspace / "index.duckdb"), read_only=True) as connection:
        found = connection.execute("select arm, correct from arms order by run_id, arm").fetchall()

    told = [(score["arm"], score["correct"]) for score in walked.journey["probed"]["arms"]]
    assert set(told) <= set(found)
