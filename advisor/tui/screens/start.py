"""Before a journey: what will be done, how long it takes and where it is written; other model or data if wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from advisor.tui.widgets.text import one_line
from advisor.workflow.records import JourneyInputs
from harness.protocol import EMBEDDED

TIME_SAID = "5 to 10 minutes on two CPU cores"
"""The demonstration's goal; the run itself shows the time that is left."""


SameAs = Callable[[JourneyInputs], str]
"""The command that starts with these inputs."""


class StartScreen(ModalScreen[JourneyInputs | None]):
    """The inputs to start with, or None."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Not now", id="start.cancel", tooltip="Back; nothing was started"),
    ]
    model = getters.query_one("#model", Input)
    data = getters.query_one("#data", Input)

    def __init__(self, inputs: JourneyInputs, *, workspace: str, embedded: bool, same_as: SameAs) -> None:
        super().__init__()
        self._inputs, self._workspace, self._embedded, self._same_as = inputs, workspace, embedded, same_as

    def compose(self) -> ComposeResult:
        """What, how long, where; two inputs; two buttons."""
        with Vertical(classes="window"):
            yield Label("The whole path, on this machine", classes="window-title")
            for label, said in self._promises():
                with Horizontal(classes="promise"):
                    yield Static(label, classes="label")
                    yield Static(Content(said), classes="said")
            with Horizontal(classes="promise"):
                yield Static("same as", classes="label")
                yield Static(Content(one_line(self._same_as(self._inputs))), classes="said", id="same-as")
            yield Label("Model folder, or “embedded”", classes="field-label")
            yield Input(self._inputs.model, id="model")
            yield Label("Data as JSONL, or “embedded”", classes="field-label")
            yield Input(self._inputs.data, id="data")
            with Horizontal(classes="buttons"):
                yield Button("Start (enter)", id="start", variant="primary")
                yield Button("Not now (esc)", id="cancel")

    def on_mount(self) -> None:
        """One press of Enter starts the example; a task of one's own begins at its model."""
        (self.query_one("#start", Button) if self._embedded else self.model).focus()

    def chosen(self) -> JourneyInputs:
        """The inputs with model and data as they stand in the fields."""
        given = {"model": whole_path(self.model.value), "data": whole_path(self.data.value)}
        return self._inputs.model_copy(update=given)

    @on(Input.Changed)
    def _changed(self) -> None:
        self.query_one("#same-as", Static).update(Content(one_line(self._same_as(self.chosen()))))

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def _start(self) -> None:
        self.dismiss(self.chosen())

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Start nothing."""
        self.dismiss(None)

    def _promises(self) -> tuple[tuple[str, str], ...]:
        inputs = self._inputs
        what = (
            f"prompts measured on {inputs.validation_items} items, decision, plan, LoRA of {inputs.steps} steps, "
            f"paired comparison on {inputs.test_items} items, report"
        )
        return (
            ("does", what),
            ("takes", TIME_SAID),
            ("needs", "no GPU and no network; every stage can be stopped and resumed"),
            ("writes", f"only under {one_line(self._workspace)}"),
        )  # fmt: skip


def whole_path(given: str) -> str:
    """A folder or file as the journey keeps it: absolute, so that it means the same from everywhere."""
    given = given.strip() or EMBEDDED
    return given if given == EMBEDDED else str(Path(given).expanduser().absolute())
