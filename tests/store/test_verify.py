from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.paths import Workspace
from advisor.store.artifacts import changed
from advisor.store.verify import verify
from harness import chain
from harness.fingerprint import fingerprint
from harness.protocol import PrepareResult
from tests.store.samples import make_workspace
from tests.workflow import facts


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path)
    spec = workspace.run_dir("evaluate-1") / "spec.json"
    assert not spec.exists()
    return workspace


def test_a_whole_workspace_has_no_findings(workspace: Workspace) -> None:
    assert verify(workspace) == []


def rewrite(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def change_a_number(workspace: Workspace) -> None:
    path = workspace.run_dir("train-1") / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"loss":1.5', b'"loss":0.5'))


def cut_the_end(workspace: Workspace) -> None:
    rewrite(workspace.run_dir("train-1") / "events.jsonl", lambda lines: lines[:-1])


def remove_the_run(workspace: Workspace) -> None:
    shutil.rmtree(workspace.run_dir("train-1"))


def remove_the_run_journal(workspace: Workspace) -> None:
    (workspace.run_dir("train-1") / "events.jsonl").unlink()


def change_the_spec(workspace: Workspace) -> None:
    path = workspace.run_dir("train-1") / "spec.json"
    path.write_text(path.read_text().replace('"max_steps": 60', '"max_steps": 61'))


def change_the_adapter(workspace: Workspace) -> None:
    (workspace.run_dir("train-1") / "adapter/adapter_model.safetensors").write_bytes(b"other weights")


def remove_the_adapter(workspace: Workspace) -> None:
    shutil.rmtree(workspace.run_dir("train-1") / "adapter")


def remove_the_items(workspace: Workspace) -> None:
    (workspace.run_dir("evaluate-1") / "items.jsonl").unlink()


def cut_the_items(workspace: Workspace) -> None:
    rewrite(workspace.run_dir("evaluate-1") / "items.jsonl", lambda lines: lines[:1])


def remove_a_decision(workspace: Workspace) -> None:
    rewrite(workspace.journal, lambda lines: [lines[0], *lines[2:]])


@pytest.mark.parametrize(
    ("fault", "path", "line", "what"),
    [
        (change_a_number, "runs/train-1/events.jsonl", 3, "hash does not match"),
        (cut_the_end, "runs/train-1/events.jsonl", 5, "does not hold the ending"),
        (remove_the_run, "runs/train-1", None, "the run's folder is missing"),
        (remove_the_run_journal, "runs/train-1/events.jsonl", None, "the run's journal is missing"),
        (change_the_spec, "runs/train-1/spec.json", None, "is not the specification"),
        (change_the_adapter, "runs/train-1/adapter", None, "the adapter is not the one"),
        (remove_the_adapter, "runs/train-1/adapter", None, "the adapter is missing"),
        (remove_the_items, "runs/evaluate-1/items.jsonl", None, "the per-item journal is missing"),
        (cut_the_items, "runs/evaluate-1/items.jsonl", None, "the per-item journal is not the one"),
        (remove_a_decision, "journal.jsonl", 2, "does not follow the line before it"),
    ],
)
def test_each_change_behind_the_journals_back_is_found_where_it_is(
    workspace: Workspace, fault: Callable[[Workspace], None], path: str, line: int | None, what: str
) -> None:
    fault(workspace)

    finding = next(finding for finding in verify(workspace) if finding.broken)

    assert (finding.path, finding.line) == (path, line)
    assert what in finding.what


def test_the_command_ends_with_one_and_a_line_per_finding(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    change_a_number(workspace)

    code = run(["verify", "--workspace", str(workspace.root)])

    out = capsys.readouterr().out.splitlines()
    assert code == 1
    assert out[0].startswith("BROKEN  runs/train-1/events.jsonl, line 3: hash does not match")
    assert out[-1] == "4 journals checked: 1 broken"


def test_an_unfinished_line_is_a_note_and_no_failure(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with workspace.journal.open("ab") as handle:
        handle.write(b'{"seq":')

    code = run(["verify", "--json", "--workspace", str(workspace.root)])

    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (document["ok"], document["journals"]) == (True, 4)
    assert document["findings"][0]["what"] == "the last line is unfinished (7 bytes)"


def test_rebuild_says_what_is_in_the_index(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rebuild", "--workspace", str(workspace.root)]) == 0
    assert capsys.readouterr().out == f"17 records of 4 journals are in {workspace.index}\n"
    workspace.index.write_bytes(b"not a database" * 1000)
    assert run(["rebuild", "--json", "--workspace", str(workspace.root)]) == 0
    assert json.loads(capsys.readouterr().out)["kept"].startswith(f"{workspace.index}.damaged-")


def test_a_workspace_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--workspace", str(tmp_path / "none")]) == 2
    assert "no workspace in" in capsys.readouterr().err


def prepared(root: Path) -> tuple[Path, PrepareResult]:
    """A run folder in a workspace, and what it says that it prepared there, by absolute paths."""
    model, data, run_dir = root / "models" / "m", root / "data" / "d", root / "runs" / "prepare-1"
    for folder in (model, data, run_dir):
        folder.mkdir(parents=True)
    (model / "model.safetensors").write_bytes(b"weights")
    (data / "dataset.json").write_text("{}")
    recorded = facts.prepared()
    told = {
        "model_dir": str(model),
        "model_sha256": fingerprint(model),
        "data_dir": str(data),
        "data_sha256": chain.file_sha256(data / "dataset.json"),
        "dataset": recorded.dataset.model_copy(update={"sha256": {}}),
    }
    return run_dir, recorded.model_copy(update=told)


def test_what_runs_share_is_found_in_a_workspace_that_was_moved_and_still_has_to_match(tmp_path: Path) -> None:
    run_dir, result = prepared(tmp_path / "old")
    assert list(changed(run_dir, result)) == []

    moved = (tmp_path / "old").rename(tmp_path / "new")
    assert list(changed(moved / "runs" / "prepare-1", result)) == []

    (moved / "models" / "m" / "model.safetensors").write_bytes(b"others")
    told = dict(changed(moved / "runs" / "prepare-1", result))
    assert told == {moved / "models" / "m": "the model is not the one that the run recorded"}
