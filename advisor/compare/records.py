"""What a comparison consists of."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from advisor.records import Frozen

Verdict = Literal["SHIP", "SHIP_CHEAPER", "KEEP", "NOT_ENOUGH_DATA", "INVALID"]


class ArmSummary(Frozen):
    """One arm's score with its interval."""

    arm: str
    label: str
    score: float
    interval: tuple[float, float]
    """Wilson, 95 %."""
    correct: int
    items: int
    format_valid: int
    errors: int


class Primary(Frozen):
    """The paired difference, candidate minus baseline."""

    metric: str
    baseline: float
    candidate: float
    difference: float
    interval: tuple[float, float]
    p_value: float
    method: str
    n: int
    discordant: tuple[int, int]
    """Items that only the baseline got right, items that only the candidate got right."""


class Guard(Frozen):
    """A condition that must not get worse."""

    id: str
    baseline: float
    candidate: float
    difference: float
    interval: tuple[float, float]
    margin: float
    passed: bool
    because: str


class Slice(Frozen):
    """One part of the items."""

    name: str
    n: int
    baseline: float
    candidate: float
    difference: float
    interval: tuple[float, float] | None
    """None under 30 items: shown without a verdict."""


class RegisteredPlan(Frozen):
    """The plan as it was hashed before any output was seen."""

    baseline: str
    candidate: str
    metric: str
    alpha: float
    minimum_gain: float
    noninferiority_margin: float
    items: int
    guards: tuple[str, ...]
    sha256: str


class ItemPair(Frozen):
    """One item, both answers."""

    item: str
    input: str
    target: str
    outputs: dict[str, str | None]
    correct: dict[str, bool | None]
    outcome: Literal["fixed", "broken", "both_right", "both_wrong", "missing"]


class Comparison(Frozen):
    """Did it help? Effect first, p second."""

    id: str
    verdict: Verdict
    because: str
    primary: Primary | None
    arms: tuple[ArmSummary, ...]
    guards: tuple[Guard, ...]
    slices: tuple[Slice, ...]
    net_benefit_per_1k_requests_usd: dict[str, Decimal | None] | None
    """``low``, ``expected``, ``high``; None where a price or the value of a right answer is unknown."""
    plan: RegisteredPlan | None
    deviations: tuple[str, ...]
    items_needed: int | None
    cost_of_items_usd: Decimal | None
    partial: bool = False
