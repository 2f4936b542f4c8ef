"""A row of kinds to choose from by digit or mouse; the one shown is underlined."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class KindTab(Static):
    """One kind's key and name."""

    class Chosen(Message):
        """A kind was clicked."""

        def __init__(self, kind: str) -> None:
            super().__init__()
            self.kind = kind

    def __init__(self, kind: str, title: str, key: int) -> None:
        super().__init__(Content.assemble((str(key), "$text-accent"), f" {title}"), id=f"kind-{kind}")
        self.kind = kind
        self.tooltip = f"Press {key} to show"

    def on_click(self, event: events.Click) -> None:
        """Show this kind."""
        event.stop()
        self.post_message(self.Chosen(self.kind))


class KindBar(Horizontal):
    """The kinds with their keys, from 1 on."""

    DEFAULT_CSS = """
    KindBar {
        height: 1; padding: 0 1; background: $surface;
        KindTab { width: auto; margin-right: 2; }
        KindTab.-here { text-style: bold underline; }
    }
    """

    def __init__(self, kinds: Mapping[str, str], here: str) -> None:
        super().__init__()
        self._kinds, self._here = dict(kinds), here

    def compose(self) -> ComposeResult:
        """One tab for each kind."""
        for key, (kind, title) in enumerate(self._kinds.items(), start=1):
            yield KindTab(kind, title, key)

    def on_mount(self) -> None:
        """Mark the one shown."""
        self.show(self._here)

    def show(self, here: str) -> None:
        """Mark another one."""
        for tab in self.query(KindTab):
            tab.set_class(tab.kind == here, "-here")
