"""A table of any length that draws only the rows in sight; keyboard and mouse move, choose, sort and mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from advisor.tui.widgets.fact_table import PADDING, SCROLLBAR, fit

MARKS = 3
"""Cells before the first column: whether a row is marked."""
LEAST = 28
"""Cells that the flexible column keeps; with fewer, other columns go."""


class Head(NamedTuple):
    """One column as it is drawn."""

    title: str
    width: int
    align: Literal["left", "right"] = "left"


Cells = Callable[[int], Sequence[str]]
"""The texts of a record, by its index; one line each, safe to show."""


class RowTable(ScrollView, can_focus=True):
    """Rows of records, of which only those in sight are ever looked at."""

    help_text = (
        "A table: `up`, `down`, `pgup`, `pgdn`, `home` and `end` move, `enter` or a second click opens the row, "
        "a click on a heading sorts by it, a click on it again turns the order round."
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--head", "rows--sorted", "rows--cursor", "rows--blurred", "rows--marked", "rows--plain",
    }  # fmt: skip
    DEFAULT_CSS = """
    RowTable {
        height: 1fr; overflow-x: hidden; background: transparent;
        .rows--head { color: $text-muted; text-style: bold; }
        .rows--sorted { color: $text-accent; text-style: bold; }
        .rows--plain { color: $foreground; }
        .rows--marked { color: $text-accent; text-style: bold; }
        .rows--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        .rows--blurred { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="rows.up", show=False, tooltip="The row above"),
        Binding("down", "move(1)", "Down", id="rows.down", show=False, tooltip="The row below"),
        Binding("pageup", "page(-1)", "Page up", id="rows.page_up", show=False, tooltip="A screen of rows up"),
        Binding("pagedown", "page(1)", "Page down", id="rows.page_down", show=False, tooltip="A screen of rows down"),
        Binding("home", "ends(0)", "First", id="rows.first", show=False, tooltip="The first row"),
        Binding("end", "ends(-1)", "Last", id="rows.last", show=False, tooltip="The last row"),
        Binding("enter", "choose", "Open", id="rows.open", show=False, tooltip="Open the highlighted row"),
    ]
    ALLOW_SELECT = False

    cursor: reactive[int] = reactive(0, repaint=False)
    """Which of the rows shown is highlighted."""

    @dataclass
    class Highlighted(Message):
        """Another row is highlighted; None where there is none."""

        table: RowTable
        record: int | None

        def can_replace(self, message: Message) -> bool:
            """Only the last one counts."""
            return isinstance(message, RowTable.Highlighted)

    @dataclass
    class Chosen(Message):
        """A row was opened."""

        table: RowTable
        record: int

    @dataclass
    class HeadClicked(Message):
        """A heading was clicked."""

        table: RowTable
        column: int

    def __init__(self, *, key: str | None = None) -> None:
        super().__init__(id=key)
        self._heads: tuple[Head, ...] = ()
        self._cells: Cells = lambda _: ()
        self._rows: Sequence[int] = ()
        self._sorted: tuple[int, bool] | None = None
        self._visible: list[tuple[int, int]] = []
        """Column and width of what there is room for."""
        self._flexible = 0
        self.marked: frozenset[int] = frozenset()
        """Records that are marked."""

    # -- what is shown -----------------------------------------------------------------------------------------
    def set_columns(self, heads: Sequence[Head], cells: Cells, *, flexible: int = 0) -> None:
        """Show records in these columns; the flexible one gives way where there is little room."""
        self._heads, self._cells, self._flexible = tuple(heads), cells, flexible
        self._rows, self.marked, self._sorted = (), frozenset(), None
        self._fit()

    def show(self, rows: Sequence[int], *, ordered_by: tuple[int, bool], record: int | None = None) -> None:
        """Show these records in this order; the highlight stays on ``record`` where it is among them, else goes first.

        Says nothing of the highlight: who shows knows, and may draw what depends on it in the same frame.
        """
        resorted = self._sorted != ordered_by
        self._rows, self._sorted = rows, ordered_by
        if resorted:
            self._fit()
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        at = _place(rows, record) if record is not None else 0
        self.set_reactive(RowTable.cursor, at)
        self._reveal()
        self.refresh()

    def mark(self, records: frozenset[int]) -> None:
        """Mark these records and no others."""
        self.marked = records
        self.refresh()

    @property
    def highlighted(self) -> int | None:
        """The record of the highlighted row; None in an empty table."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def shown(self) -> Sequence[int]:
        """The records shown, in order."""
        return self._rows

    @property
    def columns_shown(self) -> tuple[int, ...]:
        """The columns that there is room for."""
        return tuple(column for column, _ in self._visible)

    # -- drawing -----------------------------------------------------------------------------------------------
    def render_line(self, y: int) -> Strip:
        """One line of what is in sight: the headings, then rows."""
        if y == 0:
            return self._headings()
        at = round(self.scroll_offset.y) + y - 1
        return self._row(at) if at < len(self._rows) else Strip.blank(self.size.width, self.rich_style)

    def _headings(self) -> Strip:
        usual, chosen = self.get_component_rich_style("rows--head"), self.get_component_rich_style("rows--sorted")
        parts = [Segment(" " * MARKS, usual)]
        for column, width in self._visible:
            head = self._heads[column]
            is_sorted = self._sorted is not None and self._sorted[0] == column
            parts += _padded(head.title, width, head.align, chosen if is_sorted else usual)
            if is_sorted:
                parts[-1] = _arrowed(parts[-1], head, falling=self._sorted is not None and self._sorted[1])
        return self._whole(parts, usual)

    def _row(self, at: int) -> Strip:
        record = self._rows[at]
        is_marked = record in self.marked
        style = self._style(at, is_marked=is_marked)
        texts = self._cells(record)
        parts = [Segment(" ✓ " if is_marked else "   ", style)]
        for column, width in self._visible:
            parts += _padded(texts[column], width, self._heads[column].align, style)
        return self._whole(parts, style)

    def _style(self, at: int, *, is_marked: bool) -> Style:
        plain = self.get_component_rich_style("rows--marked" if is_marked else "rows--plain")
        if at != self.cursor:
            return plain
        return plain + self.get_component_rich_style("rows--cursor" if self.has_focus else "rows--blurred")

    def _whole(self, parts: list[Segment], style: Style) -> Strip:
        return Strip(parts).adjust_cell_length(self.size.width, style)

    def _fit(self) -> None:
        room = max(1, (self.size.width or 80) - MARKS - SCROLLBAR)
        widths = (
            fit([head.width for head in self._heads], flexible=self._flexible, room=room, least=LEAST)
            if self._heads
            else []
        )
        self._visible = list(enumerate(widths))
        self._show_the_sorted(room)
        self.refresh()

    def _show_the_sorted(self, room: int) -> None:
        """A column that is sorted by is seen, in the place of the last ones where there is no room for all."""
        column = self._sorted[0] if self._sorted is not None else 0
        if column < len(self._visible) or not self._visible:
            return
        width = self._heads[column].width
        while len(self._visible) > self._flexible + 1 and self._taken() + width + PADDING > room:
            self._visible.pop()
        self._visible.append((column, width))

    def _taken(self) -> int:
        return sum(width + PADDING for _, width in self._visible)

    # -- moving ------------------------------------------------------------------------------------------------
    def on_resize(self) -> None:
        """Fit the columns into what room there is."""
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        self._fit()
        self._reveal()

    def validate_cursor(self, cursor: int) -> int:
        """Within the rows."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        """Draw the two rows that changed."""
        if before != now:
            self._reveal()
            self.refresh()
            self._tell()

    def action_move(self, by: int) -> None:
        """Up or down."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.cursor += by * max(1, self.size.height - 2)

    def action_ends(self, end: int) -> None:
        """The first row or the last."""
        self.cursor = 0 if end == 0 else len(self._rows) - 1

    def action_choose(self) -> None:
        """Open the highlighted row."""
        if self.highlighted is not None:
            self.post_message(self.Chosen(self, self.highlighted))

    def on_click(self, event: events.Click) -> None:
        """A heading sorts; a row is highlighted, and opened by another click."""
        event.stop()
        if event.y == 0:
            column = self.column_at(event.x)
            if column is not None:
                self.post_message(self.HeadClicked(self, column))
            return
        at = round(self.scroll_offset.y) + event.y - 1
        if at >= len(self._rows):
            return
        if at == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = at

    def column_at(self, x: int) -> int | None:
        """The column that stands at a cell."""
        edge = MARKS
        for column, width in self._visible:
            edge += width + PADDING
            if x < edge:
                return column
        return None

    def _reveal(self) -> None:
        if self._rows and self.size.height > 1:
            self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True, immediate=True, x_axis=False)

    def _tell(self) -> None:
        self.post_message(self.Highlighted(self, self.highlighted))


def _place(rows: Sequence[int], record: int) -> int:
    try:
        return rows.index(record)
    except ValueError:
        return 0


def _arrowed(segment: Segment, head: Head, *, falling: bool) -> Segment:
    """A heading with the way it sorts, in the gap behind its column or behind the title."""
    text, arrow = segment.text, "▼" if falling else "▲"
    end = len(text.rstrip()) if head.align == "left" else len(text) - PADDING
    end = min(end, len(text) - PADDING)
    return Segment(text[:end] + arrow + text[end + 1 :], segment.style)


def _padded(text: str, width: int, align: str, style: Style) -> list[Segment]:
    length = cell_len(text)
    if length > width:
        text, length = f"{set_cell_size(text, width - 1)}…" if width > 1 else set_cell_size(text, width), width
    gap = " " * (width - length)
    text = gap + text if align == "right" else text + gap
    return [Segment(text + " " * PADDING, style)]
