"""What holds of the shortlist for every profile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from advisor.decide.records import APPROACHES
from advisor.profile import Profile
from advisor.shortlist import Shortlist, shortlist
from tests.advisor.priced import priced

APPROACH = some.sampled_from(APPROACHES)
DAYS = some.dates(date(2025, 1, 1), date(2029, 12, 31))
ANSWERS = some.fixed_dictionaries(
    {},
    optional={
        "privacy": some.sampled_from(["api_ok", "no_egress"]),
        "commercial_use": some.booleans(),
        "context_tokens": some.integers(0, 2_000_000),
        "tokens_in": some.integers(0, 200_000),
        "tokens_out": some.integers(0, 20_000),
        "volume_per_day": some.floats(0, 1e7),
        "cacheable_prefix_tokens": some.integers(0, 200_000),
        "languages": some.lists(
            some.sampled_from(["en", "de", "ja", "hi", "sw", "zh-CN", "XX"]), min_size=1, max_size=4
        ),
        "low_resource_language": some.booleans(),
        "budget_usd": some.decimals(0, 100_000, places=2),
        "horizon_months": some.floats(0.1, 120),
        "latency_p95_ms": some.floats(1, 60_000),
        "team_skill": some.sampled_from(["none", "some", "ml"]),
        "task_type": some.sampled_from(["classification", "agent", "code_dsl", "chat"]),
    },
)
CONSTRAINTS = ("privacy", "commercial_use", "context_tokens", "languages", "budget_usd")


def run(answers: dict[str, Any], approach: Any, today: date) -> Shortlist:
    return shortlist(Profile(**answers), priced(), today=today, approach=approach)


@settings(max_examples=40, deadline=None)
@given(ANSWERS, APPROACH, DAYS)
def test_no_model_that_shuts_down_within_the_horizon_is_a_candidate(
    answers: dict[str, Any], approach: Any, today: date
) -> None:
    end = today + timedelta(days=answers.get("horizon_months", 12.0) * 365 / 12)

    for one in run(answers, approach, today).candidates:
        shutdown = priced().model(one.model).shutdown_date
        assert shutdown is None or shutdown > end
        assert priced().model(one.model).lifecycle not in ("retired", "deprecated")


@settings(max_examples=30, deadline=None)
@given(ANSWERS, APPROACH, DAYS)
def test_where_data_may_not_leave_no_api_model_is_a_candidate(
    answers: dict[str, Any], approach: Any, today: date
) -> None:
    found = run({**answers, "privacy": "no_egress"}, approach, today)

    assert {priced().model(one.model).kind for one in found.candidates} <= {"open"}


@settings(max_examples=40, deadline=None)
@given(ANSWERS, APPROACH, DAYS)
def test_an_unknown_cost_is_never_zero_and_every_part_is_between_zero_and_one(
    answers: dict[str, Any], approach: Any, today: date
) -> None:
    asked = {"volume_per_day", "tokens_in", "tokens_out"}
    for one in run(answers, approach, today).candidates:
        usual = "ordered as if" in one.because
        assert ("cost" in one.parts) is (usual or one.usd_per_month is not None)
        assert not usual or one.because.startswith("unpriced")
        assert one.because.startswith("unpriced") is (one.usd_per_month is None)
        if one.hosting == "hosted" and not asked <= answers.keys():
            assert one.usd_per_month is None
        if one.hosting == "self_hosted":
            assert one.usd_per_month is None or one.usd_per_month > 0
        assert all(0 <= part <= 1 for part in (one.score, *one.parts.values()))


@settings(max_examples=60, deadline=None)
@given(ANSWERS, APPROACH, some.sampled_from(CONSTRAINTS))
def test_taking_a_constraint_away_never_shrinks_the_candidates(
    answers: dict[str, Any], approach: Any, constraint: str
) -> None:
    today = date(2026, 11, 23)
    with_it = run(answers, approach, today)
    without = run({name: value for name, value in answers.items() if name != constraint}, approach, today)

    assert {one.model for one in with_it.candidates} <= {one.model for one in without.candidates}


@settings(max_examples=20, deadline=None)
@given(ANSWERS, APPROACH, DAYS)
def test_the_same_question_has_the_same_answer_in_a_fixed_order(
    answers: dict[str, Any], approach: Any, today: date
) -> None:
    found = run(answers, approach, today)

    assert found == run(answers, approach, today)
    assert [one.score for one in found.candidates] == sorted((one.score for one in found.candidates), reverse=True)
    assert len(found.candidates) + len(found.excluded) == len(priced().models)
