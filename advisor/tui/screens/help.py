"""F1: what the focused widget is for, what the screen is for, and every key that works here."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label, Markdown


@runtime_checkable
class Helpful(Protocol):
    """A widget that can say in Markdown what it is for."""

    help_text: str


def topic(name: str) -> str:
    """The Markdown of one help page."""
    return files("advisor.tui").joinpath("help", f"{name}.md").read_text("utf-8")


def page(screen: Screen[Any], focused: Widget | None, help_topic: str) -> str:
    """The focused widget's help, the screen's, and its keys."""
    here = f"**Here:** {focused.help_text}\n\n" if isinstance(focused, Helpful) else ""
    return f"{topic(help_topic)}\n\n{here}## Keys\n\n{keys(screen)}\n"


def keys(screen: Screen[Any]) -> str:
    """A Markdown table of the keys that work on a screen, in the order of its bindings."""
    rows = ["| key | does |", "|---|---|"]
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id and binding.description and not binding.system:
            said = binding.tooltip or binding.description
            rows.append(f"| `{screen.app.get_key_display(binding)}` | {said} |")
    return "\n".join(dict.fromkeys(rows))


class HelpScreen(ModalScreen[None]):
    """A page to read and close."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Close", id="help.close", tooltip="Back to where you were"),
    ]

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.markdown = markdown

    def compose(self) -> ComposeResult:
        """The page."""
        with Vertical(classes="window -tall"):
            yield Label("Help  (esc closes)", classes="window-title")
            with VerticalScroll():
                yield Markdown(self.markdown, open_links=False)

    def on_mount(self) -> None:
        """Ready to scroll."""
        self.query_one(VerticalScroll).focus()
