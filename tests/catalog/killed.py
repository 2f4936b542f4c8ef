"""Installs a snapshot and ends itself with SIGKILL at the n-th time that it asks the system to change something."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog.installed import install
from catalog.snapshot import read_folder

CALLS = ("mkdir", "open", "rename", "replace", "fsync", "unlink")


def main(folder: Path, source: Path, fatal: int) -> None:
    """Count the calls, and let the fatal one be the last thing that never happens."""
    snapshot = read_folder(source)
    done = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            nonlocal done
            done += 1
            if done == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)

        return wrapped

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    install(folder, snapshot, source=str(source), at="2026-06-02T12:00:00+00:00")
    print(done)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
