"""What can go wrong for a person, with what to do about it and the exit code that says so."""

from __future__ import annotations


class TunewiseError(Exception):
    """Something a person can act on: one line of what happened, one of how to go on."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class BadInput(TunewiseError):
    """The input is at fault: what, where, and what is allowed. Nothing was changed."""

    exit_code = 2


class NotEnoughData(TunewiseError):
    """No verdict can be given yet; says how much is missing."""

    exit_code = 3


class OverLimit(TunewiseError):
    """A budget or a policy forbids it; says by how much."""

    exit_code = 4


class Interrupted(TunewiseError):
    """A signal ended the work; the hint is the command that resumes it."""

    exit_code = 130
