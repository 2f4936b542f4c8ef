"""Says what went wrong: title, cause, what to do, and the text to copy; never a traceback."""

from __future__ import annotations

import traceback
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from advisor.errors import TunewiseError
from advisor.tui.widgets.text import clean, plain


class Trouble(NamedTuple):
    """What is said about an error."""

    title: str
    cause: str
    hint: str
    detail: str
    """What a copy takes along: for a bug, where it happened."""


def trouble_of(error: BaseException) -> Trouble:
    """An error in words: one that a person can act on speaks for itself, any other is a bug of ours."""
    if isinstance(error, TunewiseError):
        return Trouble("That did not work", error.message, error.hint, f"{error.message}\n{error.hint}".strip())
    detail = "".join(traceback.format_exception(error))
    hint = "Your journals are untouched. Press c to copy the details for a bug report."
    return Trouble("A bug in tunewise", f"{type(error).__name__}: {error}", hint, detail)


class FailureScreen(ModalScreen[None]):
    """A window about one error."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="failure.copy", tooltip="Copy what is said here"),
        Binding("escape", "dismiss", "Close", id="failure.close", tooltip="Back to where you were"),
    ]

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble

    def compose(self) -> ComposeResult:
        """Title, cause, hint, two buttons."""
        with Vertical(classes="window -trouble"):
            yield Label(f"✗ {self.trouble.title}", classes="window-title", markup=False)
            with VerticalScroll(classes="cause", can_focus=False):
                yield Static(plain(self.trouble.cause))
            yield Static(plain(self.trouble.hint), classes="hint")
            with Horizontal(classes="buttons"):
                yield Button("Close (esc)", id="close", variant="primary")
                yield Button("Copy (c)", id="copy")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.dismiss()

    def action_copy(self) -> None:
        """Hand the text to the terminal's clipboard."""
        self.app.copy_to_clipboard(clean(self.trouble.detail))
        self.notify("Copied.", timeout=2)
