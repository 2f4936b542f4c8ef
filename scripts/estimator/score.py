"""How well estimates met what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

LEAST_ROWS = 3
"""Sources with fewer rows are pooled."""


@dataclass(frozen=True)
class Meeting:
    """One figure: what was measured, expected, and the interval."""

    source: str
    actual: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1; the width is high over low."""

    rows: int
    median_error: float
    within_20: float
    too_low: float
    """More than 10 % below what was measured."""
    coverage: float
    width: float


def score(met: Sequence[Meeting]) -> Score:
    """Of some figures."""
    errors = [abs(one.expected / one.actual - 1.0) for one in met]
    return Score(
        rows=len(met),
        median_error=median(errors),
        within_20=fmean(error <= 0.20 for error in errors),
        too_low=fmean(one.expected < 0.9 * one.actual for one in met),
        coverage=fmean(one.low <= one.actual <= one.high for one in met),
        width=fmean(one.high / one.low for one in met),
    )


def by_source(met: Sequence[Meeting]) -> dict[str, Score]:
    """Of each source."""
    return {name: score([one for one in met if one.source == name]) for name in sorted({one.source for one in met})}


def mean_over_sources(met: Sequence[Meeting]) -> Score:
    """Every source weighing the same; small ones pooled into one."""
    counts = {name: found.rows for name, found in by_source(met).items()}
    pooled: dict[str, list[Meeting]] = {}
    for one in met:
        pooled.setdefault(one.source if counts[one.source] >= LEAST_ROWS else "(small)", []).append(one)
    return mean([score(ones) for ones in pooled.values()])


def mean(scores: Sequence[Score]) -> Score:
    """Of several scores, field by field; rows are summed."""
    fields: Mapping[str, float] = {
        name: fmean(getattr(one, name) for one in scores)
        for name in ("median_error", "within_20", "too_low", "coverage", "width")
    }
    return Score(rows=sum(one.rows for one in scores), **fields)
