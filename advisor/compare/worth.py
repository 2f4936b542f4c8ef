"""What a gain is worth and costs, where prices are known; unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

REQUESTS = 1000
CENTS = Decimal("0.0001")


class Worth(NamedTuple):
    """US dollars; None is unknown."""

    value_per_correct_usd: Decimal | None
    """What one more right answer is worth."""
    baseline_usd: Decimal | None
    """Per request."""
    candidate_usd: Decimal | None
    """Per request."""

    @property
    def extra_usd(self) -> Decimal | None:
        """What a request costs more with the candidate; negative where it is cheaper."""
        if self.baseline_usd is None or self.candidate_usd is None:
            return None
        return self.candidate_usd - self.baseline_usd

    @property
    def cheaper(self) -> bool:
        """Whether the candidate is known to cost less."""
        return self.extra_usd is not None and self.extra_usd < 0

    @property
    def break_even(self) -> float | None:
        """The gain at which the candidate pays for itself, as a fraction of items."""
        if self.extra_usd is None or not self.value_per_correct_usd:
            return None
        return float(self.extra_usd / self.value_per_correct_usd)

    def of_items(self, items: int | None) -> Decimal | None:
        """Price of answering so many items in both arms."""
        if items is None or self.baseline_usd is None or self.candidate_usd is None:
            return None
        return (items * (self.baseline_usd + self.candidate_usd)).quantize(CENTS)

    def net_benefit(self, difference: float) -> Decimal | None:
        """Per 1,000 requests at a gain: its value less what the candidate costs more."""
        if self.extra_usd is None or self.value_per_correct_usd is None:
            return None
        gain = Decimal(str(difference)) * self.value_per_correct_usd
        return (REQUESTS * (gain - self.extra_usd)).quantize(CENTS)


def worth_of(
    value_per_correct_usd: Decimal | None,
    usd_per_request: Mapping[str, Decimal | None] | None,
    *,
    baseline: str,
    candidate: str,
) -> Worth:
    """The worth of one arm against another."""
    prices = usd_per_request or {}
    return Worth(value_per_correct_usd, prices.get(baseline), prices.get(candidate))


def net_benefit_range(
    worth: Worth, *, difference: float, interval: tuple[float, float]
) -> dict[str, Decimal | None] | None:
    """Per 1,000 requests at both limits of the interval and at the estimate; None where a price or value is unknown."""
    if worth.net_benefit(0.0) is None:
        return None
    gains = {"low": interval[0], "expected": difference, "high": interval[1]}
    return {name: worth.net_benefit(gain) for name, gain in gains.items()}
