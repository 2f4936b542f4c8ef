"""Events as lines for people: a moving line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import time

import click

from advisor.wording import printable
from harness.protocol import (
    ArmFinished,
    ArmProgress,
    CheckpointSaved,
    Event,
    RunFailed,
    RunInterrupted,
    RunStarted,
    StageFinished,
    StepDone,
    ValidationLoss,
    Warned,
)

QUIET_LINE_EVERY_S = 10.0
"""Without a terminal a progress line appears at most this often."""


class Narrator:
    """Writes to stderr; results are someone else's."""

    def __init__(self) -> None:
        self._moving = sys.stderr.isatty() and os.environ.get("TERM") not in {None, "", "dumb"}
        self._last_line_at = 0.0
        self._drawn = 0

    def tell(self, _run_id: str, event: Event) -> None:
        """One event in words, if it is worth a line."""
        passing = _passing(event)
        if passing is not None:
            self._show_passing(passing, last=_is_last(event))
            return
        lasting = _lasting(event)
        if lasting is not None:
            self.line(lasting)

    def line(self, text: str) -> None:
        """A line that stays."""
        self._erase()
        click.echo(printable(text), err=True)

    def close(self) -> None:
        """Leave the cursor on a fresh line."""
        self._erase()

    def _show_passing(self, text: str, *, last: bool) -> None:
        if self._moving:
            self._erase()
            shown = printable(text)[: _width() - 1]
            click.echo(shown, err=True, nl=False)
            self._drawn = len(shown)
        elif last or time.monotonic() - self._last_line_at >= QUIET_LINE_EVERY_S:
            self._last_line_at = time.monotonic()
            click.echo(printable(text), err=True)

    def _erase(self) -> None:
        if self._drawn:
            click.echo("\r" + " " * self._drawn + "\r", err=True, nl=False)
            self._drawn = 0


def _width() -> int:
    try:
        return max(20, os.get_terminal_size(sys.stderr.fileno()).columns)
    except OSError:
        return 80


def _is_last(event: Event) -> bool:
    if isinstance(event, StepDone):
        return event.step == event.total_steps
    return isinstance(event, ArmProgress) and event.done == event.total


def _passing(event: Event) -> str | None:
    if isinstance(event, StepDone):
        return _step(event)
    if isinstance(event, ArmProgress):
        right = f"{event.correct} right" if event.done else ""
        return f"      {event.arm}: {event.done}/{event.total} items, {right}{_money(event.usd_so_far)}"
    return None


def _step(event: StepDone) -> str:
    left = f", {event.eta_s:.0f} s left" if event.eta_s is not None else ""
    speed = f"{event.tokens_per_second:.0f} tokens/s, {event.peak_memory_gib:.1f} GiB"
    return (
        f"      step {event.step}/{event.total_steps}: loss {event.loss:.3f}, {speed}{_money(event.usd_so_far)}{left}"
    )


def _money(usd: object) -> str:
    return f", ${usd:.4f} so far" if usd is not None else ""


def _lasting(event: Event) -> str | None:
    match event:
        case RunStarted(resumed=True):
            where = f" from step {event.resumed_from_step}" if event.resumed_from_step is not None else ""
            return f"      goes on{where}"
        case StageFinished():
            detail = f": {event.detail}" if event.detail else ""
            return f"      {event.stage}{detail} ({event.seconds:.1f} s)"
        case ValidationLoss():
            return f"      validation loss {event.loss:.3f} at step {event.step}"
        case ArmFinished():
            score = event.score
            return f"      {score.arm}: {score.correct}/{score.items} right ({score.seconds:.1f} s)"
        case _:
            return _trouble(event)


def _trouble(event: Event) -> str | None:
    match event:
        case Warned():
            return f"      note: {event.message}"
        case RunInterrupted():
            return f"      stopped by {event.signal}; go on with: {event.resume}"
        case RunFailed():
            return f"      failed: {event.error}"
        case CheckpointSaved():
            return None
        case _:
            return None
