"""The end of a run's log, whatever a library wrote there."""

from __future__ import annotations

import os
import re
from pathlib import Path

from advisor.runner.process import LOG
from advisor.runner.words import plain

BLOCK_BYTES = 256 * 1024
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def log_tail(run_dir: Path, lines: int = 200) -> list[str]:
    """The last lines of ``log.txt``, from at most its last 256 KiB, cleaned of bytes that could steer a terminal.

    Of a line that was rewritten in place, as progress bars do, only the last state is shown.
    """
    path = run_dir / LOG
    if not path.exists():
        return []
    text = _last_bytes(path).decode("utf-8", errors="replace")
    return [_clean(line) for line in text.split("\n")[-lines - 1 :] if line.strip()][-lines:]


def last_line(run_dir: Path) -> str:
    """The last line of the log; empty when there is none."""
    return next(iter(log_tail(run_dir, lines=1)), "")


def _last_bytes(path: Path) -> bytes:
    """The end of a file, from the first whole line in it."""
    with path.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        start = max(0, size - BLOCK_BYTES)
        handle.seek(start)
        block = handle.read(BLOCK_BYTES)
    return block if start == 0 else block.partition(b"\n")[2] or block


def _clean(line: str) -> str:
    """The last state of one line as plain text."""
    return plain(_ESCAPE.sub("", line.rstrip("\r").rpartition("\r")[2]))
