"""What the tests of the application share: no blinking cursor, a fixed clock, waiting by condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from advisor.tui.app import TunewiseApp
from tests.tui.recorded import NOW, RecordedWorkflow

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def no_cursor_blink(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor would make two pictures of one state."""
    for widget in (Input, TextArea):
        monkeypatch.setattr(widget, "cursor_blink", False, raising=False)


def clock() -> datetime:
    return NOW


def app_of(workflow: RecordedWorkflow) -> TunewiseApp:
    """The application on a recorded workflow with a clock that stands still."""
    return TunewiseApp(workflow, clock=clock)


async def until(pilot: Pilot[object], holds: Callable[[], bool]) -> None:
    """Let the application work until a condition holds; fails after twenty seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "the application did not get there"
        await pilot.pause()
        await asyncio.sleep(0)
    await pilot.pause()
