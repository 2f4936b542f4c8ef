"""How good a model is in general: its published MMLU, else an assumption that says so."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from catalog.records import Model

CHANCE = 25.0
"""Percent that guessing scores on MMLU's four choices."""

SIZE_LADDER = ((1.24e9, 49.3), (3.21e9, 63.4), (8.03e9, 73.0), (70.6e9, 86.0), (405.9e9, 88.6))
"""Parameters to MMLU in percent: Llama 3.2 1B and 3B, 3.1 8B, 70B and 405B (their model cards, zero-shot, 2024).
Judgement: that other families do as well at the same size; newer ones do better, older ones worse."""

LADDER_DATE = date(2024, 7, 23)
HALVING_DAYS = 183.0
"""Judgement: for each half year before the ladder's models a model does as well as one of half its size. Published
trends are steeper: the same ability in half the size every three to four months (arXiv:2412.04315)."""

PRICE_LADDER = ((0.4, 80.1), (0.6, 82.0), (1.6, 87.5), (8.0, 90.2))
"""Output price in US dollars per million tokens to MMLU: GPT-4.1 nano, 4o mini, 4.1 mini, 4.1 (simple-evals, 2025).
Judgement: that a current model at the same price is no worse; of any other the lowest step is assumed at most."""


class Quality(NamedTuple):
    """A score on the scale of MMLU in percent, and what it rests on."""

    percent: float
    basis: Literal["published", "assumed"]
    because: str

    @property
    def part(self) -> float:
        """0 at guessing, 1 at perfect."""
        return min(1.0, max(0.0, (self.percent - CHANCE) / (100 - CHANCE)))


def quality(model: Model) -> Quality | None:
    """What is known or can be assumed, or None where neither score, size nor price is known."""
    if "MMLU" in model.quality:
        return Quality(model.quality["MMLU"], "published", f"MMLU {model.quality['MMLU']:.1f}")
    if size := effective_size(model):
        assumed, age = along(SIZE_LADDER, size * aged(model)), " and age" if aged(model) < 1 else ""
        return Quality(assumed, "assumed", f"quality assumed from its size{age}, like MMLU {assumed:.0f}")
    if price := model.output_usd_per_mtok:
        counted = float(price) if model.lifecycle == "current" else min(float(price), PRICE_LADDER[0][0])
        assumed = along(PRICE_LADDER, counted)
        return Quality(assumed, "assumed", f"quality assumed from its price class, like MMLU {assumed:.0f}")
    return None


def effective_size(model: Model) -> float | None:
    """Parameters of a dense model of like ability: the geometric mean of total and active, a common rule of thumb."""
    if model.total_params is None:
        return None
    return math.sqrt(model.total_params * (model.active_params or model.total_params))


def aged(model: Model) -> float:
    """Share of its size that counts: 1 for a model as new as the ladder, or of unknown age."""
    if model.release_date is None:
        return 1.0
    return min(1.0, 2 ** ((model.release_date - LADDER_DATE).days / HALVING_DAYS))


def along(ladder: Sequence[tuple[float, float]], value: float) -> float:
    """Straight between the steps in the logarithm of the value; flat above, on downward below to no less than chance."""
    low, high = next(
        ((one, two) for one, two in itertools.pairwise(ladder) if value <= two[0]), (ladder[-1], ladder[-1])
    )
    if low == high:
        return high[1]
    share = math.log(value / low[0]) / math.log(high[0] / low[0])
    return max(CHANCE, low[1] + share * (high[1] - low[1]))
