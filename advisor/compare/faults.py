"""What makes a comparison invalid, each in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.compare.rows import Rows, answered, recount
from harness import chain
from harness.protocol import ArmScore, EvaluateResult, EvaluationPlan

COUNTED = ("items", "correct", "format_valid", "errors", "prompt_tokens", "output_tokens")


def plan_faults(plan: EvaluationPlan, plan_sha256: str | None, arms: Mapping[str, Rows]) -> Iterator[str]:
    """Was this plan registered before the run, and are its arms there?"""
    if plan_sha256 is None:
        yield "the run's journal holds no hash of a plan that was registered before the first output"
    elif plan_sha256 != chain.digest(plan.model_dump(mode="json")):
        yield "the plan is not the one whose hash was registered before the first output"
    if plan.baseline == plan.candidate:
        yield f"baseline and candidate are the same arm, {plan.baseline}"
    for role, arm in (("baseline", plan.baseline), ("candidate", plan.candidate)):
        if arm not in arms:
            yield f"the {role} {arm} has no items"


def score_faults(result: EvaluateResult, arms: Mapping[str, Rows]) -> Iterator[str]:
    """Do the recorded scores add up from the items?"""
    recorded = {score.arm: score for score in result.arms}
    for arm in sorted(recorded.keys() ^ arms.keys()):
        yield f"arm {arm} stands {'only in the recorded scores' if arm in recorded else 'only in the items'}"
    for arm in sorted(recorded.keys() & arms.keys()):
        yield from _recount_faults(recorded[arm], recount(arm, arms[arm], recorded[arm].seconds))


def _recount_faults(recorded: ArmScore, counted: ArmScore) -> Iterator[str]:
    for field in COUNTED:
        said, found = getattr(recorded, field), getattr(counted, field)
        if said != found:
            yield f"arm {recorded.arm}: the recorded {field} is {said}, the items add up to {found}"


def pairing_faults(plan: EvaluationPlan, baseline: Rows, candidate: Rows) -> Iterator[str]:
    """Did both arms answer the same items, on their own?"""
    lonely = baseline.keys() ^ candidate.keys()
    if lonely:
        yield f"{len(lonely)} items stand in one arm only, {min(lonely)} among them"
        return
    if len(baseline) > plan.items:
        yield f"{len(baseline)} items were run where the plan registered {plan.items}"
    pairs = [(baseline[item], candidate[item]) for item in baseline]
    if any((one.input, one.target) != (other.input, other.target) for one, other in pairs):
        yield "an item has another input or target in the candidate than in the baseline"
    if any(one.key == other.key for one, other in pairs):
        yield "both arms share the key of an answer: one of them was given the other's cached outputs"
    if not any(answered(one) and answered(other) for one, other in pairs):
        yield "no item was answered by both arms"


def guard_faults(plan: EvaluationPlan, baseline: Rows, candidate: Rows) -> Iterator[str]:
    """Is there data for every guard?"""
    for arm, rows in ((plan.baseline, baseline), (plan.candidate, candidate)):
        missing = sum(answered(row) and row.format_valid is None for row in rows.values())
        if "format_valid" in plan.guards and missing:
            yield f"guard format_valid: {missing} answers of arm {arm} were not checked for their form"
