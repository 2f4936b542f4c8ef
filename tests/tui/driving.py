"""Drives the application as a person would, and waits by condition, never by time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual.pilot import Pilot

from advisor.tui.app import TunewiseApp
from tests.tui.recorded import NOW, RecordedWorkflow

PATIENCE_S = 30.0
MOVES = frozenset({"tab", "up", "down", "left", "right"})
ENDLESS = frozenset({"follow", "journey", "ask"})
"""Workers that live as long as a run, a journey or a question does."""


def clock() -> datetime:
    return NOW


def app_of(workflow: RecordedWorkflow) -> TunewiseApp:
    """The application on a recorded workflow with a clock that stands still."""
    return TunewiseApp(workflow, clock=clock)


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Let the application work until a condition holds; fails after half a minute."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"the application did not get there; it shows {pilot.app.screen}"
        await pilot.pause()
        await asyncio.sleep(0)
    await pilot.pause()


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until everything that ends by itself has ended and is drawn."""
    await pilot.pause()
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers if worker.group not in ENDLESS))
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other; what loads something is waited for."""
    for key in keys:
        await pilot.press(key)
        if key not in MOVES:
            await settled(pilot)
