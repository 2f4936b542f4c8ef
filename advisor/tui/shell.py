"""What screens may ask of the application, so that neither has to import the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from textual.app import App
from textual.signal import Signal

from advisor.tui.case import Case, RoomId
from advisor.tui.messages import Halt
from advisor.workflow.records import JourneyInputs, JourneyView
from advisor.workflow.workflow import Workflow

Clock = Callable[[], datetime]


class Shell(App[Path]):
    """The application as its screens know it."""

    def __init__(self, workflow: Workflow, *, clock: Clock) -> None:
        super().__init__()
        self.workflow, self.clock = workflow, clock
        self.driving: str | None = None
        """The journey that is being advanced from here."""
        self.halts: dict[str, Halt] = {}
        """Journeys that stopped short of their end, and why."""
        self.report_written: Path | None = None
        self.journey_moved: Signal[JourneyView] = Signal(self, "journey moved")
        self.run_began: Signal[tuple[str, str]] = Signal(self, "run began")
        """Journey id and run id."""
        self.closing = threading.Event()

    def open_room(self, room: RoomId, case: Case) -> None:
        """Show a room about this case, in the place of the room shown now."""
        raise NotImplementedError

    def start_journey(self, inputs: JourneyInputs) -> None:
        """Open the journey with these inputs and walk it."""
        raise NotImplementedError

    def continue_journey(self, view: JourneyView) -> None:
        """Show a journey, and walk it on where it is not done."""
        raise NotImplementedError

    def show_error(self, error: BaseException) -> None:
        """Say what went wrong, in a window of its own."""
        raise NotImplementedError
