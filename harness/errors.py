"""What ends a run early, each with what to do about it and the exit code that says so."""

from __future__ import annotations


class HarnessError(Exception):
    """Something a person can act on: one line of what happened, one of how to go on."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class InputError(HarnessError):
    """The input is at fault: what, where, and what is allowed. Found before anything heavy is loaded."""

    exit_code = 2


class RunBusy(HarnessError):
    """Another process works on this run."""


class Interrupted(BaseException):
    """A signal asked the run to end, and it has saved what it had."""

    def __init__(self, signal: str, step: int | None = None) -> None:
        super().__init__(signal)
        self.signal, self.step = signal, step
