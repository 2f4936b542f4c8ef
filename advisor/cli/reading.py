"""Text that a command is given, as a file or on standard input, of a size that a person could mean."""

from __future__ import annotations

import sys
from pathlib import Path

from advisor.errors import BadInput

LIMIT_BYTES = 256 * 2**20
"""A million workloads; more is a wrong file, or a device that never ends."""


def read_text(path: Path, *, wanted: str, limit: int = LIMIT_BYTES) -> str:
    """UTF-8 text, or with ``-`` standard input. Raises BadInput that names the path, and ``wanted`` as what to give."""
    try:
        raw = sys.stdin.buffer.read(limit + 1) if str(path) == "-" else _bytes(path, limit)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}", f"give {wanted}, or - for standard input") from error
    if len(raw) > limit:
        raise BadInput(f"{path}: more than {limit >> 20} MiB", f"give {wanted}, in parts if it is that long")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text at byte {error.start}", "save the file as UTF-8") from error


def _bytes(path: Path, limit: int) -> bytes:
    """The file up to one byte more than the limit; a pipe is read like a file."""
    with path.open("rb") as file:
        return file.read(limit + 1)
