"""The difference of two proportions that were measured on the same items."""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.statistics.normal import below, two_sided_z
from advisor.statistics.proportion import Interval, wilson

BISECTIONS = 80
"""Halvings of the interval from -1 to 1: more than the 53 bits of a double."""


class PairedTable(NamedTuple):
    """Two arms on the same items. Every difference is A minus B."""

    a: int
    """Both right."""
    b: int
    """Only A right."""
    c: int
    """Only B right."""
    d: int
    """Both wrong."""

    @property
    def n(self) -> int:
        """Items."""
        return self.a + self.b + self.c + self.d

    @property
    def discordant(self) -> int:
        """Items that one arm got right and the other wrong."""
        return self.b + self.c

    @property
    def difference(self) -> float:
        """Proportion right of A minus that of B."""
        return (self.b - self.c) / self.n

    @property
    def variance(self) -> float:
        """Variance of one item's difference, -1, 0 or 1: discordance minus the square of the difference."""
        return max(0.0, self.discordant / self.n - self.difference**2)


class PairedDifference(NamedTuple):
    """A difference with its standard error and large-sample interval."""

    diff: float
    se: float
    lo: float
    hi: float


def paired_accuracy_difference(table: PairedTable, *, alpha: float = 0.05) -> PairedDifference:
    """A minus B with the paired standard error sd(d)/sqrt(n) and its normal interval (Miller 2024, arXiv 2411.00640).

    The variance divides by n. Raises ValueError for an empty table or negative counts.
    """
    check_table(table)
    se = math.sqrt(table.variance / table.n)
    reach = two_sided_z(alpha) * se
    diff = table.difference
    return PairedDifference(diff, se, max(-1.0, diff - reach), min(1.0, diff + reach))


def tango_z(table: PairedTable, delta: float) -> float:
    """Tango's score statistic for the hypothesis that the difference is ``delta`` (Tango 1998, Stat Med 17:891).

    Positive when the observed difference is above delta. Raises ValueError unless -1 < delta < 1.
    """
    if not -1 < delta < 1:
        raise ValueError(f"delta must be between -1 and 1, not {delta}")
    distance = table.b - table.c - table.n * delta
    spread = table.n * (2 * _restricted_c(table, delta) + delta * (1 - delta))
    if spread > 0:
        return distance / math.sqrt(spread)
    return math.copysign(math.inf, distance) if distance else 0.0


def _restricted_c(table: PairedTable, delta: float) -> float:
    """Maximum likelihood estimate of the probability of c when the difference is delta: the root of Tango's quadratic."""
    n, b, c = table.n, table.b, table.c
    middle = (2 * n - b + c) * delta - b - c
    root = math.sqrt(max(0.0, middle**2 + 8 * n * c * delta * (1 - delta)))
    cancels = middle > 0  # then root - middle would lose its digits, and the other form of the root is taken
    estimate = 2 * c * delta * (1 - delta) / (middle + root) if cancels else (root - middle) / (4 * n)
    return max(estimate, -delta, 0.0)


def tango_interval(table: PairedTable, *, alpha: float = 0.05) -> Interval:
    """Tango's score interval of A minus B: the deltas that the score test does not reject (Tango 1998, Stat Med 17:891).

    Holds its level where the normal interval does not: few items, few or no discordant pairs. Raises ValueError for
    an empty table or negative counts.
    """
    check_table(table)
    z = two_sided_z(alpha)
    low = -1.0 if table.c == table.n else _solve(table, z, outside=-1.0)
    high = 1.0 if table.b == table.n else _solve(table, -z, outside=1.0)
    return Interval(low, high)


def _solve(table: PairedTable, z: float, *, outside: float) -> float:
    """The delta between the estimate and ``outside`` at which the score statistic is z, by bisection."""
    inside = table.difference
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        if not -1 < middle < 1:
            break
        if abs(tango_z(table, middle)) < abs(z):
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def probability_above(table: PairedTable, delta: float) -> float:
    """Confidence that the true difference A minus B is above delta, by inverting Tango's score test.

    At least 0.975 exactly when the lower limit of the 95 % interval is at least delta.
    """
    if delta <= -1:
        return 1.0
    return 0.0 if delta >= 1 else below(tango_z(table, delta))


def newcombe_interval(table: PairedTable, *, alpha: float = 0.05) -> Interval:
    """Newcombe's square-and-add interval of A minus B (method 10 of Newcombe 1998, Stat Med 17:2635).

    Wilson limits of both arms, joined by their correlation, which is taken with Newcombe's continuity correction.
    Raises ValueError for an empty table or negative counts.
    """
    check_table(table)
    right_a, right_b = table.a + table.b, table.a + table.c
    low_a, high_a = wilson(right_a, table.n, alpha=alpha)
    low_b, high_b = wilson(right_b, table.n, alpha=alpha)
    p_a, p_b, phi = right_a / table.n, right_b / table.n, _correlation(table)
    down = _hypotenuse(p_a - low_a, high_b - p_b, phi)
    up = _hypotenuse(high_a - p_a, p_b - low_b, phi)
    return Interval(max(-1.0, table.difference - down), min(1.0, table.difference + up))


def _hypotenuse(first: float, second: float, phi: float) -> float:
    return math.sqrt(max(0.0, first**2 - 2 * phi * first * second + second**2))


def _correlation(table: PairedTable) -> float:
    """Phi with Newcombe's correction: n/2 is taken off a positive cross product, down to zero."""
    a, b, c, d = table
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    cross = a * d - b * c
    corrected = max(cross - table.n / 2, 0.0) if cross > 0 else cross
    return corrected / math.sqrt(margins)


def check_table(table: PairedTable) -> None:
    """Raise ValueError for negative counts or no items at all."""
    if min(table) < 0 or table.n < 1:
        raise ValueError(f"counts must be 0 or more with at least one item, not {tuple(table)}")
