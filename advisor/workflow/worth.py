"""What a request costs in each arm, from the plan: both arms run on the same machine, tuning is paid back over time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from advisor.plan.records import Plan
from advisor.profile import Profile

DAYS_PER_MONTH = Decimal(365) / 12
CENTS = Decimal("0.00000001")


def usd_per_request(
    plan: Plan, profile: Profile, *, baseline: str, candidate: str
) -> Mapping[str, Decimal | None] | None:
    """Expected dollars per request and arm; None where volume, horizon or hosting price is unknown.

    A prompted open model and a tuned one occupy the same machine. The tuned one carries besides what the plan says it
    costs once, spread over the horizon, and its upkeep; its price is None where the plan could not price a part of it.
    """
    hosting = _monthly(plan, "hosting")
    if not profile.volume_per_day or not profile.horizon_months or hosting is None:
        return None
    requests = Decimal(str(profile.volume_per_day)) * DAYS_PER_MONTH
    prompted = (hosting / requests).quantize(CENTS)
    if any(part.usd is None and part.counted for part in plan.components):
        return {baseline: prompted, candidate: None}
    once = plan.once_usd.expected / Decimal(str(profile.horizon_months))
    tuned = plan.monthly_usd.expected + once
    return {baseline: prompted, candidate: (tuned / requests).quantize(CENTS)}


def _monthly(plan: Plan, stage: str) -> Decimal | None:
    priced = [
        part.usd.expected
        for part in plan.components
        if _counts(part.stage, part.recurring, stage) and part.usd and part.counted
    ]
    return sum(priced, Decimal(0)) if priced else None


def _counts(part: str, recurring: str, stage: str) -> bool:
    return part == stage and recurring == "monthly"
