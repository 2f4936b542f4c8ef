"""Snapshots are put in force whole or not at all, are kept, and are compared with their hash whenever they are read."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.home import current, installed
from catalog.installed import BUNDLED, in_force, install, kept, roll_back, steps
from catalog.snapshot import Snapshot, digest
from tests.catalog import killed
from tests.catalog.small import offers, small, tree, write

AT = "2026-06-01T12:00:00+00:00"
OLD, NEW = small(), small({"offers": offers(("acme-may", "2026-05-01", "1.25"))})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalog"


def put(folder: Path, snapshot: Snapshot) -> str:
    return install(folder, snapshot, source="the desk", at=AT)


def cheapest(folder: Path) -> Decimal:
    return current(folder).offers_for("card")[0].usd_per_gpu_hour


def test_without_a_folder_the_bundled_facts_hold(folder: Path) -> None:
    assert in_force(folder) == BUNDLED
    assert current(folder).gpu("h100-sxm").origin == "bundled"
    assert not folder.exists()


def test_a_snapshot_in_force_is_what_is_read_and_is_marked(folder: Path) -> None:
    name = put(folder, OLD)

    assert (in_force(folder), kept(folder)) == (name, (name,))
    assert name == digest(OLD)
    assert cheapest(folder) == Decimal("1.50")
    assert current(folder).gpu("card").origin == "snapshot"


def test_the_next_one_is_read_at_once_and_the_one_before_is_kept(folder: Path) -> None:
    first = put(folder, OLD)
    assert cheapest(folder) == Decimal("1.50")
    second = put(folder, NEW)

    assert cheapest(folder) == Decimal("1.25")
    assert kept(folder) == tuple(sorted((first, second)))
    assert [(step.action, step.before, step.after, step.source) for step in steps(folder)] == [
        ("update", BUNDLED, first, "the desk"),
        ("update", first, second, "the desk"),
    ]


def test_returning_goes_back_update_by_update_and_forward_by_name(folder: Path) -> None:
    first, second = put(folder, OLD), put(folder, NEW)

    assert roll_back(folder, to=None, at=AT).after == first
    assert cheapest(folder) == Decimal("1.50")
    assert roll_back(folder, to=None, at=AT).after == BUNDLED
    with pytest.raises(CatalogError, match="nothing to return to"):
        roll_back(folder, to=None, at=AT)
    assert roll_back(folder, to=second[:10], at=AT).after == second
    assert [step.action for step in steps(folder)] == ["update", "update", "rollback", "rollback", "rollback"]


def test_an_unknown_hash_is_answered_with_the_known_ones(folder: Path) -> None:
    name = put(folder, OLD)

    with pytest.raises(CatalogError, match="no snapshot begins with 'ffff'") as caught:
        roll_back(folder, to="ffff", at=AT)

    assert caught.value.allowed == f"bundled, {name[:12]}"


def test_a_snapshot_that_was_changed_is_refused_and_nothing_is_lost(folder: Path) -> None:
    put(folder, OLD)
    path = folder / "snapshots" / put(folder, NEW) / "offers.csv"
    path.write_bytes(path.read_bytes().replace(b"1.25", b"0.25"))
    before = tree(folder)

    with pytest.raises(CatalogError, match="was changed: its hash is"):
        installed(folder)

    assert tree(folder) == before
    assert roll_back(folder, to=None, at=AT).after == digest(OLD)
    assert cheapest(folder) == Decimal("1.50")


def test_a_snapshot_of_another_version_is_refused_by_name_and_not_called_damaged(folder: Path) -> None:
    lacking = {name: table for name, table in OLD.items() if name != "scores.csv"}
    put(folder, lacking)

    with pytest.raises(CatalogError, match=r"scores\.csv is missing: it was made for another version"):
        installed(folder)

    assert roll_back(folder, to=None, at=AT).after == BUNDLED


def test_a_snapshot_that_is_gone_is_said_to_be(folder: Path) -> None:
    name = put(folder, OLD)
    (folder / "snapshots" / name).rename(folder / "elsewhere")

    with pytest.raises(CatalogError, match="is gone"):
        installed(folder)


def test_a_changed_snapshot_is_made_whole_by_the_same_update(folder: Path) -> None:
    path = folder / "snapshots" / put(folder, OLD) / "gpus.csv"
    path.unlink()

    put(folder, OLD)

    assert cheapest(folder) == Decimal("1.50")
    assert [one.name for one in path.parent.parent.iterdir()] == [digest(OLD)]


@pytest.mark.parametrize("marker", ["", "latest", "../../etc", "0" * 64, "\udcff"])
def test_a_marker_that_names_nothing_is_one_line_and_the_way_back(folder: Path, marker: str) -> None:
    put(folder, OLD)
    put(folder, NEW)
    (folder / "current").write_bytes(marker.encode("utf-8", "surrogateescape"))

    with pytest.raises(CatalogError) as caught:
        installed(folder)

    assert "\n" not in caught.value.message
    assert "rollback" in caught.value.allowed
    assert roll_back(folder, to=digest(OLD)[:8], at=AT).after == digest(OLD)
    assert cheapest(folder) == Decimal("1.50")


def test_two_processes_do_not_change_it_at_once(folder: Path) -> None:
    put(folder, OLD)
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(CatalogError, match="another process is changing it"):
            put(folder, NEW)
    finally:
        os.close(handle)
    assert in_force(folder) == digest(OLD)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog").write_text("a file")

    with pytest.raises(CatalogError, match="cannot be written"):
        put(tmp_path / "catalog", OLD)


def test_a_torn_line_of_the_history_is_cut_off(folder: Path) -> None:
    put(folder, OLD)
    with (folder / "log.jsonl").open("ab") as file:
        file.write(b'{"at": "2026')

    assert len(steps(folder)) == 1
    put(folder, NEW)
    assert [json.loads(line)["after"] for line in (folder / "log.jsonl").read_text().splitlines()] == [
        digest(OLD),
        digest(NEW),
    ]


def run_until(folder: Path, source: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", killed.__name__, str(folder), str(source), str(fatal)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_killed_at_any_point_the_old_one_or_the_new_one_is_in_force_and_the_next_update_is_clean(
    folder: Path, tmp_path: Path
) -> None:
    source = write(NEW, tmp_path / "new")
    put(folder, OLD)
    put(tmp_path / "trial", OLD)
    whole = run_until(tmp_path / "trial", source, 0)
    assert whole.returncode == 0, whole.stderr
    calls = int(whole.stdout)
    assert calls > 20
    outcomes = []
    for fatal in (*range(1, calls - 8, 5), *range(calls - 8, calls + 1)):
        done = run_until(folder, source, fatal)
        assert done.returncode == -signal.SIGKILL, done.stderr
        outcomes.append(in_force(folder))
        assert cheapest(folder) == (Decimal("1.50") if outcomes[-1] == digest(OLD) else Decimal("1.25"))

        assert put(folder, OLD) == digest(OLD)
        assert cheapest(folder) == Decimal("1.50")
        assert {one.name for one in folder.iterdir()} == {"current", "log.jsonl", "snapshots"}
        assert set(kept(folder)) <= {digest(OLD), digest(NEW)}
        assert not [one for one in (folder / "snapshots").iterdir() if one.name.startswith(".")]
        assert steps(folder)[-1].after == digest(OLD)
        if digest(NEW) in kept(folder):
            (folder / "snapshots" / digest(NEW)).rename(tmp_path / f"aside-{fatal}")
    assert (outcomes[0], outcomes[-1]) == (digest(OLD), digest(NEW))
