"""Several tests at once: which rejections stand?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Adjusted(NamedTuple):
    """Adjusted p-values in the order given, and which are rejected."""

    reject: tuple[bool, ...]
    adjusted: tuple[float, ...]


def bonferroni(p: Sequence[float], *, alpha: float = 0.05) -> Adjusted:
    """Each p times the number of tests (Bonferroni 1936)."""
    check_probabilities(p)
    return _decide([min(1.0, value * len(p)) for value in p], alpha)


def holm(p: Sequence[float], *, alpha: float = 0.05) -> Adjusted:
    """Step-down control of the family-wise error (Holm 1979, Scand J Stat 6:65). Raises ValueError outside 0 to 1."""
    check_probabilities(p)
    order = sorted(range(len(p)), key=lambda index: p[index])
    stepped = accumulate((min(1.0, (len(p) - rank) * p[index]) for rank, index in enumerate(order)), max)
    return _decide(_restore(order, stepped), alpha)


def benjamini_hochberg(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """Step-up control of the false discovery rate (Benjamini & Hochberg 1995, JRSS B 57:289). Raises as ``holm`` does."""
    check_probabilities(p)
    order = sorted(range(len(p)), key=lambda index: -p[index])
    stepped = accumulate((min(1.0, len(p) / (len(p) - rank) * p[index]) for rank, index in enumerate(order)), min)
    return _decide(_restore(order, stepped), q)


def check_probabilities(p: Sequence[float]) -> None:
    """Raise ValueError unless there is at least one value and all are from 0 to 1."""
    if not p or not all(0 <= value <= 1 for value in p):
        raise ValueError("p must hold at least one value, each from 0 to 1")


def _restore(order: Sequence[int], values: accumulate[float]) -> list[float]:
    """Values of a sorted order put back where they came from."""
    placed = dict(zip(order, values, strict=True))
    return [placed[index] for index in range(len(order))]


def _decide(adjusted: Sequence[float], level: float) -> Adjusted:
    """A relative slack of 1e-12 keeps ties at the level rejected, whatever the order of the products."""
    return Adjusted(tuple(value <= level * (1 + 1e-12) for value in adjusted), tuple(adjusted))
