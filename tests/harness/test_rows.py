"""Reading a user's JSONL: what is accepted, and each fault named with its line."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputError
from harness.rows import MAX_LINE_BYTES, Pair, read_pairs


def write(folder: Path, *lines: bytes) -> Path:
    path = folder / "rows.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


GOOD = b'{"input": "a", "output": "b"}'


@pytest.mark.parametrize("given_name", ["input", "text", "prompt", "question"])
@pytest.mark.parametrize("wanted_name", ["output", "label", "completion", "answer", "target"])
def test_the_usual_names_are_recognised(tmp_path: Path, given_name: str, wanted_name: str) -> None:
    path = write(tmp_path, json.dumps({"id": 3, given_name: " a ", wanted_name: "b"}).encode())
    assert list(read_pairs(path)) == [Pair("a", "b")]


def test_a_conversation_gives_its_last_answer_and_the_questions_before(tmp_path: Path) -> None:
    turns = [("system", "be kind"), ("user", "one"), ("assistant", "x"), ("user", "two"), ("assistant", "y")]
    row = {"messages": [{"role": role, "content": content} for role, content in turns]}
    assert list(read_pairs(write(tmp_path, json.dumps(row).encode()))) == [Pair("one\n\ntwo", "y")]


def test_numbers_and_booleans_are_labels(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a", "label": 1}', b'{"text": "b", "label": true}')
    assert [pair.output for pair in read_pairs(path)] == ["1", "true"]


def test_a_byte_order_mark_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    assert list(read_pairs(write(tmp_path, b"\xef\xbb\xbf" + GOOD, b"", b"  ", GOOD))) == [Pair("a", "b")] * 2


@pytest.mark.parametrize(
    ("lines", "number", "says"),
    [
        ([GOOD, b"{'a': 1}"], 2, "not JSON (column 2"),
        ([GOOD, b'{"input": "a"'], 2, "not JSON"),
        ([GOOD, b"[1]"], 2, "is a JSON list, not an object"),
        ([GOOD, b'{"input": "a\xff", "output": "b"}'], 2, "not UTF-8 (byte 13"),
        ([GOOD, b'{"input": "a"}'], 2, "no field 'output'"),
        ([b'{"x": "a", "output": "b"}'], 1, "no field for the input"),
        ([b'{"input": "a"}'], 1, "no field for the output"),
        ([GOOD, b'{"input": " ", "output": "b"}'], 2, "'input' is empty"),
        ([GOOD, b'{"input": "a", "output": ""}'], 2, "'output' is empty"),
        ([GOOD, b'{"input": "a", "output": null}'], 2, "'output' is null, not text"),
        ([GOOD, b'{"input": ["a"], "output": "b"}'], 2, "'input' is a list, not text"),
        ([GOOD, b'{"input": "\\ud83d", "output": "b"}'], 2, "surrogate"),
        ([b'{"messages": "hi"}'], 1, "not a list"),
        ([b'{"messages": [{"role": "user", "content": "a"}]}'], 1, "no assistant turn"),
        ([b'{"messages": [{"role": "assistant", "content": "a"}]}'], 1, "no user turn"),
        ([GOOD, b"[" * 200_000], 2, "nested too deeply"),
        ([GOOD, b'{"input": "' + b"x" * MAX_LINE_BYTES + b'", "output": "b"}'], 2, "longer than"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, lines: list[bytes], number: int, says: str) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(InputError) as caught:
        list(read_pairs(path))
    assert caught.value.message.startswith(f"{path}:{number}: ")
    assert says in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is empty"):
        list(read_pairs(path))


def test_a_folder_a_pipe_and_a_missing_file_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, says in [("", "is a folder"), ("pipe", "is a pipe"), ("none", "cannot be read")]:
        with pytest.raises(InputError, match=says):
            list(read_pairs(tmp_path / name))


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_but_never_crash(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "rows.jsonl"
    path.write_bytes(GOOD + b"\n" + noise)
    rows = read_pairs(path)
    assert next(rows) == Pair("a", "b")
    with contextlib.suppress(InputError):
        assert all(pair.input and pair.output for pair in rows)
