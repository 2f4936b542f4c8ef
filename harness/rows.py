"""Rows of a user's JSONL file, read one line at a time; every fault is named with its line.

A row is ``{"input": ..., "output": ...}`` under one of the usual names, or ``{"messages": [...]}`` whose last
assistant turn is the output and whose user turns before it are the input.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import InputError

INPUT_NAMES = ("input", "text", "prompt", "question")
OUTPUT_NAMES = ("output", "label", "completion", "answer", "target")
MAX_LINE_BYTES = 10_000_000
MAX_FILE_BYTES = 2_000_000_000
"""Rows are kept in memory while they are split."""
SHAPES = f'{{"input": "...", "output": "..."}} or {{"messages": [...]}}; also {", ".join(INPUT_NAMES[1:])} and {", ".join(OUTPUT_NAMES[1:])}'


class Pair(NamedTuple):
    """What goes in and what should come out."""

    input: str
    output: str


class Line(NamedTuple):
    """One line of a file, with how a message names it."""

    path: Path
    number: int

    def wrong(self, what: str, allowed: str = f"allowed: {SHAPES}") -> InputError:
        """The error that names this line."""
        return InputError(f"{self.path}:{self.number}: {what}", allowed)


def read_pairs(path: Path) -> Iterator[Pair]:
    """All rows of a JSONL file, in order. Raises InputError naming the line."""
    check_file(path)
    shape: Shape | None = None
    for line, raw in numbered_lines(path):
        row = parse_row(line, raw)
        shape = shape or detect_shape(line, row)
        yield shape.read(line, row)
    if shape is None:
        raise InputError(f"{path}: is empty", f"give one row a line: {SHAPES}")


def check_file(path: Path) -> None:
    """Only a regular file of bounded size is opened: a pipe or a device would block."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "give a JSONL file") from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, device or socket"
        raise InputError(f"{path}: is {kind}, not a file", "give a JSONL file")
    if status.st_size > MAX_FILE_BYTES:
        raise InputError(f"{path}: has {status.st_size} bytes", f"at most {MAX_FILE_BYTES}; give a sample of it")


def numbered_lines(path: Path) -> Iterator[tuple[Line, bytes]]:
    """Lines that hold something, without a byte order mark, numbered from one."""
    try:
        handle = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "give a JSONL file") from error
    with handle:
        number = 0
        while raw := handle.readline(MAX_LINE_BYTES + 1):
            number += 1
            line = Line(path, number)
            if len(raw) > MAX_LINE_BYTES:
                raise line.wrong(f"is longer than {MAX_LINE_BYTES} bytes", "one row a line")
            raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            if raw.strip():
                yield line, raw


def parse_row(line: Line, raw: bytes) -> dict[str, Any]:
    """A line as a JSON object."""
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise line.wrong(f"not UTF-8 (byte {error.start + 1} of the line)", "save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise line.wrong(f"not JSON (column {error.colno}: {error.msg})", "one JSON object a line") from error
    except RecursionError as error:
        raise line.wrong("is nested too deeply") from error
    if not isinstance(row, dict):
        raise line.wrong(f"is a JSON {type(row).__name__}, not an object")
    return row


class Shape(NamedTuple):
    """How the rows of a file are read; found on its first line and the same for all."""

    read: Callable[[Line, dict[str, Any]], Pair]


def detect_shape(line: Line, row: dict[str, Any]) -> Shape:
    """The shape of a file by its first row."""
    if "messages" in row:
        return Shape(read_messages)
    given, wanted = first_of(INPUT_NAMES, row), first_of(OUTPUT_NAMES, row)
    if given is None or wanted is None:
        missing = "input" if given is None else "output"
        raise line.wrong(f"has no field for the {missing} (fields: {', '.join(sorted(row)[:8]) or 'none'})")
    return Shape(lambda at, other: Pair(text_field(at, other, given), text_field(at, other, wanted)))


def first_of(names: tuple[str, ...], row: dict[str, Any]) -> str | None:
    """The first of the names that a row has."""
    return next((name for name in names if name in row), None)


def text_field(line: Line, row: dict[str, Any], name: str) -> str:
    """A field's text without surrounding space; numbers and booleans are accepted as labels."""
    if name not in row:
        raise line.wrong(f"has no field {name!r}, which line 1 has", "the same fields in every row")
    value = row[name]
    if isinstance(value, bool | int):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise line.wrong(f"field {name!r} is {json_name(value)}, not text", "allowed: text")
    return whole_text(line, value, f"field {name!r}")


def whole_text(line: Line, value: str, what: str) -> str:
    """Text that is not empty and can be written as UTF-8."""
    text = value.strip()
    if not text:
        raise line.wrong(f"{what} is empty", "remove the row or fill it in")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise line.wrong(f"{what} holds half of a surrogate pair", "write the character whole")
    return text


def json_name(value: object) -> str:
    """What JSON calls a value."""
    return {list: "a list", dict: "an object", float: "a number with a fraction"}.get(type(value), "null")


def read_messages(line: Line, row: dict[str, Any]) -> Pair:
    """A conversation as a pair: the last assistant turn, and the user turns before it."""
    turns = row.get("messages")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise line.wrong("messages is not a list of objects" if "messages" in row else "has no field 'messages'")
    last = max((place for place, turn in enumerate(turns) if turn.get("role") == "assistant"), default=None)
    if last is None:
        raise line.wrong("messages has no assistant turn", 'allowed roles: "system", "user", "assistant"')
    asked = [message_text(line, turn) for turn in turns[:last] if turn.get("role") == "user"]
    if not asked:
        raise line.wrong("messages has no user turn before the last assistant turn")
    return Pair("\n\n".join(asked), message_text(line, turns[last]))


def message_text(line: Line, turn: dict[str, Any]) -> str:
    """The text of a turn."""
    content = turn.get("content")
    if not isinstance(content, str):
        raise line.wrong(
            f"the content of the {turn.get('role')} turn is {json_name(content)}, not text", "allowed: text"
        )
    return whole_text(line, content, f"the {turn.get('role')} turn")
