"""Draws each kind of chart, wide for a page and narrow for a phone."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple, assert_never

from advisor.report.charts.palette import ACCENT, BAND, GOOD, INK, LINE, MUTED, PAPER, WARNING
from advisor.report.charts.svg import style, to_svg
from advisor.report.numbers import percent, points
from advisor.report.records import ArmsChart, Chart, EffectChart, LossChart, PlannedChart
from advisor.report.records import Figure as ReportFigure
from advisor.report.untrusted import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Size(NamedTuple):
    """How much room there is. A figure's unit is 1/72 inch, shown as about one pixel."""

    name: str
    width: float
    label_characters: int
    label_share: float
    """Of the width, for the names of rows."""


WIDE = Size("wide", 6.2, 24, 0.27)
NARROW = Size("narrow", 3.5, 15, 0.33)


def draw(figure: ReportFigure, size: Size) -> str:
    """An SVG element. Equal figures give equal bytes."""
    name = f"{figure.id}-{size.name}"
    with style(name):
        canvas = _drawn(figure.chart, size)
        return to_svg(canvas, name=name, alt=f"{figure.title}. {figure.alt}")


def _drawn(chart: Chart, size: Size) -> Figure:
    if isinstance(chart, LossChart):
        return _loss(chart, size)
    if isinstance(chart, EffectChart):
        return _effect(chart, size)
    if isinstance(chart, ArmsChart):
        return _arms(chart, size)
    if isinstance(chart, PlannedChart):
        return _planned(chart, size)
    assert_never(chart)


def _loss(chart: LossChart, size: Size) -> Figure:
    figure, axes = _axes(size, height=2.4, left=0.09 if size is WIDE else 0.13)
    axes.plot(*zip(*chart.steps, strict=True), color=LINE, linewidth=1.0, zorder=1)
    axes.plot(*zip(*_smoothed(chart.steps), strict=True), color=ACCENT, linewidth=2.0, zorder=2, solid_capstyle="round")
    if chart.validation:
        axes.plot(
            *zip(*chart.validation, strict=True), color=INK, linewidth=1.0, linestyle=(0, (3, 2)), marker="o",
            markersize=4.5, markerfacecolor=PAPER, markeredgecolor=INK, zorder=3,
        )  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_xlabel("step", loc="right")
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    _key(axes, validation=bool(chart.validation))
    return figure


def _key(axes: Axes, *, validation: bool) -> None:
    """Names the lines at the top right, in their colours."""
    axes.text(
        0.99,
        0.97,
        "training, mean of five steps",
        color=ACCENT,
        ha="right",
        va="top",
        transform=axes.transAxes,
        weight="bold",
    )
    axes.text(0.99, 0.86, "each step", color=MUTED, ha="right", va="top", transform=axes.transAxes)
    if validation:
        axes.text(0.99, 0.75, "○ validation", color=INK, ha="right", va="top", transform=axes.transAxes)


def _smoothed(points_of: tuple[tuple[int, float], ...], reach: int = 2) -> list[tuple[int, float]]:
    """The mean over up to five neighbouring steps; fewer at the ends, the same number on both sides."""
    values = [loss for _, loss in points_of]
    smooth = []
    for place, (step, _) in enumerate(points_of):
        near = min(reach, place, len(values) - 1 - place)
        part = values[place - near : place + near + 1]
        smooth.append((step, sum(part) / len(part)))
    return smooth


