"""The facts: found as one types, sorted by any column, compared, drawn against their cost, each with its source."""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from advisor.profile import Profile
from advisor.shortlist.bill import Bill
from advisor.tui.catalog_columns import KIND_NAMES, KINDS, LEGEND, MONTH, Kind, sheet_of
from advisor.tui.catalog_words import explained
from advisor.tui.commands_shown import list_command
from advisor.tui.screens.catalog_page import CatalogPage
from advisor.tui.sheet import Order, Sheet, take_apart
from advisor.tui.widgets.chrome import CommandLine, TitleBar
from advisor.tui.widgets.kind_bar import KindBar, KindTab
from advisor.tui.widgets.row_table import Head, RowTable
from advisor.tui.widgets.text import one_line
from advisor.workflow.browsing import Browsing
from advisor.workflow.side_by_side import FEWEST, MOST
from catalog.query import BadQuery
from catalog.records import Fact, Model

PLACEHOLDER = "words, or params<=8B license~apache"
UNSORTED = Order(0, falling=False)
"""By the name."""


class CatalogScreen(CatalogPage):
    """Rows of facts."""

    CSS_PATH = "catalog.tcss"
    title_shown = "Catalog"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Filter", id="catalog.filter", key_display="/", tooltip="Type what to find: it is found at once"),
        Binding("s", "sort(1)", "Sort", id="catalog.sort", tooltip="Sort by the next column; r turns the order round"),
        Binding("space", "mark", "Mark", id="catalog.mark", tooltip="Mark the highlighted model, to compare two to four"),
        Binding("c", "compare", "Compare", id="catalog.compare", tooltip="Marked models side by side"),
        Binding("p", "pareto", "Pareto", id="catalog.pareto", tooltip="Quality against what a month costs, drawn"),
        Binding("right", "sort(1)", "Next column", id="catalog.next_column", show=False, tooltip="Sort by the next column"),
        Binding("left", "sort(-1)", "Column before", id="catalog.column_before", show=False, tooltip="Sort by the column before"),
        Binding("r", "turn", "Reverse", id="catalog.reverse", show=False, tooltip="Turn the order round"),
        Binding("u", "unmark", "Unmark", id="catalog.unmark", show=False, tooltip="Mark nothing"),
        Binding("e", "example", "Example", id="catalog.example", show=False, tooltip="Months at the example's volume"),
        *(Binding(str(key), f"kind('{kind}')", KIND_NAMES[kind], id=f"catalog.{kind}", show=False, tooltip=f"Show: {KIND_NAMES[kind]}")
          for key, kind in enumerate(KINDS, start=1)),
        Binding("up", "steer('move', -1)", "Up", id="catalog.up", show=False, tooltip="The row above, while typing too"),
        Binding("down", "steer('move', 1)", "Down", id="catalog.down", show=False, tooltip="The row below, while typing too"),
        Binding("pageup", "steer('page', -1)", "Page up", id="catalog.page_up", show=False, tooltip="A screen of rows up"),
        Binding("pagedown", "steer('page', 1)", "Page down", id="catalog.page_down", show=False, tooltip="A screen of rows down"),
    ]  # fmt: skip

    entry = getters.query_one("#filter", Input)
    table = getters.query_one("#rows", RowTable)

    @dataclass
    class Loaded(Message):
        """The facts have been read."""

        browsing: Browsing
        sheet: Sheet

    @dataclass
    class Billed(Message):
        """What a month of each model costs is known."""

        profile: Profile
        bills: Mapping[str, Bill]
        sheet: Sheet

    def __init__(self, profile: Profile | None = None) -> None:
        super().__init__()
        self.profile = profile
        """The profile at hand: months are priced at its volume."""
        self.kind: Kind = "models"
        self.browsing: Browsing | None = None
        self.bills: Mapping[str, Bill] | None = None
        self.order = UNSORTED
        self.fault: BadQuery | None = None
        self._sheet: Sheet | None = None

    def body(self) -> ComposeResult:
        """Kinds, filter, state, rows, explanation."""
        yield KindBar({str(kind): title for kind, title in KIND_NAMES.items()}, self.kind)
        with Horizontal(id="filter-row"):
            yield Static("/", id="slash")
            yield Input(placeholder=PLACEHOLDER, id="filter", select_on_focus=False)
        yield Static(id="state")
        yield RowTable(key="rows")
        yield Static(id="explained")

    def about(self) -> str:
        """Whose months are priced."""
        if self.profile is None:
            return "no profile: months are unpriced (e takes the example)"
        return f"months priced for: {one_line(self.profile.name or 'unnamed task', 50)}"

    def command(self) -> str:
        """The command that lists the same; none while the filter means nothing."""
        if self.fault is not None:
            return ""
        asked = take_apart(self.entry.value if self._sheet is not None else "")
        column = self._sheet.columns[self.order.column].key if self._sheet is not None else ""
        monthly = MONTH in (column, *re.findall(r"\w+", " ".join(asked.conditions)))
        profile = self.shell.profile_file(self.profile) if monthly and self.profile is not None else None
        unsorted = self.order == UNSORTED or not column or (column == MONTH and profile is None)
        sort = None if unsorted else (column, self.order.falling)
        return list_command(self.shell.place, self.kind, asked, sort=sort, profile=profile)

    # -- reading -----------------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        """Read the facts; typing can begin at once."""
        self.table.loading = True
        self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="catalog")
    def load(self) -> None:
        """Read the facts, then price the months."""
        browsing = self.shell.workflow.browse()
        self.post_message(self.Loaded(browsing, sheet_of("models", browsing.catalog, {}, browsing.today)))
        gc.freeze()  # tens of thousands of records that stay: walking them again and again holds up keys for 0.2 s
        if self.profile is not None:
            self._price(browsing, self.profile)

    @work(thread=True, exclusive=True, exit_on_error=False, group="catalog")
    def price(self, browsing: Browsing, profile: Profile) -> None:
        """Price the months for another profile."""
        self._price(browsing, profile)

    def _price(self, browsing: Browsing, profile: Profile) -> None:
        bills = browsing.bills(profile)
        self.post_message(self.Billed(profile, bills, sheet_of("models", browsing.catalog, bills, browsing.today)))

    def on_catalog_screen_loaded(self, event: Loaded) -> None:
        """Show them."""
        self.browsing = event.browsing
        self.table.loading = False
        self._put(event.sheet)
        if not self.entry.has_focus:
            self.table.focus()

    def on_catalog_screen_billed(self, event: Billed) -> None:
        """Put what a month costs into its column."""
        self.profile, self.bills = event.profile, event.bills
        self.query_one(TitleBar).about(self.about())
        if self.kind == "models":
            kept, marked = self.table.highlighted, self.table.marked
            self._put(event.sheet, record=kept, order=self.order)
            self.table.mark(marked)

    # -- drawing -----------------------------------------------------------------------------------------------
    def _put(self, sheet: Sheet, *, record: int | None = None, order: Order = UNSORTED) -> None:
        self._sheet, self.order = sheet, order
        heads = [Head(column.title, column.width, column.align) for column in sheet.columns]
        self.table.set_columns(heads, sheet.cells)
        self._refilter(record)

    def _refilter(self, record: int | None) -> None:
        """Find again; where the filter means nothing, what was found before stays, and the state says why."""
        if self._sheet is None:
            return
        self.fault = None
        try:
            found = self._sheet.rows(self.entry.value, self.order)
        except BadQuery as error:
            self.fault = error
        else:
            self.table.show(found, ordered_by=self.order, record=record)
            self._explain(self.table.highlighted)
        self._say()

    def _say(self) -> None:
        self.query_one("#state", Static).update(self._state())
        self.query_one(CommandLine).show(self.command())

    def _state(self) -> Content:
        if self._sheet is None:
            return Content("")
        if self.fault is not None:
            said = one_line(f"{self.fault.message}; allowed: {self.fault.allowed}", 200)
            return Content.assemble(("! ", "$text-warning"), said)
        column, marked = self._sheet.columns[self.order.column], len(self.table.marked)
        parts = [f"{len(self.table.shown):,} of {len(self._sheet.records):,}"]
        parts += [f"by {column.title} {'▼' if self.order.falling else '▲'}"]
        parts += [f"{marked} marked" + (", c compares" if marked >= FEWEST else "")] if marked else []
        parts += [LEGEND]
        return Content(" · ".join(parts))

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Say where the highlighted row is from."""
        self._explain(event.record)

    def _explain(self, row: int | None) -> None:
        record = self._record(row)
        bill = self.bills.get(record.id) if self.bills is not None and isinstance(record, Model) else None
        said = (
            explained(record, bill, self.browsing.today) if record is not None and self.browsing is not None else None
        )
        self.query_one("#explained", Static).update(said or Content(self._nothing()))

    def _nothing(self) -> str:
        return "" if self._sheet is None else "Nothing fits. Esc empties the filter."

    def _record(self, row: int | None) -> Fact | None:
        if self._sheet is None or row is None:
            return None
        found: Fact = self._sheet.records[row]
        return found

    # -- finding and sorting -----------------------------------------------------------------------------------
    def on_input_changed(self) -> None:
        """Find at every key."""
        self._refilter(None)

    def on_input_submitted(self) -> None:
        """From what was typed to what was found."""
        self.table.focus()

    def action_find(self) -> None:
        """Begin to type."""
        self.entry.focus()

    def action_back(self) -> None:
        """Out of the filter first: emptied, then left; then to where one came from."""
        if not self.entry.has_focus:
            self.dismiss()
        elif self.entry.value:
            self.entry.value = ""
        else:
            self.table.focus()

    def action_steer(self, action: str, by: int) -> None:
        """Move through the rows while the filter keeps the focus."""
        if action == "move":
            self.table.action_move(by)
        else:
            self.table.action_page(by)

    def action_sort(self, by: int) -> None:
        """Sort by a neighbouring column."""
        if self._sheet is not None:
            self._sort((self.order.column + by) % len(self._sheet.columns))

    def action_turn(self) -> None:
        """Turn the order round."""
        self.order = self.order._replace(falling=not self.order.falling)
        self._refilter(self.table.highlighted)

    def on_row_table_head_clicked(self, event: RowTable.HeadClicked) -> None:
        """Sort by the heading, or turn the order round where it is sorted by it already."""
        if event.column == self.order.column:
            self.action_turn()
        else:
            self._sort(event.column)

    def _sort(self, column: int) -> None:
        if self._sheet is not None:
            self.order = Order(column, self._sheet.columns[column].falling)
            self._refilter(None)

    # -- kinds -------------------------------------------------------------------------------------------------
    def action_kind(self, kind: Kind) -> None:
        """Show another kind of facts."""
        if self.browsing is None or kind == self.kind:
            return
        self.kind = kind
        self.query_one(KindBar).show(kind)
        with self.prevent(Input.Changed):
            self.entry.value = ""
        self._put(sheet_of(kind, self.browsing.catalog, self.bills or {}, self.browsing.today))
        self.table.focus()
        self.refresh_bindings()

    def on_kind_tab_chosen(self, event: KindTab.Chosen) -> None:
        """A kind was clicked."""
        self.action_kind(next(kind for kind in KINDS if kind == event.kind))

    # -- acting ------------------------------------------------------------------------------------------------
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only models are compared and drawn; the example helps where there is no profile."""
        if action in ("mark", "unmark", "pareto"):
            return True if self.kind == "models" and self._sheet is not None else None
        if action == "compare":
            return True if self.kind == "models" and self.is_mounted and len(self.table.marked) >= FEWEST else None
        if action == "example":
            return True if self.profile is None else None
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the highlighted model, or take its mark away."""
        row = self.table.highlighted
        if row is None:
            return
        marked = self.table.marked ^ {row}
        if len(marked) > MOST:
            self.notify(f"{MOST} models at most; u unmarks all.", severity="warning", timeout=3)
            return
        self.table.mark(marked)
        self._say()
        self.refresh_bindings()

    def action_unmark(self) -> None:
        """Mark nothing."""
        self.table.mark(frozenset())
        self._say()
        self.refresh_bindings()

    def action_example(self) -> None:
        """Price months for the embedded example."""
        if self.browsing is not None and self.profile is None:
            self.price(self.browsing, self.shell.workflow.example_profile())

    def on_row_table_chosen(self, event: RowTable.Chosen) -> None:
        """Open everything that is known of a record."""
        from advisor.tui.screens.catalog_detail import DetailScreen  # noqa: PLC0415 - the rows are there sooner without it

        record = self._record(event.record)
        if record is not None and self.browsing is not None:
            bill = (self.bills or {}).get(getattr(record, "id", ""))
            self.app.push_screen(DetailScreen(record, self.browsing, profile=self.profile, bill=bill))

    def action_compare(self) -> None:
        """Show the marked models side by side."""
        from advisor.tui.screens.catalog_compare import CompareScreen  # noqa: PLC0415 - the rows are there sooner without it

        if self.browsing is None or self._sheet is None:
            return
        chosen = [self._sheet.records[row] for row in self.table.shown if row in self.table.marked]
        chosen += [self._sheet.records[row] for row in sorted(self.table.marked - set(self.table.shown))]
        self.app.push_screen(CompareScreen(tuple(chosen), self.browsing, profile=self.profile, bills=self.bills))

    def action_pareto(self) -> None:
        """Draw the models that are listed now."""
        from advisor.tui.screens.catalog_pareto import ParetoScreen  # noqa: PLC0415 - the rows are there sooner without it

        if self.browsing is None or self._sheet is None:
            return
        if self.profile is None or self.bills is None:
            said = "What a month costs needs requests a day and tokens: answer the questions (w on the home screen), or e for the example."
            self.notify(said, title="No profile at hand", severity="warning", timeout=6)
            return
        among = [self._sheet.records[row].id for row in self.table.shown]
        self.app.push_screen(
            ParetoScreen(self.browsing, self.profile, self.bills, among=among, asked=take_apart(self.entry.value))
        )
