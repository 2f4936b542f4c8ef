"""Intervals of one proportion."""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.statistics.normal import two_sided_z


class Interval(NamedTuple):
    """A lower and an upper limit."""

    lo: float
    hi: float


def wilson(k: int, n: int, *, alpha: float = 0.05) -> Interval:
    """Wilson's score interval of k successes among n (Wilson 1927, JASA 22:209; method 3 of Newcombe 1998).

    Raises ValueError unless 0 <= k <= n and n >= 1.
    """
    check_counts(k, n)
    z = two_sided_z(alpha)
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return Interval(0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half))


def clopper_pearson(k: int, n: int, *, alpha: float = 0.05) -> Interval:
    """The exact interval of k successes among n, by beta quantiles (Clopper & Pearson 1934, Biometrika 26:404).

    Raises ValueError unless 0 <= k <= n and n >= 1.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - scipy takes 0.2 s

    check_counts(k, n)
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, alpha / 2))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - alpha / 2))
    return Interval(low, high)


def check_counts(k: int, n: int) -> None:
    """Raise ValueError unless 0 <= k <= n and n >= 1."""
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"k must be from 0 to n and n at least 1, not k={k}, n={n}")
