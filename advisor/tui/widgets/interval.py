"""A difference with its interval, drawn to scale in one line of text with zero marked."""

from __future__ import annotations

from typing import NamedTuple


class Drawing(NamedTuple):
    """The drawn line and the scale under it, both ``width`` cells wide."""

    line: str
    scale: str


def draw(difference: float, interval: tuple[float, float], width: int) -> Drawing:
    """``├───●───┤`` over a line on which ``┼`` is zero; fractions of 1.

    The scale reaches as far as the interval does, and always shows zero.
    """
    low, high = interval
    reach = max(abs(low), abs(high), abs(difference), 0.01) * 1.15
    left, right = min(0.0, low, -reach / 6), max(0.0, high, reach / 6)
    cells = ["─"] * width
    place = _placer(left, right, width)
    for index in range(place(low), place(high) + 1):
        cells[index] = "━"
    cells[place(0.0)] = "┼"
    cells[place(low)], cells[place(high)], cells[place(difference)] = "┣", "┫", "●"
    return Drawing("".join(cells), _scale(place(0.0), width, left, right))


def _placer(left: float, right: float, width: int) -> Placer:
    return Placer(left, right, max(1, width))


class Placer(NamedTuple):
    """Where a value stands on the line."""

    left: float
    right: float
    width: int

    def __call__(self, value: float) -> int:
        """The cell of a value, kept on the line."""
        share = (value - self.left) / (self.right - self.left)
        return min(self.width - 1, max(0, round(share * (self.width - 1))))


def _scale(zero: int, width: int, left: float, right: float) -> str:
    """The ends and zero in percentage points; an end that would touch zero's label is left out."""
    cells = [" "] * width
    start, end = f"{100 * left:+.0f}", f"{100 * right:+.0f} pp"
    if len(start) + 1 < zero:
        cells[: len(start)] = start
    if zero + 2 < width - len(end):
        cells[width - len(end) :] = end
    cells[zero] = "0"
    return "".join(cells)[:width]
