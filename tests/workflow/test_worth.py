from decimal import Decimal

from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.store.pricing import make_plan
from advisor.workflow.worth import usd_per_request
from tests.advisor.workloads import FACTS, LLAMA_8B, TODAY

KNOWN = {
    "n_examples": 5000, "train_tokens_per_example": 300, "epochs": 3, "eval_items": 500, "tokens_in": 300,
    "tokens_out": 50, "volume_per_day": 20000, "team_skill": "ml", "engineer_usd_per_hour": 90, "horizon_months": 12,
}  # fmt: skip


def planned(profile: Profile) -> Plan:
    return make_plan(profile, LLAMA_8B.id, FACTS, today=TODAY)


def test_a_tuned_request_costs_the_whole_plan_and_a_prompted_one_the_hosting() -> None:
    profile = Profile.model_validate(KNOWN)
    plan = planned(profile)
    hosting = next(part.usd for part in plan.components if part.id == "hosting.always_on")
    requests = Decimal(20000 * 365) / 12

    prices = usd_per_request(plan, profile, baseline="prompt", candidate="tuned")

    assert hosting is not None
    assert prices is not None
    assert prices["prompt"] == (hosting.expected / requests).quantize(Decimal("1e-8"))
    whole = plan.monthly_usd.expected + plan.once_usd.expected / 12
    assert prices["tuned"] == (whole / requests).quantize(Decimal("1e-8"))


def test_an_unpriced_part_leaves_the_price_of_a_tuned_request_unknown_and_not_lower() -> None:
    profile = Profile.model_validate({**KNOWN, "engineer_usd_per_hour": None})
    plan = planned(profile)

    prices = usd_per_request(plan, profile, baseline="prompt", candidate="tuned")

    assert plan.unpriced
    assert prices is not None
    assert prices["tuned"] is None
    assert prices["prompt"] is not None
