"""What screens may ask of the application, so that neither has to import the other."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from textual.app import App
from textual.signal import Signal

from advisor.errors import TunewiseError
from advisor.profile import Profile
from advisor.tui.case import Case, RoomId
from advisor.tui.commands_shown import demo_command, room_command, workspace_words
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
        self.place = workspace_words(workflow.workspace)
        """What a command has to be told to find this workspace."""

    def room_command(self, room: RoomId, case: Case) -> str:
        """The command that shows what a room shows; empty where there is none."""
        return room_command(room, case, self.place, self.profile_file)

    def demo_command(self, inputs: JourneyInputs | None = None) -> str:
        """The command that walks the same journey, or the embedded example."""
        inputs = inputs or JourneyInputs(profile=self.workflow.example_profile())
        return demo_command(inputs, self.place, self._own_file(inputs.profile))

    def _own_file(self, profile: Profile) -> Path | None:
        return None if profile == self.workflow.example_profile() else self.profile_file(profile)

    def profile_file(self, profile: Profile) -> Path | None:
        """Where a command can read this profile; written when it is first asked for, None where that fails."""
        answers = profile.model_dump_json()
        name = re.sub(r"[^a-z0-9]+", "-", (profile.name or "task").lower()).strip("-")[:32] or "task"
        digest = hashlib.sha256(answers.encode()).hexdigest()[:6]
        path = self.workflow.workspace.root / "profiles" / f"{name}-{digest}.yaml"
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                self.workflow.save_profile(profile, path)
        except (OSError, TunewiseError):
            return None
        return path

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
