"""What all screens share: the way back, help, and an error window for a worker that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer
from textual.worker import Worker, WorkerState

from advisor.profile import Profile
from advisor.tui.case import ROOMS, Case, RoomId
from advisor.tui.shell import Shell
from advisor.tui.widgets.chrome import ROOM_TITLES, CommandLine, RoomBar, RoomTab, TitleBar
from advisor.workflow.records import JourneyView


class Page(Screen[None]):
    """A screen with a worker guard and a way to copy its command."""

    shell = getters.app(Shell)
    help_topic: ClassVar[str] = "home"
    """File under ``help/`` that explains this screen."""

    def profile_at_hand(self) -> Profile | None:
        """The profile that this screen is about, if it is about one."""
        return None

    def command_shown(self) -> str:
        """The command line that does the same."""
        return self.query_one(CommandLine).command

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong when a worker of this screen failed."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.shell.show_error(event.worker.error)


class Room(Page):
    """One of the rooms of a case: bar above, command below, digits to walk between them."""

    BINDING_GROUP_TITLE = "Rooms"
    room: ClassVar[RoomId]

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"room('{room}')", ROOM_TITLES[room], id=f"room.{room}", show=False,
                    tooltip=f"Open the room “{ROOM_TITLES[room]}”")
            for key, room in enumerate(ROOMS)
        ),
        Binding("n", "next_room", "Next", id="room.next", show=False, tooltip="Open the next room that has something to show"),
        Binding("f1", "app.help", "Help", id="room.help", tooltip="Explain what has the focus, and all keys"),
        Binding("escape", "home", "Home", id="room.home", tooltip="Back to the start; nothing is lost"),
    ]  # fmt: skip

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case

    def profile_at_hand(self) -> Profile | None:
        """The profile of the case."""
        return self.case.profile

    def compose(self) -> ComposeResult:
        """Frame and body."""
        yield TitleBar(ROOM_TITLES[self.room], self.case.name)
        yield RoomBar(self.room, self.case.rooms())
        with Container(id="body"):
            yield from self.body()
        yield CommandLine(self.shell.room_command(self.room, self.case))
        yield Footer(compact=True)

    def body(self) -> ComposeResult:
        """What stands between the bars."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Follow the journey that this room belongs to."""
        self.shell.journey_moved.subscribe(self, self._journey_moved)

    def _journey_moved(self, view: JourneyView) -> None:
        if self.case.journey is not None and view.id == self.case.journey.id:
            self.know(replace(self.case, journey=view, profile=view.profile or self.case.profile,
                              advice=view.advice or self.case.advice, plan=view.plan or self.case.plan))  # fmt: skip

    def know(self, case: Case) -> None:
        """Take in what has become known, and open the rooms that it fills."""
        self.case = case
        if self.is_mounted:
            self.query_one(RoomBar).show(case.rooms())
            self.query_one(CommandLine).show(self.shell.room_command(self.room, case))
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the rooms that have nothing to show."""
        if action == "room":
            return True if parameters[0] in self.case.rooms() else None
        if action == "next_room":
            return True if self._next_room() is not None else None
        return True

    def action_room(self, room: RoomId) -> None:
        """Open another room."""
        if room != self.room:
            self.shell.open_room(room, self.case)

    def action_next_room(self) -> None:
        """Open the next room that has something to show."""
        following = self._next_room()
        if following is not None:
            self.shell.open_room(following, self.case)

    def action_home(self) -> None:
        """Back to the start."""
        self.dismiss()

    def on_room_tab_chosen(self, event: RoomTab.Chosen) -> None:
        """A tab was clicked."""
        if event.room in self.case.rooms():
            self.action_room(event.room)

    def _next_room(self) -> RoomId | None:
        there = self.case.rooms()
        return next((room for room in ROOMS[ROOMS.index(self.room) + 1 :] if room in there), None)
