"""``tunewise ledger`` and ``tunewise probe fit`` as a person runs them; the runs are recordings that are played."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.paths import Workspace
from advisor.runner import process
from advisor.store import ledger as store
from advisor.store.journal import Journal
from tests.cli.replayed import RECORDINGS

Capture = pytest.CaptureFixture[str]
SPEC = RECORDINGS / "train" / "spec.json"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Model and data are prepared; whatever is started is played from its recording."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process, "HARNESS", (sys.executable, "-P", str(Path(__file__).with_name("replayed.py"))))
    workspace = Workspace(tmp_path / ".tunewise")
    folder = workspace.run_dir("prepare-1")
    folder.mkdir(parents=True)
    for name in ("spec.json", "events.jsonl"):
        shutil.copy(RECORDINGS / "prepare" / name, folder / name)
    Journal(workspace).append("run_started", {"run_id": "prepare-1", "kind": "prepare", "journey": None})
    return workspace


def answer(capsys: Capture, *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def width(span: dict[str, float]) -> float:
    return span["high"] / span["low"]


@pytest.mark.usefixtures("workspace")
def test_a_probe_replaces_the_estimate_of_the_whole_run(capsys: Capture) -> None:
    found = answer(capsys, "probe", "fit", str(SPEC), "--whole-steps", "500")

    before, after, measured = found["before"]["predicted"], found["after"]["predicted"], found["row"]["measured"]
    assert (found["steps"], found["whole_steps"]) == (10, 500)
    for quantity in ("peak_memory_gib", "tokens_per_second", "examples_per_second"):
        told, now, came = before[quantity]["expected"], after[quantity]["expected"], measured[quantity]
        assert min(told, came) < now < max(told, came)
        assert abs(now - came) < abs(told - came)
        assert width(after[quantity]) < width(before[quantity])
    assert width(after["hours"]) < width(before["hours"])
    assert after["usd"] != before["usd"]
    assert found["after"]["past_error"].startswith("on 1 similar run here")
    assert found["before"]["past_error"] == ""


@pytest.mark.usefixtures("workspace")
def test_the_rate_leaves_out_the_first_two_steps(capsys: Capture) -> None:
    found = answer(capsys, "probe", "fit", str(SPEC))

    steps = [json.loads(line)["body"] for line in (RECORDINGS / "train" / "events.jsonl").read_text().splitlines()
             if '"kind":"step"' in line]  # fmt: skip
    seconds = [step["tokens"] / step["tokens_per_second"] for step in steps]
    by_hand = (steps[-1]["tokens"] - steps[1]["tokens"]) / (seconds[-1] - seconds[1])
    assert found["row"]["measured"]["tokens_per_second"] == pytest.approx(by_hand, rel=1e-3)
    assert found["row"]["measured"]["memory_is"] == "rss"


@pytest.mark.usefixtures("workspace")
def test_a_probe_in_words_is_of_80_columns_and_says_what_came(capsys: Capture) -> None:
    assert run(["probe", "fit", str(SPEC)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  memory, GiB resident") and "1.85" in line for line in lines)
    assert "The whole run of 10 steps" in lines


def test_the_ledger_lists_the_probe_and_is_made_anew_by_a_rebuild(workspace: Workspace, capsys: Capture) -> None:
    probed = answer(capsys, "probe", "fit", str(SPEC))["row"]

    assert [row["run_id"] for row in answer(capsys, "ledger")["rows"]] == [probed["run_id"]]
    before = store.from_index(workspace)
    workspace.index.unlink()
    assert run(["rebuild"]) == 0
    assert store.from_index(workspace) == before == store.from_journals(workspace)
    assert answer(capsys, "ledger")["rows"][0]["measured"] == probed["measured"]


@pytest.mark.usefixtures("workspace")
def test_the_second_of_two_equal_runs_is_foreseen_nearer(capsys: Capture) -> None:
    answer(capsys, "probe", "fit", str(SPEC))
    answer(capsys, "probe", "fit", str(SPEC))

    first, second = answer(capsys, "ledger")["rows"]
    errors = [abs(row["error"]["peak_memory_gib"]) for row in (first, second)]
    assert errors[1] < errors[0]
    assert second["expected"]["public"] == first["expected"]["public"]
    assert second["expected"]["past_error"].startswith("on 1 similar run here")


@pytest.mark.usefixtures("workspace")
def test_the_ledger_in_words_is_of_80_columns_and_tells_the_errors(capsys: Capture) -> None:
    answer(capsys, "probe", "fit", str(SPEC))
    assert run(["ledger"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("tokens/s: off by ") for line in lines)


def test_an_empty_workspace_has_an_empty_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)

    assert answer(capsys, "ledger") == {"rows": [], "median_error": {}}
    assert run(["ledger"]) == 0
    assert "tunewise probe fit" in capsys.readouterr().err


def test_a_resumed_run_gives_its_memory_and_no_rate(workspace: Workspace, capsys: Capture) -> None:
    run_id = answer(capsys, "probe", "fit", str(SPEC))["row"]["run_id"]
    events = workspace.run_dir(run_id) / "events.jsonl"
    bodies = [json.loads(line) for line in events.read_text().splitlines()]
    again = store.Ended(run_id, bodies[-1]["at"], 2, _expected(workspace), bodies[-1]["body"]["result"], None, None)

    measured = store._row(again)
    assert measured is not None
    assert measured.measured.peak_memory_gib == 1.85
    assert (measured.measured.tokens_per_second, measured.measured.hours) == (None, None)


def _expected(workspace: Workspace) -> Any:
    return Journal(workspace).of_kind("run_started")[-1].body["expected"]


def test_a_damaged_run_costs_its_own_row_alone(workspace: Workspace, capsys: Capture) -> None:
    first = answer(capsys, "probe", "fit", str(SPEC))["row"]["run_id"]
    second = answer(capsys, "probe", "fit", str(SPEC))["row"]["run_id"]
    path = workspace.run_dir(first) / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"peak_memory_gib":1.85', b'"peak_memory_gib":9.85'))

    assert [row["run_id"] for row in answer(capsys, "ledger")["rows"]] == [second]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a probe needs one run to begin"),
        (["nowhere.json"], "cannot be read"),
        ([str(SPEC), "--model", "embedded"], "a probe needs one run to begin"),
        (["--model", "embedded"], "--model and --data go together"),
        ([str(RECORDINGS / "prepare" / "spec.json")], "is a prepare run"),
        ([str(SPEC), "--usd-per-hour", "nan"], "is no price"),
        ([str(SPEC), "--steps", "3"], "'--steps'"),
        ([str(SPEC), "--workspace", "elsewhere"], "were not prepared in"),
    ],
)
@pytest.mark.usefixtures("workspace")
def test_what_cannot_be_probed_is_said_in_one_line(arguments: list[str], said: str, capsys: Capture) -> None:
    assert run(["probe", "fit", *arguments]) == 2

    first, *_ = capsys.readouterr().err.splitlines()
    assert said in first
