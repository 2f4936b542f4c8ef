"""The chance of being best of each approach, as labelled bars: figure, length and mark say the same."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget

from advisor.decide.records import APPROACHES, Decision
from advisor.tui.figures import bar
from advisor.tui.widgets.text import clean
from advisor.tui.words import APPROACH_NAMES


class Bar(NamedTuple):
    """One line of a bar chart."""

    label: str
    fraction: float
    """0 to 1, the length."""
    figure: str
    chosen: bool = False


class Bars(Widget):
    """Horizontal bars, one line each."""

    DEFAULT_CSS = "Bars { height: auto; width: 1fr; }"

    def __init__(self, bars: tuple[Bar, ...] = (), *, key: str | None = None) -> None:
        super().__init__(id=key)
        self._bars = bars

    def show(self, bars: tuple[Bar, ...]) -> None:
        """Draw other bars."""
        self._bars = bars
        self.refresh(layout=True)

    def render(self) -> Content:
        """One line for each bar, as wide as there is room."""
        label_width = max((len(item.label) for item in self._bars), default=0)
        figure_width = max((len(item.figure) for item in self._bars), default=0)
        room = max(1, self.size.width - label_width - figure_width - 5)
        return Content("\n").join([_line(item, label_width, figure_width, room) for item in self._bars])

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002 - overrides
        """As many lines as bars."""
        return len(self._bars)


def _line(item: Bar, label_width: int, figure_width: int, room: int) -> Content:
    mark, weight = ("▸", "bold") if item.chosen else (" ", "")
    tone = "$text-accent" if item.chosen else "$text-primary"
    return Content.assemble(
        (f"{mark} {clean(item.label):<{label_width}} ", weight),
        (f"{bar(item.fraction, room):<{room}} ", tone),
        (f"{item.figure:>{figure_width}}", weight),
    )


def approach_bars(decision: Decision) -> tuple[Bar, ...]:
    """All seven approaches, likeliest first; the chosen one marked."""
    chances = [(decision.probability_best.get(approach, 0.0), approach) for approach in APPROACHES]
    ordered = sorted(chances, key=lambda pair: -pair[0])
    return tuple(
        Bar(APPROACH_NAMES[name], chance, f"{chance:.2f}", name == decision.approach) for chance, name in ordered
    )
