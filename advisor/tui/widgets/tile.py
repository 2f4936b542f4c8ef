"""A figure with its name above and a remark below."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from advisor.tui.widgets.text import one_line


class Tile(Static):
    """Three short lines: name, figure, remark."""

    DEFAULT_CSS = """
    Tile { height: 3; width: 1fr; padding: 0 0 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, name: str, *, key: str | None = None) -> None:
        super().__init__(id=key)
        self._title = name
        self.figure = ""

    def on_mount(self) -> None:
        """Start without a figure."""
        if not self.figure:
            self.show("-")

    def rename(self, name: str) -> None:
        """Call the figure something else from the next ``show`` on."""
        self._title = name

    def show(self, figure: str, remark: str = "") -> None:
        """Show a figure and what it is to be compared with."""
        self.figure = figure
        lines = [
            (f"{self._title}\n", "$foreground-muted"),
            (one_line(figure), "bold"),
            (f"\n{one_line(remark)}", "$foreground-muted"),
        ]
        self.update(Content.assemble(*lines))
