"""The loss curve: training as a line, validation as marked points, so that shape and not only colour tells them apart."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

SMALLEST = (24, 6)
"""Columns and rows under which axes leave no room for a curve."""


class LossPlot(PlotextPlot):  # type: ignore[misc]  # textual-plotext carries no types
    """Loss against optimizer steps."""

    help_text = "Loss against optimizer steps: the line is training loss, each ◆ is the loss on validation rows."

    def __init__(self, *, key: str | None = None) -> None:
        super().__init__(id=key)
        self._losses: Mapping[int, float] = {}
        self._validation: Mapping[int, float] = {}

    def show(self, losses: Mapping[int, float], validation: Mapping[int, float]) -> None:
        """Draw these points."""
        self._losses, self._validation = losses, validation
        self.refresh()

    def render(self) -> RenderResult:
        """The curve, or nothing where there is no room or no point yet."""
        if self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]:
            return ""
        if not self._losses:
            return "The curve starts with the first step."
        self._draw()
        drawn: RenderResult = super().render()
        return drawn

    def _draw(self) -> None:
        steps, points = sorted(self._losses), sorted(self._validation)
        self.plt.clear_data()
        self.plt.plot(steps, [self._losses[step] for step in steps], marker="braille", color=self._rgb("primary"))
        if points:
            heights = [self._validation[step] for step in points]
            self.plt.scatter(points, heights, marker="◆", color=self._rgb("accent"))
        self.plt.xticks(ticks(steps[0], max([*steps, *points])))
        self.plt.ylim(0, 1.05 * max([*self._losses.values(), *self._validation.values()]))

    def _rgb(self, variable: str) -> tuple[int, int, int]:
        return Color.parse(self.app.theme_variables[variable]).rgb


def ticks(first: int, last: int) -> list[int]:
    """At most six whole steps, evenly spread, both ends among them."""
    count = min(6, last - first + 1)
    if count < 2:
        return [first]
    return sorted({round(first + (last - first) * at / (count - 1)) for at in range(count)})
