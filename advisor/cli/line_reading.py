"""The lines of a file or of standard input, one at a time, however long the whole is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from advisor.errors import BadInput


def read_lines(path: Path, *, wanted: str, longest: int) -> Iterator[bytes]:
    """Each line of a file, or with ``-`` of standard input; of one that is longer than so many bytes only its beginning.

    Raises BadInput that names the path, and ``wanted`` as what to give.
    """
    try:
        if str(path) == "-":
            yield from _lines(sys.stdin.buffer, longest)
            return
        with path.open("rb") as file:
            yield from _lines(file, longest)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}", f"give {wanted}, or - for standard input") from error


def _lines(file: BinaryIO, longest: int) -> Iterator[bytes]:
    while line := file.readline(longest + 1):
        yield line
        while len(line) > longest and not line.endswith(b"\n"):  # the rest of an endless line is not a line of its own
            line = file.readline(longest + 1)
