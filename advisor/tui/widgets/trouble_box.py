"""What is said when a stage or a run stopped short: what happened, what is safe, how to go on."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from advisor.tui.widgets.text import clean

SAFE = "journals and finished stages are kept; nothing is done twice"


class TroubleBox(Static):
    """Hidden until there is something to say."""

    DEFAULT_CSS = """
    TroubleBox {
        display: none; height: auto; max-height: 9; margin: 1 1 0 1; padding: 0 1;
        border: round $warning; border-title-color: $text-warning; border-title-style: bold;
    }
    """

    def on_mount(self) -> None:
        """Name the box."""
        self.border_title = "Stopped short"

    def show(self, what: str, hint: str, key_said: str) -> None:
        """Say it."""
        command = [Content.assemble(("go on  ", "$text-accent"), clean(hint[:600]))] if hint else []
        self.update(Content("\n").join([
            Content.assemble((clean(what[:600]), "bold")),
            Content.assemble(("safe   ", "$text-accent"), SAFE),
            *command,
            Content.assemble(("here   ", "$text-accent"), key_said),
        ]))  # fmt: skip
        self.display = True
        self.screen.add_class("-halted")

    def hide(self) -> None:
        """Nothing to say any more."""
        self.display = False
        self.screen.remove_class("-halted")
