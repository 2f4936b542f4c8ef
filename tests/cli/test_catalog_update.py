"""``tunewise catalog update`` and its kin as a person runs them: shown before done, asked for, and undone."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.paths import Workspace
from advisor.profile import Profile
from advisor.store.journal import Journal
from advisor.workflow.profiles import write_draft
from advisor.workflow.records import Draft, JourneyInputs
from catalog.archive import pack
from catalog.snapshot import digest
from tests.catalog import killed
from tests.catalog.small import HIRE, ROWS, STAMP, offers, small, tree, write
from tests.catalog.test_fetch import HOSTILE
from tests.catalog.test_live import Item

Capture = pytest.CaptureFixture[str]
Tunewise = Callable[..., int]
OLD, NEW = small(), small({"offers": (*ROWS["offers"], *offers(("acme-june", "2026-06-01", "1.20")))})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


@pytest.fixture
def tunewise(workspace: Workspace) -> Tunewise:
    return lambda *arguments: run(["catalog", *map(str, arguments), "--workspace", str(workspace.root)])


@pytest.fixture
def started(tunewise: Tunewise, tmp_path: Path, capsys: Capture) -> Tunewise:
    """With the old snapshot in force."""
    assert tunewise("update", write(OLD, tmp_path / "old"), "--yes") == 0
    capsys.readouterr()
    return tunewise


def test_an_update_shows_what_it_changes_and_is_undone(started: Tunewise, tmp_path: Path, capsys: Capture) -> None:
    assert started("update", write(NEW, tmp_path / "new"), "--yes") == 0
    told = capsys.readouterr().out
    assert "offers: 0 added, 0 removed, 1 changed" in told
    assert "~ acme-june: usd_per_gpu_hour 1.5 -> 1.2 (-20.0 %)" in told
    assert f"in force: {digest(NEW)[:12]}; back to {digest(OLD)[:12]}" in told

    assert started("rollback") == 0
    assert started("history", "--json") == 0
    out = capsys.readouterr().out
    history = json.loads(out[out.index("{") :])
    assert history["in_force"] == digest(OLD)
    assert history["kept"] == sorted([digest(OLD), digest(NEW)])
    assert [step["action"] for step in history["steps"]] == ["update", "update", "rollback"]


def test_looking_only_changes_nothing(started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture) -> None:
    before = tree(workspace.catalog)

    assert started("update", write(NEW, tmp_path / "new"), "--dry-run", "--json") == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["applied"], shown["before"], shown["sha256"]) == (False, digest(OLD), digest(NEW))
    (offer,) = next(one["changed"] for one in shown["tables"] if one["table"] == "offers")
    price = next(field for field in offer["fields"] if field["field"] == "usd_per_gpu_hour")
    assert (price["before"], price["after"], round(price["percent"])) == ("1.5", "1.2", -20)
    assert tree(workspace.catalog) == before


def test_without_a_word_and_without_a_terminal_nothing_is_done(
    started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    before = tree(workspace.catalog)

    assert started("update", write(NEW, tmp_path / "new")) == 2

    assert "--yes" in capsys.readouterr().err
    assert tree(workspace.catalog) == before


@pytest.mark.parametrize(
    ("answer", "in_force"), [("y", digest(NEW)), ("n", digest(OLD)), ("", digest(OLD))], ids=["yes", "no", "nothing"]
)
def test_a_person_is_asked(started: Tunewise, workspace: Workspace, tmp_path: Path, answer: str, in_force: str) -> None:
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).with_name("tunewise")), "catalog", "update", str(write(NEW, tmp_path / "new"))]
    with subprocess.Popen(
        [*command, "--workspace", str(workspace.root)], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asked:
        os.write(ours, f"{answer}\n".encode())
        out, err = asked.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)

    assert asked.returncode == 0, err
    assert b"Put it in force? [y/N]" in err
    assert b"-20.0 %" in out
    assert (workspace.catalog / "current").read_text().strip() == in_force


def test_the_same_snapshot_again_is_no_change(started: Tunewise, tmp_path: Path, capsys: Capture) -> None:
    assert started("update", write(OLD, tmp_path / "again"), "--yes") == 0
    assert "nothing was changed" in capsys.readouterr().out


def test_what_is_exported_comes_back_under_the_same_hash(started: Tunewise, tmp_path: Path, capsys: Capture) -> None:
    assert started("export", tmp_path / "s.tar.gz") == 0
    assert capsys.readouterr().out.split()[0] == digest(OLD)
    assert started("export", tmp_path / "folder", "--json") == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == digest(OLD)
    assert (tmp_path / "s.tar.gz").read_bytes() == pack(OLD)
    assert started("update", tmp_path / "s.tar.gz", "--sha256", digest(OLD), "--yes") == 0
    assert started("export", tmp_path / "s.tar.gz") == 2
    assert "is there already" in capsys.readouterr().err


def test_two_sets_of_facts_are_compared(started: Tunewise, tmp_path: Path, capsys: Capture) -> None:
    new = write(NEW, tmp_path / "new")

    assert started("diff", "current", new) == 0
    assert "(-20.0 %)" in capsys.readouterr().out
    assert started("diff", digest(OLD)[:9], "current") == 0
    assert capsys.readouterr().out == "no difference\n"
    assert started("diff", "ffff") == 2
    assert "no snapshot begins with 'ffff'" in capsys.readouterr().err


def bad(**tables: tuple[dict[str, str], ...]) -> dict[str, bytes]:
    return dict(small(tables))


CARD, OFFER, API = ROWS["gpus"][0], ROWS["offers"][1], ROWS["finetune_prices"][0]
UNSOUND = [
    ({**OLD, "gpus.csv": b'id,name\n"torn\n'}, "gpus.csv line 2: not CSV"),
    ({**OLD, "gpus.csv": b"id,name\nx\n"}, "gpus.csv line 2: 1 cells"),
    ({**OLD, "gpus.csv": b"\xff\xfe"}, "gpus.csv: byte 0 is not UTF-8"),
    (bad(offers=({**OFFER, "usd_per_gpu_hour": "NaN"},)), "offers.csv line 2 column usd_per_gpu_hour: 'NaN'"),
    (bad(offers=({**OFFER, "usd_per_gpu_hour": "-1"},)), "offers.csv line 2 column usd_per_gpu_hour: '-1'"),
    (bad(offers=({**OFFER, "usd_per_gpu_hour": "150"},)), "acme-may: price 150 is outside"),
    (bad(finetune_prices=({**API, "train_usd_per_mtok": "0.0005"},)), "another unit?"),
    (bad(gpus=(CARD, CARD)), "card: "),
    (bad(offers=({**OFFER, "gpu_id": "other"},)), "'other'"),
    (bad(gpus=({**CARD, "as_of": "2999-01-01"},)), "in the future"),
    (bad(gpus=({**CARD, "source": ""},)), "gpus.csv line 2 column source: empty"),
]


@pytest.mark.parametrize(("snapshot", "told"), UNSOUND)
def test_an_unsound_snapshot_is_one_line_and_changes_nothing(
    started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture, snapshot: dict[str, bytes], told: str
) -> None:
    before = tree(workspace.catalog)

    assert started("update", write(snapshot, tmp_path / "bad"), "--yes") == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert len([line for line in err.splitlines() if line.startswith("tunewise: ")]) == 1
    assert "Traceback" not in err
    assert tree(workspace.catalog) == before


@pytest.mark.parametrize("packed", [packed for packed, _ in HOSTILE], ids=[told for _, told in HOSTILE])
def test_a_hostile_archive_is_one_line_and_changes_nothing(
    started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture, packed: bytes
) -> None:
    before = tree(workspace.catalog)
    (tmp_path / "s.tar.gz").write_bytes(packed)

    assert started("update", tmp_path / "s.tar.gz", "--yes") == 2

    assert capsys.readouterr().err.startswith("tunewise: ")
    assert tree(workspace.catalog) == before
    assert {path.name for path in tmp_path.iterdir()} == {"w", "old", "s.tar.gz"}


def test_a_wrong_hash_changes_nothing(started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture) -> None:
    before = tree(workspace.catalog)

    assert started("update", write(NEW, tmp_path / "new"), "--sha256", "0" * 64, "--yes") == 2

    assert f"its hash is {digest(NEW)}, not {'0' * 64}" in capsys.readouterr().err
    assert tree(workspace.catalog) == before


@pytest.mark.parametrize("arguments", [(), ("--live", "folder"), ("--live", "--sha256", "0" * 64)])
def test_an_update_is_from_one_source(tunewise: Tunewise, capsys: Capture, arguments: tuple[str, ...]) -> None:
    assert tunewise("update", *arguments) == 2
    assert "one source" in capsys.readouterr().err


def test_an_update_killed_half_way_leaves_commands_clean(
    started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture
) -> None:
    source = write(NEW, tmp_path / "new")
    command = [sys.executable, "-m", killed.__name__, str(workspace.catalog), str(source), "9"]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL

    assert started("export", tmp_path / "after") == 0
    assert capsys.readouterr().out.startswith(digest(OLD))
    assert started("update", source, "--yes") == 0
    assert not list((workspace.catalog / "snapshots").glob(".*"))


# ------------------------------------------------------------------------------------------------------ no_egress


def confined(workspace: Workspace, *, by: str) -> None:
    profile = Profile(privacy="no_egress")
    if by == "draft":
        workspace.root.mkdir(exist_ok=True)
        write_draft(workspace, Draft(profile=profile, question=None))
    else:
        inputs = JourneyInputs(profile=profile).model_dump(mode="json")
        Journal(workspace).append("journey_started", {"journey": "journey-1", "inputs": inputs})


@pytest.mark.parametrize("by", ["draft", "journey"])
@pytest.mark.parametrize("source", [("http://127.0.0.1:9/s.zip", "--sha256", "0" * 64), ("--live",)])
def test_a_workspace_that_lets_nothing_out_asks_no_server(
    started: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture, source: tuple[str, ...], by: str
) -> None:
    confined(workspace, by=by)
    before = tree(workspace.catalog)

    assert started("update", *source, "--yes") == 4

    assert "privacy: no_egress" in capsys.readouterr().err
    assert tree(workspace.catalog) == before
    assert started("update", write(NEW, tmp_path / "new"), "--yes") == 0


# ------------------------------------------------------------------------------------------------------------ live


def library(*items: Item) -> Any:
    """What is used of gpuhunt."""
    found: Any = ModuleType("gpuhunt")
    found.GPUHuntError = type("GPUHuntError", (Exception,), {})
    found.query = lambda **_: list(items)
    return found


def test_live_offers_go_through_the_same_diff(
    started: Tunewise, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    l4 = {**CARD, "id": "l4", "name": "L4", "memory_gb": "24"}
    with_l4 = small({"gpus": (CARD, l4), "offers": ({**HIRE, **STAMP, "id": "o", "usd_per_gpu_hour": "1"},)})
    assert started("update", write(with_l4, tmp_path / "l4"), "--yes") == 0
    capsys.readouterr()
    known = Item(gpu_name="L4", gpu_memory=24.0, instance_name="g6.xlarge", gpu_count=1, price=0.8048)
    monkeypatch.setitem(sys.modules, "gpuhunt", library(known, Item(provider="vastai", instance_name="77")))
    monkeypatch.setattr("catalog.live.metadata.version", lambda _: "0.1.34")

    assert started("update", "--live", "--yes", "--json") == 0

    shown = json.loads(capsys.readouterr().out)
    (table,) = shown["tables"]
    assert shown["source"] == "gpuhunt 0.1.34"
    assert (table["table"], len(table["added"]), table["removed"]) == ("offers", 1, [])
    assert shown["unknown_gpus"] == {"H100 80 GB": 1}
    assert started("rollback") == 0


def test_live_without_the_extra_is_one_line(
    started: Tunewise, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gpuhunt", None)

    assert started("update", "--live") == 2
    assert "pip install 'tunewise[live]'" in capsys.readouterr().err
