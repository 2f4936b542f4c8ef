"""A plan that rests on what may have changed says so, with its age."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from advisor.plan.ageing import stale_facts
from advisor.plan.records import Plan
from advisor.plan.text import plan_text
from advisor.profile import Profile
from advisor.store.pricing import make_plan
from catalog.records import Offer
from tests.advisor.workloads import CHEAP_API, FACTS, LLAMA_8B, OFFERS, TODAY

KNOWN = {"n_examples": 5000, "train_tokens_per_example": 300, "tokens_in": 300, "tokens_out": 50, "volume_per_day": 100}


def plan(offer: Offer) -> Plan:
    facts = replace(FACTS, current_offers=(offer,))
    return make_plan(Profile.model_validate(KNOWN), LLAMA_8B.id, facts, today=TODAY)


def aged(days: int, **changes: Any) -> Offer:
    return OFFERS[0].model_copy(update={"as_of": TODAY - timedelta(days=days), **changes})


def test_a_price_that_is_older_than_is_trusted_is_told_with_its_age() -> None:
    fresh, old = plan(aged(30)), plan(aged(31))

    assert (fresh.stale, fresh.chosen.stale_days) == ((), None)
    (told,) = old.stale
    assert told.endswith("is 31 days old; 30 are trusted")
    assert "31 days old; 30 are trusted" in " ".join(plan_text(old).split())
    assert "days old" not in plan_text(fresh)


def test_a_price_of_a_market_ages_within_a_week() -> None:
    assert plan(aged(8, product="marketplace")).chosen.stale_days == 8
    assert plan(aged(7, product="marketplace")).chosen.stale_days is None


def test_price_and_end_of_the_api_beside_it_age_too() -> None:
    long_ago = TODAY - timedelta(days=61)
    api = CHEAP_API.model_copy(update={"price_as_of": long_ago, "lifecycle_as_of": long_ago, "lifecycle": "current"})

    told = stale_facts(aged(0), LLAMA_8B, api, TODAY)

    assert told == (
        f"{api.id}: API price of {long_ago} is 61 days old; 60 are trusted",
        f"{api.id}: lifecycle of {long_ago} is 61 days old; 14 are trusted",
    )
    assert stale_facts(aged(0), LLAMA_8B, None, TODAY) == ()


def test_the_offer_that_scales_to_zero_ages_beside_the_one_that_is_rented() -> None:
    serverless = aged(31, provider="modal", tier="per-second")

    told = stale_facts(aged(0), LLAMA_8B, None, TODAY, beside=serverless)

    assert told == (f"modal per-second: GPU price of {TODAY - timedelta(days=31)} is 31 days old; 30 are trusted",)
    assert len(stale_facts(serverless, LLAMA_8B, None, TODAY, beside=serverless)) == 1