def _effect(chart: EffectChart, size: Size) -> Figure:
    figure, axes = _rows([row.label for row in chart.rows], size)
    for place, row in enumerate(chart.rows):
        colour = ACCENT if row.headline else INK
        axes.plot(
            [100 * row.low, 100 * row.high],
            [place, place],
            color=colour,
            linewidth=5 if row.headline else 2.5,
            solid_capstyle="round",
            alpha=0.45 if row.headline else 0.5,
        )
        axes.plot(
            [100 * row.difference],
            [place],
            "o",
            color=colour,
            markersize=9 if row.headline else 6,
            markeredgecolor=PAPER,
            markeredgewidth=1.2,
        )
        axes.annotate(
            points(row.difference),
            (100 * row.difference, place),
            (0, 9),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=colour,
            weight="bold" if row.headline else "normal",
        )
        if row.bound is not None:
            axes.plot([100 * row.bound] * 2, [place - 0.28, place + 0.28], color=MUTED, linewidth=1.4)
    axes.axvline(0, color=MUTED, linewidth=1.0, zorder=0)
    _room(axes, [value for row in chart.rows for value in (100 * row.low, 100 * row.high, 0.0)], share=0.12)
    axes.set_xlabel("points; the short line is what the interval has to clear", loc="right")
    return figure


def _arms(chart: ArmsChart, size: Size) -> Figure:
    figure, axes = _rows([row.label for row in chart.rows], size)
    for place, row in enumerate(chart.rows):
        colour = {"candidate": ACCENT, "baseline": INK, "other": MUTED}[row.role]
        axes.plot([0, 100], [place, place], color=BAND, linewidth=7, solid_capstyle="round", zorder=0)
        axes.plot(
            [100 * row.low, 100 * row.high],
            [place, place],
            color=colour,
            linewidth=3,
            alpha=0.5,
            solid_capstyle="round",
        )
        axes.plot(
            [100 * row.score], [place], "o", color=colour, markersize=9, markeredgecolor=PAPER, markeredgewidth=1.2
        )
        axes.annotate(
            percent(row.score),
            (100 * row.score, place),
            (0, 9),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=colour,
            weight="bold",
        )
    axes.set_xlim(-4, 104)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("percent of items", loc="right")
    return figure


def _planned(chart: PlannedChart, size: Size) -> Figure:
    figure, axes = _rows([row.label for row in chart.rows], size, per_row=0.42)
    axes.set_xscale("log")
    for place, row in enumerate(chart.rows):
        colour = GOOD if row.low <= row.actual <= row.high else WARNING
        axes.plot([row.low, row.high], [place, place], color=BAND, linewidth=9, solid_capstyle="round", zorder=0)
        axes.plot([row.actual], [place], "o", color=colour, markersize=8, markeredgecolor=PAPER, markeredgewidth=1.2)
    axes.axvline(1, color=MUTED, linewidth=1.0, zorder=1)
    values = [value for row in chart.rows for value in (row.low, row.high, row.actual) if value > 0]
    low, high = min([*values, 0.5]), max([*values, 2.0])
    ticks = [tick for tick in (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100) if low * 0.8 <= tick <= high * 1.25]
    axes.set_xlim(low * 0.8, high * 1.25)
    axes.set_xticks(ticks, [f"{tick:g}x" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("multiple of what was expected", loc="right")
    return figure


def _rows(labels: list[str], size: Size, *, per_row: float = 0.56) -> tuple[Figure, Axes]:
    """Axes with one named row per label, the first on top."""
    figure, axes = _axes(size, height=0.62 + per_row * len(labels), left=size.label_share)
    axes.set_yticks(range(len(labels)), [_label(label, size) for label in labels])
    axes.set_ylim(len(labels) - 0.45, -0.75)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure, axes


def _label(text: str, size: Size) -> str:
    """A name on at most two lines."""
    lines = textwrap.wrap(clean(text), size.label_characters) or [""]
    shown = lines if len(lines) <= 2 else [lines[0], f"{lines[1][: size.label_characters - 1]}…"]
    return "\n".join(shown)


def _axes(size: Size, *, height: float, left: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - matplotlib takes 0.4 s

    figure = Canvas(figsize=(size.width, height))
    figure.patch.set_alpha(0)
    axes = figure.add_axes((left, 0.46 / height, 0.97 - left, 1 - 0.56 / height))
    axes.tick_params(length=3)
    return figure, axes


def _room(axes: Axes, values: list[float], *, share: float) -> None:
    """Limits with some air on both sides."""
    low, high = min(values), max(values)
    air = max(1.0, (high - low) * share)
    axes.set_xlim(low - air, high + air)
