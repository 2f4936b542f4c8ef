"""How many items, or how small a difference: Miller's formulas for paired evaluations."""

from __future__ import annotations

import math

from advisor.statistics.normal import quantile, two_sided_z


def reach(alpha: float, power: float) -> float:
    """Standard errors that a two-sided test of level alpha needs between zero and the truth to find it with this power."""
    return two_sided_z(alpha) + quantile(power)


def paired_variance(*, omega2: float, sigma2_a: float, sigma2_b: float, k_a: int, k_b: int) -> float:
    """Variance of one item's difference: of the true scores, plus each arm's noise over its resamples."""
    if min(k_a, k_b) < 1 or min(omega2, sigma2_a, sigma2_b) < 0:
        raise ValueError("variances must be 0 or more and resamples 1 or more")
    return omega2 + sigma2_a / k_a + sigma2_b / k_b


def miller_sample_size(variance: float, delta: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Items needed to find a difference delta (Miller 2024, arXiv 2411.00640, section 5); round it up.

    ``variance`` is that of one item's difference; for right and wrong answers the discordance of a pilot minus delta
    squared. Raises ValueError for delta 0.
    """
    if delta == 0:
        raise ValueError("delta must not be 0: no number of items finds no difference")
    return reach(alpha, power) ** 2 * variance / delta**2


def miller_mde(variance: float, n: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest difference that n items find with this power (Miller 2024, arXiv 2411.00640, section 5)."""
    if n < 1:
        raise ValueError("n must be 1 or more")
    return reach(alpha, power) * math.sqrt(variance / n)


def resample_variance_ratio(k: int) -> float:
    """What is left of one model's variance when each item is answered k times (Miller 2024, section 3.1).

    For true scores uniform on 0 to 1: Var(score) = 1/12 and mean noise 1/6, so (1 + 2/k)/3.
    """
    if k < 1:
        raise ValueError("k must be 1 or more")
    return (1 + 2 / k) / 3
