"""Which screen shows a room; each is loaded when it is first opened, so that the first screen is there sooner."""

from __future__ import annotations

from importlib import import_module

from advisor.tui.case import RoomId
from advisor.tui.screens.base import Room

SCREENS: dict[RoomId, str] = {
    "journey": "JourneyScreen",
    "decision": "DecisionScreen",
    "shortlist": "ShortlistScreen",
    "plan": "PlanScreen",
    "run": "RunScreen",
    "comparison": "ComparisonScreen",
    "report": "ReportScreen",
}


def screen_of(room: RoomId) -> type[Room]:
    """The class of a room's screen."""
    found: type[Room] = getattr(import_module(f"advisor.tui.screens.{room}"), SCREENS[room])
    return found
