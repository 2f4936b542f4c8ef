"""Two to four models side by side; the best of each row is starred, where better means something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from advisor.marks import RECALLED
from advisor.profile import Profile
from advisor.shortlist.bill import Bill
from advisor.tui.catalog_columns import mark
from advisor.tui.commands_shown import command, near
from advisor.tui.screens.catalog_detail import DetailScreen
from advisor.tui.screens.catalog_page import CatalogPage
from advisor.tui.widgets.fact_table import PADDING, SCROLLBAR
from advisor.tui.widgets.row_table import MARKS, Head, RowTable
from advisor.tui.widgets.text import clean, one_line
from advisor.workflow.browsing import Browsing
from advisor.workflow.side_by_side import Better, Compared, Side, brief
from catalog.records import Model

STAR = "★"
DATE = 14
"""Cells of a day with its star and its mark, the widest that must not be cut, and one to spare."""
WORDS: Mapping[Better, str] = {
    "lower": f"{STAR} the lowest",
    "higher": f"{STAR} the highest",
    "none": "nothing here is better than anything else",
}


class CompareScreen(CatalogPage):
    """Rows of facts, a column for each model."""

    CSS_PATH = "catalog.tcss"
    title_shown = "Catalog / Side by side"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"detail({number - 1})", f"Facts {number}", id=f"catalog_compare.facts_{number}", show=number < 3,
                  tooltip=f"Every fact of model {number}, with its source") for number in (1, 2, 3, 4)),
    ]  # fmt: skip
    table = getters.query_one("#rows", RowTable)

    def __init__(
        self,
        models: tuple[Model, ...],
        browsing: Browsing,
        *,
        profile: Profile | None,
        bills: Mapping[str, Bill] | None,
    ) -> None:
        super().__init__()
        self.models, self.browsing, self.profile, self.bills = models, browsing, profile, bills
        self.rows: tuple[Compared, ...] = browsing.compare(models, bills)

    def about(self) -> str:
        """Whose months are priced."""
        return (
            f"months priced for: {self.profile.name or 'unnamed task'}"
            if self.profile is not None
            else "no profile: no months"
        )

    def command(self) -> str:
        """The command that compares the same models."""
        profile = self.shell.profile_file(self.profile) if self.profile is not None else None
        asked = () if profile is None else ("--for", near(profile))
        return command(*self.shell.place, "catalog", "compare", *(model.id for model in self.models), *asked)

    def body(self) -> ComposeResult:
        """The rows and what one of them says."""
        yield RowTable(key="rows")
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Show the rows."""
        self._show()
        self.table.focus()

    def on_resize(self) -> None:
        """Share what room there is among the models."""
        self._show()

    def _show(self) -> None:
        room = self.size.width - MARKS - SCROLLBAR - PADDING * (len(self.models) + 1)
        label = min(30, max(12, room - DATE * len(self.models)))
        each = max(4, (room - label) // len(self.models))
        names = [
            Head(f"{number} {mark(model)}{short(model)}", each) for number, model in enumerate(self.models, start=1)
        ]
        self.table.set_columns([Head("", label), *names], self._cells)
        self.table.show(range(len(self.rows)), ordered_by=(-1, False), record=self.table.highlighted)
        self._explain(self.table.highlighted)

    def _cells(self, row: int) -> tuple[str, ...]:
        compared = self.rows[row]
        return (compared.name, *map(cell_text, compared.sides))

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Say the whole row."""
        self._explain(event.record)

    def _explain(self, row: int | None) -> None:
        if row is not None:
            self.query_one("#explained", Static).update(row_text(self.rows[row], self.models))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As many details as models."""
        if action == "detail":
            return isinstance(parameters[0], int) and parameters[0] < len(self.models)
        return super().check_action(action, parameters)

    def action_detail(self, at: int) -> None:
        """Every fact of one of the models."""
        model = self.models[at]
        bill = self.bills.get(model.id) if self.bills is not None else None
        self.app.push_screen(DetailScreen(model, self.browsing, profile=self.profile, bill=bill))


def short(model: Model) -> str:
    """A model's name without its owner."""
    return one_line(model.id.rpartition("/")[2], 40)


def side_text(side: Side) -> str:
    """A value with its star and its mark; unknown never has either."""
    if side.value is None:
        return "  unknown"
    return f"{STAR if side.best else ' '} {one_line(side.value, 60)}{RECALLED if side.recalled else ''}"


def cell_text(side: Side) -> str:
    """The same in a narrow column: counts of a billion or more are rounded."""
    return side_text(side.model_copy(update={"value": side.value and brief(side.value)}))


def row_text(row: Compared, models: tuple[Model, ...]) -> Content:
    """A row in full."""
    lines = [Content.assemble((clean(row.name), "bold"), f"  {WORDS[row.better]}")]
    for model, side in zip(models, row.sides, strict=True):
        lines.append(Content(f"{side_text(side)}  {short(model)}"))
    return Content("\n").join(lines)
