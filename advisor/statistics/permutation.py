"""The sign-flip permutation test of a mean paired difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

EXACT_UP_TO = 20
"""Differences up to which all sign patterns are enumerated: 2^20 sums are 8 MB."""
CHUNK = 4_000_000
"""Random signs held at once."""


class SignFlip(NamedTuple):
    """Patterns of signs whose sum reaches the observed one, among all that were looked at."""

    ge_count: int
    total: int
    p_one_sided: float
    """For the alternative that the mean is above zero."""
    p_two_sided: float
    exact: bool


def sign_flip_mean(diff: Sequence[float], *, resamples: int = 10_000, seed: int = 17) -> SignFlip:
    """Is the mean paired difference zero? Flips the signs (Fisher 1935, The Design of Experiments, section 21).

    Exact by enumeration up to 20 differences; above, seeded random signs with the observed pattern counted among
    them, so that p is never zero (Phipson & Smyth 2010). Raises ValueError for an empty list.
    """
    import numpy as np  # noqa: PLC0415 - numpy takes 0.1 s

    if not diff:
        raise ValueError("at least one difference is needed")
    values = np.asarray(diff, dtype=float)
    observed = float(values.sum())
    exact = len(diff) <= EXACT_UP_TO
    sums = _all_sums(values) if exact else _random_sums(values, resamples, seed)
    slack = 1e-9 * float(np.abs(values).sum())
    above, apart = int((sums >= observed - slack).sum()), int((np.abs(sums) >= abs(observed) - slack).sum())
    return SignFlip(above, len(sums), above / len(sums), apart / len(sums), exact)


def _all_sums(values: NDArray[float64]) -> NDArray[float64]:
    """The sum under each of the 2^n patterns of signs."""
    import numpy as np  # noqa: PLC0415 - numpy takes 0.1 s

    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def _random_sums(values: NDArray[float64], resamples: int, seed: int) -> NDArray[float64]:
    """The observed sum and those under random patterns; zeros are left out, as they change no sum."""
    import numpy as np  # noqa: PLC0415 - numpy takes 0.1 s

    moving = values[values != 0]
    random, rows = np.random.default_rng(seed), max(1, CHUNK // max(1, len(moving)))
    parts = [np.array([moving.sum()])]
    for start in range(0, resamples, rows):
        flips = random.integers(0, 2, size=(min(rows, resamples - start), len(moving)), dtype=np.int8)
        parts.append(moving.sum() - 2 * (flips @ moving))
    return np.concatenate(parts)
