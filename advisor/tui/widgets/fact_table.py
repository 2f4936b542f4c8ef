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


class Fact(NamedTuple):
    """One row: what stands in it, and what is said when it is highlighted."""

    cells: tuple[Text, ...]
    detail: Content


class FactTable(Vertical):
    """Rows above, the explanation of the highlighted one below."""

    DEFAULT_CSS = """
    FactTable {
        height: 1fr;
        DataTable { height: 1fr; }
        .detail { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; color: $text-muted; }
    }
    """

    def __init__(self, *columns: str, empty: str = "Nothing here.", key: str | None = None) -> None:
        super().__init__(id=key)
        self._columns, self._empty, self._facts = columns, empty, tuple[Fact, ...]()

    @property
    def table(self) -> DataTable[Text]:
        """The table itself."""
        return self.query_one(DataTable)

    def compose(self) -> ComposeResult:
        """The table and its explanation."""
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
        table.add_columns(*(cell(name, "bold") for name in self._columns))
        yield table
        with VerticalScroll(classes="detail", can_focus=False):
            yield Static(plain(self._empty))

    def show(self, facts: Sequence[Fact]) -> None:
        """Put these rows in the place of those there."""
        self._facts = tuple(facts)
        self.table.clear()
        for fact in self._facts:
            self.table.add_row(*fact.cells)
        self._explain(0)

    @property
    def highlighted(self) -> int | None:
        """The index of the highlighted row; None in an empty table."""
        row = self.table.cursor_row
        return row if 0 <= row < len(self._facts) else None

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Explain the row that the cursor is on."""
        self._explain(event.cursor_row)

    def _explain(self, row: int) -> None:
        known = 0 <= row < len(self._facts)
        self.query_one(".detail Static", Static).update(self._facts[row].detail if known else plain(self._empty))
