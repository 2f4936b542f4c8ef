"""Dots over a logarithmic axis of dollars, with the steps of those that nothing beats; each can be clicked.

What a dot is stands in its shape: ◆ is on the frontier, • is not, and a hollow one (◇ ∘) has an assumed score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from advisor.tui.widgets.text import one_line

MARGIN = 6
"""Columns left of the axis, for its figures."""
BELOW = 2
"""Rows under the field: the axis and its figures."""
SMALLEST = (30, 6)
LABEL = 24
"""Longest label, in cells."""
NEAR = 3
"""Columns within which a click means a dot."""
SHAPES = {(True, True): "◆", (True, False): "◇", (False, True): "•", (False, False): "∘"}
"""By whether it is best and whether its score is published."""

Ink = Literal["blank", "axis", "steps", "rest", "best", "label", "chosen"]


class Dot(NamedTuple):
    """One model."""

    usd: float
    """Above 0."""
    height: float
    label: str
    best: bool
    published: bool


class Cell(NamedTuple):
    """A character and what it is drawn as."""

    character: str
    ink: Ink


class Scale(NamedTuple):
    """From values to cells; ``low`` and ``high`` stand at the two ends."""

    low: float
    high: float
    cells: int

    def place(self, value: float) -> int:
        """The cell of a value, counted from the low end."""
        span = self.high - self.low
        return round((value - self.low) / span * (self.cells - 1)) if span else (self.cells - 1) // 2


def wider(values: Sequence[float], share: float) -> tuple[float, float]:
    """The ends of an axis: a little more than the values take."""
    low, high = min(values), max(values)
    room = (high - low) * share or 0.5
    return low - room, high + room


def dollar_ticks(low: float, high: float) -> list[float]:
    """Powers of ten within ten-logarithms, and their doubles and fives where there are few."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    steps = (1, 2, 5) if high - low < 2.5 else (1,)
    ticks = [math.log10(step) + power for power in powers for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def even_ticks(low: float, high: float, count: int) -> list[float]:
    """At most ``count`` round values."""
    rough = (high - low) / max(1, count)
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    first = math.ceil(low / step)
    return [step * at for at in range(first, math.floor(high / step) + 1)]


class Drawing:
    """The dots in a field of cells, and where each of them ended up."""

    def __init__(self, dots: Sequence[Dot], width: int, height: int, chosen: int | None) -> None:
        self.dots, self.width, self.height, self.chosen = dots, width, height, chosen
        self.rows: list[list[Cell]] = [[Cell(" ", "blank")] * width for _ in range(height)]
        self.spots: list[tuple[int, int]] = []
        """Column and row of each dot."""
        if dots:
            self._draw()

    def _draw(self) -> None:
        field_width, field_height = self.width - MARGIN - 1, self.height - BELOW
        across = Scale(*wider([math.log10(dot.usd) for dot in self.dots], 0.06), field_width)
        upward = Scale(*wider([dot.height for dot in self.dots], 0.1), field_height)
        self.spots = [
            (MARGIN + 1 + across.place(math.log10(dot.usd)), field_height - 1 - upward.place(dot.height))
            for dot in self.dots
        ]
        self._axes(across, upward)
        self._steps()
        self._shapes()
        self._labels()

    def _axes(self, across: Scale, upward: Scale) -> None:
        bottom = self.height - BELOW
        for row in range(bottom):
            self._put(MARGIN, row, "│", "axis")
        self._put(MARGIN, bottom, "└" + "─" * (self.width - MARGIN - 1), "axis")
        for value in even_ticks(upward.low, upward.high, max(2, bottom // 2)):
            row = bottom - 1 - upward.place(value)
            self._put(0, row, f"{value:>{MARGIN - 1}.4g} ┤", "axis")
        end = 0
        for tick in dollar_ticks(across.low, across.high):
            at, text = MARGIN + 1 + across.place(tick), dollars(10**tick)
            start = min(max(0, at - len(text) // 2), self.width - len(text))
            if start >= end:
                self._put(at, bottom, "┬", "axis")
                self._put(start, bottom + 1, text, "axis")
                end = start + len(text) + 1

    def _steps(self) -> None:
        best = sorted(spot for spot, dot in zip(self.spots, self.dots, strict=True) if dot.best)
        for (left, low), (right, high) in pairwise(best):
            self._put(left, low, "┄" * (right - left), "steps")
            for row in range(high, low):
                self._put(right, row, "┊", "steps")
            if low != high:
                self._put(right, low, "┘", "steps")

    def _shapes(self) -> None:
        order = sorted(range(len(self.dots)), key=lambda at: (self.dots[at].best, at == self.chosen))
        for at in order:
            dot, (column, row) = self.dots[at], self.spots[at]
            ink: Ink = "chosen" if at == self.chosen else "best" if dot.best else "rest"
            self._put(column, row, SHAPES[dot.best, dot.published], ink)

    def _labels(self) -> None:
        """The chosen one first, then the frontier from the best down; one that finds no room stands in the list only."""
        wanted = [at for at, dot in enumerate(self.dots) if dot.best and at != self.chosen]
        wanted.sort(key=lambda at: -self.dots[at].height)
        for at in ([self.chosen] if self.chosen is not None else []) + wanted:
            self._label(at)

    def _label(self, at: int) -> None:
        text = one_line(self.dots[at].label, LABEL)
        column, row = self.spots[at]
        length = cell_len(text)
        for start, line in ((column + 2, row), (column - length - 1, row), (column + 2, row + 1), (column + 2, row - 1),
                            (column - length - 1, row - 1)):  # fmt: skip
            if self._free(start, line, length):
                self._put(start, line, text, "chosen" if at == self.chosen else "label")
                return

    def _free(self, start: int, row: int, length: int) -> bool:
        if not (0 <= row < self.height - BELOW and start > MARGIN and start + length <= self.width):
            return False
        around = self.rows[row][start - 1 : start + length + 1]
        return all(cell.ink in ("blank", "steps") for cell in around)

    def _put(self, column: int, row: int, text: str, ink: Ink) -> None:
        """Write into the cells; a character that takes two cells leaves the second empty."""
        for character in text:
            if 0 <= column < self.width and 0 <= row < self.height:
                self.rows[row][column] = Cell(character, ink)
            for rest in range(1, cell_len(character)):
                if column + rest < self.width:
                    self.rows[row][column + rest] = Cell("", ink)
            column += max(1, cell_len(character))

    def nearest(self, column: int, row: int) -> int | None:
        """The dot that a click means: within a row and a few columns, those of the frontier first."""
        found = [
            (abs(y - row) * 2 + abs(x - column), not self.dots[at].best, at)
            for at, (x, y) in enumerate(self.spots)
            if abs(x - column) <= NEAR and abs(y - row) <= 1
        ]
        return min(found)[2] if found else None


def dollars(amount: float) -> str:
    """A round sum in few characters."""
    if amount >= 1e6:
        return f"${amount / 1e6:.3g}M"
    return f"${amount / 1e3:.3g}k" if amount >= 1000 else f"${amount:.3g}"


class ParetoPlot(Widget):
    """Dots, axes, the frontier with its names."""

    help_text = "◆ is on the frontier: nothing costs as little and scores as much. Hollow dots have an assumed score."
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plot--blank", "plot--axis", "plot--steps", "plot--rest", "plot--best", "plot--label", "plot--chosen",
    }  # fmt: skip
    DEFAULT_CSS = """
    ParetoPlot {
        height: 1fr;
        .plot--blank { color: $foreground; }
        .plot--axis { color: $foreground-muted; }
        .plot--steps { color: $secondary; }
        .plot--rest { color: $foreground-muted; }
        .plot--best { color: $text-accent; text-style: bold; }
        .plot--label { color: $foreground; }
        .plot--chosen { color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold; }
    }
    """
    ALLOW_SELECT = False

    @dataclass
    class Picked(Message):
        """A dot was clicked."""

        dot: int

    def __init__(self, *, key: str | None = None) -> None:
        super().__init__(id=key)
        self._dots: tuple[Dot, ...] = ()
        self._chosen: int | None = None
        self.drawing: Drawing | None = None

    def show(self, dots: Iterable[Dot], *, chosen: int | None) -> None:
        """Draw these dots, one of them chosen."""
        self._dots, self._chosen = tuple(dots), chosen
        self._redraw()

    def choose(self, dot: int | None) -> None:
        """Make another dot stand out."""
        self._chosen = dot
        self._redraw()

    def on_resize(self) -> None:
        """Fit the field into what room there is."""
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        fits = self._dots and width >= SMALLEST[0] and height >= SMALLEST[1]
        self.drawing = Drawing(self._dots, width, height, self._chosen) if fits else None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the field."""
        if self.drawing is None or y >= len(self.drawing.rows):
            return Strip.blank(self.size.width)
        return Strip(self._segments(self.drawing.rows[y])).adjust_cell_length(self.size.width)

    def _segments(self, cells: Iterable[Cell]) -> Iterator[Segment]:
        for ink, run in groupby(cells, key=lambda cell: cell.ink):
            text = "".join(cell.character for cell in run)
            yield Segment(text, self.get_component_rich_style(f"plot--{ink}"))

    def on_click(self, event: events.Click) -> None:
        """Choose the dot under the pointer, or the one beside it."""
        event.stop()
        found = self.drawing.nearest(event.x, event.y) if self.drawing is not None else None
        if found is not None:
            self.post_message(self.Picked(found))
