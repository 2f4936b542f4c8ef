"""A table whose highlighted row explains itself underneath: the reason, the source and the date of each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from advisor.tui.widgets.text import cell, plain

PADDING = 2
"""Cells that a table puts around each column."""
SCROLLBAR = 1
UNPLACED = 80
"""The room that is assumed before there is any."""
LEAST = 20
"""Below this the flexible column says nothing; then columns go instead."""


class Fact(NamedTuple):
    """One row: what stands in it, and what is said when it is highlighted."""

    cells: tuple[Text, ...]
    detail: Content


def fit(natural: Sequence[int], *, flexible: int, room: int, least: int = LEAST) -> list[int]:
    """Column widths that fit into ``room`` cells: one column gives way, then columns go from the right."""
    widths = list(natural)
    while len(widths) > flexible + 1 and _needed(widths, flexible, least) > room:
        widths.pop()
    rest = room - sum(width + PADDING for at, width in enumerate(widths) if at != flexible) - PADDING
    widths[flexible] = max(1, min(widths[flexible], rest))
    return widths


def _needed(widths: Sequence[int], flexible: int, least: int) -> int:
    kept = min(least, widths[flexible])
    return sum(width + PADDING for at, width in enumerate(widths) if at != flexible) + kept + PADDING


class FactTable(Vertical):
    """Rows above, the explanation of the highlighted one below; never wider than the screen."""

    help_text = "A table: `up` and `down` move, and what stands below explains the highlighted row, with its source."

    DEFAULT_CSS = """
    FactTable {
        height: 1fr;
        DataTable { height: 1fr; overflow-x: hidden; }
        .detail { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; color: $foreground-muted; }
    }
    """

    def __init__(self, *columns: str, flexible: int = 0, empty: str = "Nothing here.", key: str | None = None) -> None:
        super().__init__(id=key)
        self._titles, self._flexible, self._empty = columns, flexible, empty
        self._facts: tuple[Fact, ...] = ()

    @property
    def table(self) -> DataTable[Text]:
        """The table itself."""
        return self.query_one(DataTable)

    def compose(self) -> ComposeResult:
        """The table and its explanation."""
        yield DataTable[Text](cursor_type="row")
        with VerticalScroll(classes="detail", can_focus=False):
            yield Static(plain(self._empty))

    def on_resize(self) -> None:
        """Fit the columns into what room there is."""
        self._draw()

    def show(self, facts: Sequence[Fact]) -> None:
        """Put these rows in the place of those there."""
        self._facts = tuple(facts)
        self._draw()
        self._explain(0)

    @property
    def highlighted(self) -> int | None:
        """The index of the highlighted row; None in an empty table."""
        row = self.table.cursor_row
        return row if 0 <= row < len(self._facts) else None

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Explain the row that the cursor is on."""
        self._explain(event.cursor_row)

    def _draw(self) -> None:
        table, row = self.table, self.highlighted or 0
        table.clear(columns=True)
        widths = fit(self._natural(), flexible=self._flexible, room=(self.size.width or UNPLACED) - SCROLLBAR)
        for title, width in zip(self._titles, widths, strict=False):
            table.add_column(cell(title, "bold"), width=width)
        for fact in self._facts:
            table.add_row(*fact.cells[: len(widths)])
        table.move_cursor(row=row)

    def _natural(self) -> list[int]:
        columns = zip(*(fact.cells for fact in self._facts), strict=True) if self._facts else ((),) * len(self._titles)
        return [
            max([len(title), *(text.cell_len for text in texts)])
            for title, texts in zip(self._titles, columns, strict=True)
        ]

    def _explain(self, row: int) -> None:
        known = 0 <= row < len(self._facts)
        self.query_one(".detail Static", Static).update(self._facts[row].detail if known else plain(self._empty))
