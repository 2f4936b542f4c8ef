"""The frame around every screen: where one is above, the equivalent command below."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from advisor.tui.case import ROOMS, RoomId
from advisor.tui.widgets.text import one_line

ROOM_TITLES: dict[RoomId, str] = {
    "journey": "Journey",
    "decision": "Decision",
    "shortlist": "Shortlist",
    "plan": "Plan",
    "run": "Run",
    "comparison": "Comparison",
    "report": "Report",
}


class TitleBar(Horizontal):
    """Name of the program and the screen on the left, what it is about on the right."""

    DEFAULT_CSS = """
    TitleBar {
        height: 1; background: $panel; padding: 0 1;
        #where { width: auto; }
        #about { width: 1fr; text-align: right; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, where: str, about: str = "") -> None:
        super().__init__()
        self._where, self._about = where, about

    def compose(self) -> ComposeResult:
        """Two ends of one line."""
        yield Static(Content.assemble(("tunewise", "bold $text-primary"), f" / {self._where}"), id="where")
        yield Static(Content(one_line(self._about, 80)), id="about")

    def about(self, text: str) -> None:
        """Say something else on the right."""
        self.query_one("#about", Static).update(Content(one_line(text, 80)))


class RoomTab(Static):
    """One room's key and name."""

    class Chosen(Message):
        """A room was clicked."""

        def __init__(self, room: RoomId) -> None:
            super().__init__()
            self.room: RoomId = room

    def __init__(self, room: RoomId, key: int) -> None:
        super().__init__(Content.assemble((str(key), "$text-accent"), f" {ROOM_TITLES[room]}"), id=f"tab-{room}")
        self.room: RoomId = room
        self.tooltip = f"Press {key} to open"

    def on_click(self, event: events.Click) -> None:
        """Open the room."""
        event.stop()
        self.post_message(self.Chosen(self.room))


class RoomBar(Horizontal):
    """The rooms of a case with their keys; the one shown is underlined, those without content are dim."""

    DEFAULT_CSS = """
    RoomBar {
        height: 1; padding: 0 1; background: $surface;
        RoomTab { width: auto; margin-right: 2; }
        RoomTab.-here { text-style: bold underline; }
        RoomTab.-closed { text-style: dim; color: $text-disabled; }
    }
    """

    def __init__(self, here: RoomId, open_rooms: frozenset[RoomId]) -> None:
        super().__init__()
        self._here, self._open = here, open_rooms

    def compose(self) -> ComposeResult:
        """One tab for each room."""
        for key, room in enumerate(ROOMS):
            yield RoomTab(room, key)

    def on_mount(self) -> None:
        """Mark which one is shown and which can be."""
        self.show(self._open)

    def show(self, open_rooms: frozenset[RoomId]) -> None:
        """Mark which rooms have something to show now."""
        for tab in self.query(RoomTab):
            tab.set_class(tab.room == self._here, "-here")
            tab.set_class(tab.room not in open_rooms and tab.room != self._here, "-closed")


class CommandLine(Static):
    """The command that does the same without the application."""

    DEFAULT_CSS = """
    CommandLine { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, command: str, *, otherwise: str = "") -> None:
        super().__init__()
        self.command, self.otherwise = command, otherwise
        self.tooltip = "The same without this application; copied by the palette's “copy: command”"

    def on_mount(self) -> None:
        """Show it."""
        self.show(self.command)

    def show(self, command: str) -> None:
        """Another command, or what is said where there is none."""
        self.command = command
        said = Content.assemble(("$ ", "$text-accent"), one_line(command)) if command else Content(self.otherwise)
        self.update(said)
