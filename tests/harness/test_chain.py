"""The journal: what was acknowledged stays, what was changed is named, what was cut off is moved aside."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import chain

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
BODIES = st.dictionaries(
    TEXT, st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5), max_size=4
)


def clock() -> str:
    return "2026-01-01T00:00:00.000+00:00"


def journal(folder: Path, count: int = 4) -> Path:
    path = folder / "j.jsonl"
    for number in range(count):
        chain.append(path, "k", {"n": number, "text": "żółć\u2028"}, clock)
    return path


@settings(max_examples=40, deadline=None)
@given(bodies=st.lists(BODIES, max_size=5))
def test_what_is_appended_is_read_back_in_order(bodies: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "j.jsonl"
        written = [chain.append(path, "k", body, clock) for body in bodies]
        read = chain.read(path)
    assert [record.body for record in read] == [json.loads(json.dumps(body)) for body in bodies]
    assert read == written
    assert [record.seq for record in read] == list(range(len(bodies)))


def test_a_tail_torn_at_any_byte_is_moved_aside_and_the_journal_goes_on(tmp_path: Path) -> None:
    whole = journal(tmp_path).read_bytes()
    last_line = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last_line, len(whole)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        path = folder / "j.jsonl"
        path.write_bytes(whole[:cut])
        assert len(chain.read(path)) == 3
        assert chain.torn_bytes(path) == cut - last_line
        assert chain.append(path, "k", {"after": cut}, clock).seq == 3
        assert [record.body for record in chain.read(path)][-1] == {"after": cut}
        aside = [piece.read_bytes() for piece in folder.glob("*.torn-*")]
        assert aside == ([whole[last_line:cut]] if cut > last_line else [])


def test_a_journal_cut_off_in_its_first_line_starts_anew(tmp_path: Path) -> None:
    whole = journal(tmp_path, 1).read_bytes()
    path = tmp_path / "first.jsonl"
    path.write_bytes(whole[:20])
    assert chain.append(path, "k", {}, clock).prev == chain.GENESIS


def test_a_line_longer_than_the_tail_block_is_recovered_whole(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    for _ in range(2):
        chain.append(path, "k", {"text": "x" * (3 * chain.TAIL_BLOCK_BYTES)}, clock)
    assert chain.append(path, "k", {}, clock).seq == 2
    assert len(chain.read(path)) == 3


def test_every_changed_byte_is_noticed_and_its_line_named(tmp_path: Path) -> None:
    path = journal(tmp_path, 3)
    whole = path.read_bytes()
    starts = [0, *(at + 1 for at, byte in enumerate(whole) if byte == 10)]
    for at in range(len(whole)):
        if whole[at] == 10:
            continue
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        line = sum(1 for start in starts if start <= at)
        with pytest.raises(chain.ChainError) as caught:
            chain.read(path)
        assert caught.value.line == line, f"byte {at}"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2),
        (lambda lines: [*lines, lines[3]], 5),
        (lambda lines: [lines[0], b"\n", *lines[1:]], 2),
    ],
    ids=["first removed", "second removed", "two reordered", "last repeated", "empty line added"],
)
def test_removed_reordered_and_added_lines_are_named(tmp_path: Path, change: object, line: int) -> None:
    path = journal(tmp_path)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))  # type: ignore[operator]  # a table of functions
    with pytest.raises(chain.ChainError) as caught:
        chain.read(path)
    assert caught.value.line == line
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("last", [b"garbage\n", b"\n", b"[" * 100_000 + b"\n", b'{"seq": ' + b"9" * 5000 + b"}\n"])
def test_nothing_is_put_behind_a_last_line_that_is_no_record(tmp_path: Path, last: bytes) -> None:
    path = journal(tmp_path, 3)
    damaged = path.read_bytes() + last
    path.write_bytes(damaged)

    for attempt in (lambda: chain.append(path, "k", {}, clock), lambda: chain.read(path)):
        with pytest.raises(chain.ChainError) as caught:
            attempt()
        assert caught.value.line == 4

    assert path.read_bytes() == damaged


def test_a_record_that_no_one_could_read_is_refused_before_it_is_written(tmp_path: Path) -> None:
    path = journal(tmp_path, 1)
    with pytest.raises(ValueError, match="JSON compliant"):
        chain.append(path, "k", {"x": float("nan")}, clock)
    assert len(chain.read(path)) == 1


def write_some(path: Path, writer: int, count: int) -> None:
    for number in range(count):
        chain.append(path, "k", {"writer": writer, "n": number})


def test_two_writers_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    path, context = tmp_path / "j.jsonl", multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_some, args=(path, writer, 25)) for writer in range(2)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    bodies = [record.body for record in chain.read(path)]
    assert [process.exitcode for process in writers] == [0, 0]
    for writer in range(2):
        assert [body["n"] for body in bodies if body["writer"] == writer] == list(range(25))


def test_a_second_writer_that_does_not_want_to_wait_is_told(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    with chain.Writer(path), pytest.raises(BlockingIOError):
        chain.Writer(path, wait=False)
    chain.Writer(path, wait=False).close()


ACKNOWLEDGING = """
import sys
from pathlib import Path
from harness import chain
with chain.Writer(Path(sys.argv[1])) as writer:
    while True:
        record = writer.append("k", {"text": "x" * 300})
        print(record.seq, flush=True)
"""


def test_no_acknowledged_record_is_lost_by_kill_9(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "j.jsonl", -1
    pause = random.Random(3)
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", ACKNOWLEDGING, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(pause.uniform(0.0, 0.05))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        heard = [int(line) for line in child.stdout.read().splitlines() if line.strip()]
        child.stdout.close()
        acknowledged = max([acknowledged, *heard])
        records = chain.read(path)
        assert len(records) > acknowledged
    assert acknowledged > 0


def test_an_atomic_write_leaves_the_old_file_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    with chain.atomic(path) as temporary:
        temporary.write_text("old")

    def fail_half_way() -> None:
        with chain.atomic(path) as temporary:
            temporary.write_text("half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_half_way()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["f.json"]
