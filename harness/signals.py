"""Being asked to stop: once is a request to save and end, twice is an order."""

from __future__ import annotations

import os
import signal
from types import FrameType

from harness.errors import Interrupted

EXIT_CODES = {"SIGINT": 130, "SIGTERM": 143}


class StopRequest:
    """Remembers the first signal; work looks at it between steps and saves before it ends."""

    def __init__(self) -> None:
        self.signal: str | None = None

    def install(self, *, last_words: str = "") -> None:
        """Catch SIGINT and SIGTERM, ignore SIGHUP: a closed terminal does not end a run."""
        self._last_words = f"{last_words}\n".encode()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        """Leave at once on the second signal: raising here could cut a journal line in two."""
        del frame
        name = signal.Signals(number).name
        if self.signal is not None:
            os.write(2, self._last_words)
            os._exit(EXIT_CODES[name])
        self.signal = name

    def check(self, step: int | None = None) -> None:
        """Raise Interrupted if a stop was asked for."""
        if self.signal is not None:
            raise Interrupted(self.signal, step)
