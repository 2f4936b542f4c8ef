"""The three standard streams as commands need them: present, and able to write whatever a name holds."""

from __future__ import annotations

import io
import os
import sys


def ensure_streams() -> None:
    """Give a closed stream the null device, and have characters that an encoding lacks written as escapes."""
    _open_closed()
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for the whole process
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the same
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the same
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _open_closed() -> None:
    """Occupy descriptors 0 to 2, or the next file opened, a journal perhaps, would be taken for the output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
