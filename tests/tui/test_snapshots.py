"""Every state a person can be in looks as it was accepted, in a small and in a roomy terminal, dark and light."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.driving import app_of, settled
from tests.tui.states import PICTURES, STATES

pytestmark = pytest.mark.heavy
SMALL, ROOMY = (80, 24), (120, 36)
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
UPDATE = "TUNEWISE_UPDATE_SCREENSHOTS"


@pytest.mark.parametrize("size", [SMALL, ROOMY], ids=["80x24", "120x36"])
@pytest.mark.parametrize("name", STATES)
def test_a_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    state = STATES[name]
    assert snap_compare(app_of(state.workflow()), run_before=state.steps, terminal_size=size)


@pytest.mark.parametrize("name", ["home", "decision"])
def test_a_screen_in_daylight_looks_as_it_was_accepted(name: str, snap_compare: Callable[..., bool]) -> None:
    state = STATES[name]

    async def by_day(pilot: Pilot[Any]) -> None:
        pilot.app.theme = "tunewise-day"
        await state.steps(pilot)

    assert snap_compare(app_of(state.workflow()), run_before=by_day, terminal_size=SMALL)


@pytest.mark.parametrize("name", PICTURES)
async def test_the_pictures_of_the_readme_are_what_the_application_shows(name: str) -> None:
    app = app_of(PICTURES[name].workflow())
    async with app.run_test(size=ROOMY) as pilot:
        await PICTURES[name].steps(pilot)
        await settled(pilot)
        await pilot.wait_for_scheduled_animations()
        shown = app.export_screenshot(simplify=True)
    kept = SCREENSHOTS / f"{name}.svg"
    if os.environ.get(UPDATE) == "1":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(shown, "utf-8")
    assert kept.read_text("utf-8") == shown, f"{kept.name} is stale: set {UPDATE}=1 and look at it"
