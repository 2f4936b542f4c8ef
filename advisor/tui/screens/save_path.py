"""Asks where a file shall be written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class PathScreen(ModalScreen[Path | None]):
    """A path, or None."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Not now", id="path.cancel", tooltip="Write nothing"),
    ]

    def __init__(self, title: str, proposed: str) -> None:
        super().__init__()
        self._title, self._proposed = title, proposed

    def compose(self) -> ComposeResult:
        """One field."""
        with Vertical(classes="window"):
            yield Label(f"{self._title}  (enter writes, esc cancels)", classes="window-title", markup=False)
            yield Input(self._proposed)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        self.dismiss(Path(event.value).expanduser() if event.value.strip() else None)
