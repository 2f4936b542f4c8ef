"""What the screens of the catalog share: title above, command below, a way back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer

from advisor.tui.screens.base import Page
from advisor.tui.widgets.chrome import CommandLine, TitleBar


class CatalogPage(Page):
    """A screen about facts."""

    help_topic = "catalog"
    BINDING_GROUP_TITLE = "Catalog"
    title_shown: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "app.help", "Help", id="catalog_page.help", tooltip="Explain what has the focus, and all keys"),
        Binding("escape", "back", "Back", id="catalog_page.back", tooltip="Where you came from"),
    ]

    def compose(self) -> ComposeResult:
        """Frame and body."""
        yield TitleBar(self.title_shown, self.about())
        with Container(id="body"):
            yield from self.body()
        yield CommandLine(self.command())
        yield Footer(compact=True)

    def body(self) -> ComposeResult:
        """What stands between the bars."""
        raise NotImplementedError

    def about(self) -> str:
        """What is said on the right of the title."""
        return ""

    def command(self) -> str:
        """The command that shows the same."""
        return ""

    def action_back(self) -> None:
        """Where one came from."""
        self.dismiss()
