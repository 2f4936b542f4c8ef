from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.paths import Workspace
from advisor.store.journal import Journal
from advisor.store.tail import JournalDamaged, Position, Tail, ends_with
from harness import chain

APPEND = """
import sys
from pathlib import Path
from advisor.paths import Workspace
from advisor.store.journal import Journal
journal = Journal(Workspace(Path(sys.argv[1])))
for number in range(100):
    journal.append("decided", {"by": sys.argv[2], "number": number})
"""
APPEND_ONCE = """
import sys
from pathlib import Path
from advisor.paths import Workspace
from advisor.store.journal import Journal
journal = Journal(Workspace(Path(sys.argv[1])))
for number in range(20):
    journal.append_unless("run_ended", {"seq": number}, present=lambda record: record.body["seq"] == number)
"""


def together(script: str, workspace: Workspace, processes: int = 4) -> None:
    """Run a script in several processes at once."""
    command = [sys.executable, "-c", script, str(workspace.root)]
    running = [subprocess.Popen([*command, str(name)]) for name in range(processes)]
    assert [process.wait(60) for process in running] == [0] * processes


def test_four_processes_append_at_once_and_the_chain_is_whole(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    together(APPEND, workspace)

    records = Journal(workspace).records()
    assert len(records) == 400
    for name in "0123":
        assert [record.body["number"] for record in records if record.body["by"] == name] == list(range(100))


def test_four_processes_that_note_the_same_thing_note_it_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    together(APPEND_ONCE, workspace)

    assert [record.body["seq"] for record in Journal(workspace).records()] == list(range(20))


def test_reading_again_reads_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    journal = Journal(workspace)
    for number in range(3):
        journal.append("decided", {"number": number})
    assert len(journal.records()) == 3
    parsed: list[int] = []
    real = chain.parse

    def counted(path: Path, number: int, line: bytes) -> chain.Record:
        parsed.append(number)
        return real(path, number, line)

    Journal(workspace).append("planned", {})
    monkeypatch.setattr(chain, "parse", counted)

    assert [record.kind for record in journal.records()] == ["decided"] * 3 + ["planned"]
    assert parsed == [4]


def test_a_torn_line_is_not_read_and_the_next_writer_sets_it_aside(tmp_path: Path) -> None:
    journal = Journal(Workspace(tmp_path))
    journal.append("decided", {"number": 1})
    whole = journal.path.stat().st_size
    with journal.path.open("ab") as handle:
        handle.write(b'{"seq":1,"at":"2026')

    before = len(journal.records())
    journal.append("planned", {"number": 2})

    assert before == 1
    assert [record.kind for record in journal.records()] == ["decided", "planned"]
    assert (tmp_path / f"journal.jsonl.torn-{whole}").read_bytes() == b'{"seq":1,"at":"2026'


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda lines: [lines[0].replace(b'"number":0', b'"number":9'), *lines[1:]], "line 1: hash does not match"),
        (lambda lines: [lines[0], *lines[2:]], "line 2: does not follow"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1: does not follow"),
        (lambda lines: [lines[0], b"not a record\n", *lines[1:]], "line 2: not a journal record"),
    ],
)
def test_a_changed_journal_is_refused_with_its_line(tmp_path: Path, damage: object, reason: str) -> None:
    assert callable(damage)
    journal = Journal(Workspace(tmp_path))
    for number in range(4):
        journal.append("decided", {"number": number})
    journal.path.write_bytes(b"".join(damage(journal.path.read_bytes().splitlines(keepends=True))))

    with pytest.raises(JournalDamaged, match=reason):
        journal.records()


def test_nothing_is_noted_behind_a_damaged_last_line(tmp_path: Path) -> None:
    journal = Journal(Workspace(tmp_path))
    journal.append("decided", {"number": 0})
    journal.path.write_bytes(journal.path.read_bytes().replace(b'"number":0', b'"number":9'))

    with pytest.raises(JournalDamaged, match="line 1: hash does not match"):
        journal.append("decided", {"number": 1})
    with pytest.raises(JournalDamaged, match="line 1: hash does not match"):
        journal.append_unless("decided", {"number": 1}, present=lambda _: False)


def test_a_journal_that_became_shorter_is_refused(tmp_path: Path) -> None:
    journal = Journal(Workspace(tmp_path))
    for number in range(3):
        journal.append("decided", {"number": number})
    journal.records()
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[:2]))

    with pytest.raises(JournalDamaged, match="became shorter"):
        journal.records()


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_reading_in_pieces_gives_what_reading_at_once_gives(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("tail") / "journal.jsonl"
    with chain.Writer(path) as writer:
        for number in range(6):
            writer.append("decided", {"number": number, "text": "é" * number})
    text, found = path.read_bytes(), list[chain.Record]()
    tail = Tail(path)

    for cut in [*sorted(cuts), len(text)]:
        path.write_bytes(text[:cut])
        found += tail.new()

    assert found == chain.read(path)
    assert tail.position == Position(6, found[-1].hash, len(text))
    assert ends_with(path, tail.position)
