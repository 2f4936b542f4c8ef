"""Charts as SVG that takes its colours from the page, so that one drawing serves light, dark and paper."""

from advisor.report.charts.draw import draw

__all__ = ["draw"]
