"""The normal distribution: quantiles and tails, by the standard library alone."""

from __future__ import annotations

import math
from statistics import NormalDist

STANDARD = NormalDist()


def quantile(probability: float) -> float:
    """The standard normal quantile of a probability strictly between 0 and 1 (Wichura 1988, AS 241)."""
    return STANDARD.inv_cdf(probability)


def two_sided_z(alpha: float) -> float:
    """How many standard errors a two-sided interval of level 1 - alpha reaches: 1.959964 for 0.05."""
    return quantile(1 - alpha / 2)


def below(z: float) -> float:
    """Probability that a standard normal value is below z; accurate in both tails."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def chi2_tail(statistic: float) -> float:
    """Upper tail of the chi-square distribution with one degree of freedom."""
    return math.erfc(math.sqrt(statistic / 2))
