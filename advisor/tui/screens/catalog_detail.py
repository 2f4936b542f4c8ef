"""Everything that is known of one record: each fact with its value, source, day and how far to trust it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from advisor.marks import sign
from advisor.profile import Profile
from advisor.shortlist.bill import Bill
from advisor.tui.catalog_columns import OWN
from advisor.tui.catalog_words import CONFIDENCE, ORIGINS, besides, name_of, priced, warnings
from advisor.tui.commands_shown import command
from advisor.tui.screens.catalog_page import CatalogPage
from advisor.tui.widgets.fact_table import Fact, FactTable
from advisor.tui.widgets.text import cell, clean, one_line
from advisor.workflow.browsing import Browsing
from advisor.workflow.fact_sheet import FactLine
from catalog.records import Fact as Record
from catalog.records import Model

SOURCE = 40
"""Cells for a source in the table; the whole of it stands beneath."""
COLUMNS = ("", "fact", "value", "as of", "source")


class DetailScreen(CatalogPage):
    """One record, fact by fact."""

    CSS_PATH = "catalog.tcss"
    title_shown = "Catalog / Facts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "unknown", "Unknown", id="catalog_detail.unknown", tooltip="Hide what is unknown, or show it"),
    ]

    def __init__(self, record: Record, browsing: Browsing, *, profile: Profile | None, bill: Bill | None) -> None:
        super().__init__()
        self.record, self.browsing, self.profile, self.bill = record, browsing, profile, bill
        self.shows_unknown = True

    def about(self) -> str:
        """Which record."""
        return name_of(self.record)

    def command(self) -> str:
        """The command that shows the same."""
        return command(*self.shell.place, "catalog", "show", name_of(self.record))

    def body(self) -> ComposeResult:
        """What matters first, then every fact."""
        yield Static(self._headline(), id="headline")
        yield FactTable(*COLUMNS, flexible=2, key="facts")

    def on_mount(self) -> None:
        """Fill in the facts."""
        self._show()
        self.query_one("#facts", FactTable).table.focus()

    def _show(self) -> None:
        lines = self.browsing.facts(self.record)
        shown = [fact(line) for line in lines if self.shows_unknown or line.value is not None]
        self.query_one("#facts", FactTable).show(shown)

    def action_unknown(self) -> None:
        """Hide what is unknown, or show it."""
        self.shows_unknown = not self.shows_unknown
        self._show()

    def _headline(self) -> Content:
        lines = [
            Content.assemble((one_line(name_of(self.record), 70), "bold"), f"  {one_line(besides(self.record), 200)}")
        ]
        if isinstance(self.record, Model):
            lines.append(priced(self.bill, (self.profile.name or "unnamed task") if self.profile is not None else None))
        lines += [
            Content.assemble(("! ", "$text-warning"), said) for said in warnings(self.record, self.browsing.today)
        ]
        return Content("\n").join(lines)


def fact(line: FactLine) -> Fact:
    """One fact as a row: its mark, name, value, day and source; the whole of it beneath."""
    value = line.value if line.value is not None else "unknown"
    day = str(line.as_of) if line.as_of is not None else ""
    cells = (cell(signs(line)), cell(line.name), cell(value), cell(day), cell(one_line(line.source, SOURCE)))
    return Fact(cells, told(line, value))


def signs(line: FactLine) -> str:
    """``~`` recalled, ``*`` one's own, ``!`` too old to be trusted."""
    own = OWN if line.origin in ("overlay", "imported") else ""
    return own + sign(line.confidence) + ("!" if line.warning else "")


def told(line: FactLine, value: str) -> Content:
    """A fact in full."""
    head = Content.assemble((f"{line.section}: ", "$text-accent"), f"{clean(line.name)}  ", (clean(value), "bold"))
    if line.value is None:
        return Content.assemble(
            head, "\nNobody has published it, or it was not found. It counts as unknown, never as zero."
        )
    trusted = ", ".join(
        part for part in (CONFIDENCE[line.confidence] if line.confidence else "", ORIGINS[line.origin]) if part
    )
    where = f"{clean(line.source) or 'no source'}, as of {line.as_of or 'an unknown day'}" + (
        f", {trusted}" if trusted else ""
    )
    lines = [head, Content.assemble(("source  ", "$text-accent"), where)]
    if line.warning:
        lines.append(Content.assemble(("! ", "$text-warning"), line.warning))
    return Content("\n").join(lines)
