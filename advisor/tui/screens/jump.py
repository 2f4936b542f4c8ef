"""Jump mode: every target gets a letter, one key goes there, Escape changes nothing."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label, Tab

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


def targets(screen: Screen[None]) -> dict[str, Widget]:
    """What can have the focus and is seen, and the tabs, each by a letter, from the top left on."""
    seen = [widget for widget in screen.query("*") if (widget.focusable or isinstance(widget, Tab)) and widget.region]
    ordered = sorted(seen, key=lambda widget: (widget.region.y, widget.region.x))
    return dict(zip(LETTERS, ordered, strict=False))


class JumpScreen(ModalScreen[Widget | None]):
    """Letters over the screen beneath."""

    CSS_PATH = "jump.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Stay", id="jump.stay", tooltip="Leave the focus where it was"),
    ]

    def __init__(self, places: dict[str, Widget]) -> None:
        super().__init__()
        self.places = places

    def compose(self) -> ComposeResult:
        """One label at each target."""
        for letter, widget in self.places.items():
            label = Label(f" {letter} ", classes="jump-label", markup=False)
            label.styles.offset = widget.region.offset
            yield label

    def on_key(self, event: events.Key) -> None:
        """Go to the target of this letter."""
        if event.key in self.places:
            event.stop()
            self.dismiss(self.places[event.key])
