"""Each fault is done for real: bytes flipped, processes killed, files held by others."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from advisor.paths import Workspace
from advisor.store import answers, rebuild
from advisor.store.database import IndexLocked, IndexNewer, IndexUnavailable
from advisor.store.journal import Journal
from advisor.store.rebuild import reading, sync
from harness import chain
from tests.store.samples import journal_records, make_workspace

HOLD = "import duckdb, sys, time; held = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
HOLD_AS_WE_DO = """
import sys, time
from pathlib import Path
from advisor.paths import Workspace
from advisor.store.rebuild import reading
with reading(Workspace(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""
APPEND_AND_SYNC = """
import sys
from pathlib import Path
from advisor.paths import Workspace
from advisor.store.journal import Journal
from advisor.store.rebuild import sync
workspace = Workspace(Path(sys.argv[1]))
while True:
    for _ in range(3):
        print(Journal(workspace).append("decided", {"text": "x" * 500}).seq, flush=True)
    sync(workspace)
    print("synced", flush=True)
"""
LEAVE_A_LOG = """
import os, signal, sys
from pathlib import Path
from advisor.paths import Workspace
from advisor.store import index
from advisor.store.tail import Tail
workspace = Workspace(Path(sys.argv[1]))
with index.opened(workspace.index) as connection:
    connection.execute("set wal_autocheckpoint = '1TB'")
    known = index._positions(connection)
    new = Tail(workspace.journal, known["journal.jsonl"]).advance()
    for start in range(0, len(new), 5):
        connection.execute(index.sql("index_append"), {"journal": "journal.jsonl", **index._columns(new[start:start + 5])})
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def indexed(workspace: Workspace) -> int:
    with reading(workspace) as connection:
        row = connection.execute("select count(*) from records").fetchone()
    assert row is not None
    return int(row[0])


def change(workspace: Workspace, statement: str) -> None:
    """Change the index behind the store's back."""
    connection = duckdb.connect(str(workspace.index))
    connection.execute(statement)
    connection.close()


@contextmanager
def held(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the index."""
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_an_index_held_by_another_program_names_it_and_the_journals_answer(workspace: Workspace) -> None:
    sync(workspace)
    with held(HOLD, workspace.index) as process:
        with pytest.raises(IndexLocked, match=f"held by process {process.pid}") as refusal:
            sync(workspace)
        with pytest.raises(IndexLocked):
            rebuild.rebuild(workspace)
        steps = answers.steps(workspace, "train-1")

    assert refusal.value.pid == process.pid
    assert len(steps) == 3
    assert sync(workspace).rebuilt_because is None


def test_an_index_held_by_another_tunewise_names_it_and_the_journals_answer(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "WAIT_S", 0.2)
    with held(HOLD_AS_WE_DO, workspace.root) as process:
        with pytest.raises(IndexLocked, match=f"held by process {process.pid}"):
            sync(workspace)
        assert len(answers.runs(workspace)) == 2

    assert sync(workspace).rebuilt_because is None


def test_what_was_acknowledged_survives_kills_at_any_moment(tmp_path: Path) -> None:
    workspace, acknowledged, dice = Workspace(tmp_path), 0, random.Random(17)
    for _ in range(8):
        command = [sys.executable, "-c", APPEND_AND_SYNC, str(workspace.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.uniform(0, 0.5))
            os.kill(process.pid, signal.SIGKILL)
            said = [int(line) for line in process.stdout.read().splitlines() if line.isdecimal()]
        acknowledged = max([acknowledged, *said])

        records = len(chain.read(workspace.journal))

        assert records > acknowledged
        assert indexed(workspace) == records


def with_a_log(workspace: Workspace) -> Path:
    """A copy of an index whose last sixty records are only in its write-ahead log."""
    sync(workspace)
    journal = Journal(workspace)
    for number in range(60):
        journal.append("decided", {"number": number})
    done = subprocess.run([sys.executable, "-c", LEAVE_A_LOG, str(workspace.root)], check=False)
    assert done.returncode == -signal.SIGKILL
    kept = workspace.root / "copy"
    kept.mkdir()
    for name in ("index.duckdb", "index.duckdb.wal"):
        shutil.copy(workspace.root / name, kept / name)
    return kept


@pytest.mark.parametrize(("name", "trials"), [("index.duckdb.wal", 24), ("index.duckdb", 12)])
def test_a_flipped_or_missing_byte_never_costs_a_record(workspace: Workspace, name: str, trials: int) -> None:
    kept, dice, outcomes = with_a_log(workspace), random.Random(41), Counter[str]()
    expected = journal_records(workspace)
    for trial in range(trials):
        for whole in kept.iterdir():
            shutil.copy(whole, workspace.root / whole.name)
        hurt(workspace.root / name, dice, truncate=trial % 4 == 3)

        synced = sync(workspace)

        outcomes[(synced.rebuilt_because or "read on").split(":")[0]] += 1
        assert indexed(workspace) == expected
        assert sync(workspace) == ((0, 0), None, None)
    assert outcomes["damaged"] >= trials // 2


def hurt(path: Path, dice: random.Random, *, truncate: bool) -> None:
    """Flip one bit of a file, or cut its end off."""
    text = bytearray(path.read_bytes())
    place = dice.randrange(len(text))
    if truncate:
        del text[place:]
    else:
        text[place] ^= 1 << dice.randrange(8)
    path.write_bytes(text)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from records where journal = 'runs/train-1/events.jsonl' and seq = 2",
        "insert into records select * from records where seq = 0",
        "update records set hash = 'other' where journal = 'journal.jsonl'",
    ],
)
def test_missing_doubled_and_changed_rows_are_found_and_made_good(workspace: Workspace, statement: str) -> None:
    sync(workspace)
    change(workspace, statement)

    synced = sync(workspace)

    assert (synced.rebuilt_because or "").startswith("not what the journals say")
    assert indexed(workspace) == journal_records(workspace)


def test_a_damaged_index_is_kept_aside(workspace: Workspace) -> None:
    sync(workspace)
    workspace.index.write_bytes(b"not a database" * 1000)

    synced = sync(workspace)

    assert synced.kept is not None
    assert synced.kept.read_bytes() == b"not a database" * 1000
    assert indexed(workspace) == journal_records(workspace)


@pytest.mark.parametrize("age", ["update schema_version set version = 0", "drop table schema_version"])
def test_an_index_of_an_older_version_is_made_anew_and_kept(workspace: Workspace, age: str) -> None:
    sync(workspace)
    change(workspace, age)

    synced = sync(workspace)

    assert synced.rebuilt_because == "made by an older tunewise (schema 0)"
    assert synced.kept is not None
    assert synced.kept.name.startswith("index.duckdb.schema-0-")
    assert indexed(workspace) == journal_records(workspace)


def test_an_index_of_a_newer_version_is_refused_untouched_and_the_journals_answer(workspace: Workspace) -> None:
    sync(workspace)
    change(workspace, "update schema_version set version = 99")
    before = workspace.index.read_bytes()

    for refused in (sync, rebuild.rebuild):
        with pytest.raises(IndexNewer, match=r"newer tunewise \(schema 99; this one knows 2\)") as refusal:
            refused(workspace)
        assert "upgrade tunewise" in refusal.value.hint

    assert workspace.index.read_bytes() == before
    assert len(answers.steps(workspace, "train-1")) == 3


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(workspace)
    before = sorted(path.name for path in workspace.root.iterdir()), workspace.index.read_bytes()

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuild, "catch_up", power_cut)
    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(workspace)

    assert (sorted(path.name for path in workspace.root.iterdir()), workspace.index.read_bytes()) == before


@pytest.mark.skipif(not Path("/proc/1").exists(), reason="root may write anywhere; the folder is made a file instead")
def test_a_place_that_cannot_be_written_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(IndexUnavailable, match="cannot be written"):
        sync(Workspace(tmp_path / "file" / "workspace"))
