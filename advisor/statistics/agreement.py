"""Do two raters agree more than by chance?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Kappa(NamedTuple):
    """Agreement beyond chance. Kappa is None where chance alone agrees always: then it is not defined."""

    kappa: float | None
    observed: float
    expected: float


def cohen_kappa(table: Sequence[Sequence[int]]) -> Kappa:
    """Cohen's kappa of a square table, rows one rater, columns the other (Cohen 1960, Educ Psychol Meas 20:37).

    Report the observed agreement with it: the same agreement gives another kappa at another prevalence. Raises
    ValueError unless the table is square, without negative counts, and not empty.
    """
    n = _check_square(table)
    rows = [sum(row) / n for row in table]
    columns = [sum(column) / n for column in zip(*table, strict=True)]
    observed = sum(table[index][index] for index in range(len(table))) / n
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    kappa = None if expected >= 1 else (observed - expected) / (1 - expected)
    return Kappa(kappa, observed, expected)


def _check_square(table: Sequence[Sequence[int]]) -> int:
    total = sum(sum(row) for row in table)
    if total < 1 or any(len(row) != len(table) or min(row) < 0 for row in table):
        raise ValueError("table must be square, hold counts of 0 or more, and at least one rating")
    return total
