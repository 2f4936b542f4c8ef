"""Looking facts up: the frontier, models side by side, and every fact of a record with where it is from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.profile import Profile
from advisor.shortlist.bill import Bill
from advisor.shortlist.need import need
from advisor.workflow.browsing import Browsing
from advisor.workflow.frontier import ASSUMED, Frontier, Measure, Spot, frontier
from advisor.workflow.side_by_side import Compared, side_by_side
from catalog.records import Model
from tests.tui.catalogued import TABLES, api_model, gpus, models, open_model, small_catalog

TODAY = date(2026, 3, 14)
PROFILE = Profile.model_validate({"volume_per_day": 1000, "tokens_in": 500, "tokens_out": 100, "privacy": "api_ok"})


def browsing() -> Browsing:
    return Browsing(small_catalog(), today=TODAY)


# ------------------------------------------------------------------------------------------------------- frontier
def drawn(priced: list[tuple[float, float]], measure: Measure = "MMLU") -> Frontier:
    """Models of these monthly costs and scores."""
    made = [open_model(f"m{at}", 1, score) for at, (_, score) in enumerate(priced)]
    bills = {model.id: Bill(Decimal(repr(usd)), "") for model, (usd, _) in zip(made, priced, strict=True)}
    return frontier(made, bills, need(PROFILE, today=TODAY, approach="prompt"), measure=measure)


POINTS = st.lists(st.tuples(st.floats(0.01, 1e5), st.floats(0, 100)), max_size=25)


@given(POINTS)
def test_nothing_on_the_frontier_is_beaten_and_everything_else_is(priced: list[tuple[float, float]]) -> None:
    found = drawn(priced)
    assert len(found.spots) == len(priced)
    for spot in found.spots:
        beaten = any(beats(other, spot) for other in found.spots if other is not spot)
        if spot.best:
            assert not beaten
        else:
            assert beaten or any(same(other, spot) for other in found.best)


def beats(other: Spot, spot: Spot) -> bool:
    no_worse = other.usd_per_month <= spot.usd_per_month and other.percent >= spot.percent
    return no_worse and (other.usd_per_month < spot.usd_per_month or other.percent > spot.percent)


def same(one: Spot, other: Spot) -> bool:
    return (one.usd_per_month, one.percent) == (other.usd_per_month, other.percent)


def test_what_is_free_unpriced_or_without_a_score_is_named_and_never_drawn_at_zero() -> None:
    made = (open_model("a", 1, 50.0), open_model("b", 1, 50.0), open_model("c", 1, None), open_model("d", 1, 60.0))
    bills = {
        made[0].id: Bill(None, "unpriced: no price known"),
        made[1].id: Bill(Decimal(0), ""),
        made[2].id: Bill(Decimal(9), ""),
    }
    found = frontier(made, bills, need(PROFILE, today=TODAY, approach="prompt"), measure="MMLU")
    assert found.spots == ()
    assert [(one.model, one.cause) for one in found.left_out] == [
        ("maker/a", "unpriced"), ("maker/b", "free"), ("maker/c", "without score"), ("maker/d", "unpriced"),
    ]  # fmt: skip


def test_what_ends_within_the_horizon_is_ruled_out_with_its_day() -> None:
    ending = api_model("ending", "1", "2", 80.0, shutdown_date=date(2026, 9, 1))
    bills = {ending.id: Bill(Decimal(5), "")}
    found = frontier((ending,), bills, need(PROFILE, today=TODAY, approach="prompt"), measure="MMLU")
    assert found.spots == ()
    assert found.left_out[0].because == "shuts down on 2026-09-01"


def test_an_assumed_score_is_taken_only_where_it_was_asked_for_and_says_so() -> None:
    bare = open_model("bare", 8, None)
    asked = need(PROFILE, today=TODAY, approach="prompt")
    bills = {bare.id: Bill(Decimal(5), "")}
    assert frontier((bare,), bills, asked, measure="MMLU").spots == ()
    spot = frontier((bare,), bills, asked, measure=ASSUMED).spots[0]
    assert spot.basis == "assumed"
    assert "assumed from its size" in spot.score_because


def test_a_model_of_which_nobody_knows_whether_it_still_runs_is_ruled_out() -> None:
    unsure = api_model("unsure", "1", "2", 80.0, lifecycle="unknown")
    asked = need(PROFILE, today=TODAY, approach="prompt")
    found = frontier((unsure,), {unsure.id: Bill(Decimal(5), "")}, asked, measure="MMLU")
    assert found.spots == ()
    assert found.left_out[0].cause == "ruled out"


def test_the_bills_are_those_of_the_shortlist_and_unpriced_is_none() -> None:
    bills = browsing().bills(PROFILE)
    assert bills.keys() == {model.id for model in models()}
    assert bills["vendor/swift-secret"].usd_per_month is None
    swift = bills["vendor/swift"].usd_per_month
    assert swift is not None
    assert float(swift) == pytest.approx(1000 * (500 * 0.10 + 100 * 0.40) / 1e6 * 365 / 12, abs=0.01)
    hosted = bills["maker/Bright-8B"].usd_per_month
    assert hosted == Decimal("0.75") * 730


# --------------------------------------------------------------------------------------------------- side by side
def row(compared: tuple[Compared, ...], name: str) -> Compared:
    return next(one for one in compared if one.name == name)


def best(compared: tuple[Compared, ...], name: str) -> list[bool]:
    return [side.best for side in row(compared, name).sides]


def test_the_best_of_each_row_is_marked_lower_prices_and_higher_contexts() -> None:
    three = tuple(model for model in models() if model.id in ("maker/Bright-8B", "vendor/swift", "vendor/swift-large"))
    found = side_by_side(three, {three[1].id: Bill(Decimal(5), ""), three[2].id: Bill(Decimal(50), "")})
    assert best(found, "$ per month") == [False, True, False]
    assert best(found, "context, native, tokens") == [False, True, True]
    assert best(found, "input, $ per million tokens") == [False, True, False]
    assert best(found, "MMLU") == [False, False, True]
    assert best(found, "vendor") == [False, False, False]


def test_unknown_is_never_best_and_nothing_is_best_alone_or_among_equals() -> None:
    two = (api_model("a", None, None, None), api_model("b", "1", "2", 80.0))
    found = side_by_side(two, None)
    for name in ("input, $ per million tokens", "MMLU", "context, native, tokens"):
        assert best(found, name) == [False, False]
    assert row(found, "MMLU").sides[0].value is None
    assert not any(one.name == "$ per month" for one in found)


@given(st.lists(st.none() | st.floats(0, 100), min_size=2, max_size=4))
def test_only_known_values_that_nothing_exceeds_are_starred(scores: list[float | None]) -> None:
    found = side_by_side([api_model(str(at), None, None, score) for at, score in enumerate(scores)], None)
    rows = [one for one in found if one.name == "MMLU"]
    known = [score for score in scores if score is not None]
    if not known:
        assert rows == []
        return
    for side, score in zip(rows[0].sides, scores, strict=True):
        assert side.best == (score is not None and len(set(known)) > 1 and score == max(known))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_fewer_than_two_or_more_than_four_cannot_be_compared(count: int) -> None:
    with pytest.raises(ValueError, match="2 to 4"):
        side_by_side(models()[:count], None)


# ---------------------------------------------------------------------------------------------------- every fact
def test_every_known_fact_of_every_record_has_a_source_and_a_day_and_unknown_has_neither() -> None:
    looked = browsing()
    for record in (*models(), *(one for table in TABLES.values() for one in table)):
        lines = looked.facts(record)
        assert lines
        for line in lines:
            assert (line.value is None) == (not line.source), (record, line)
            assert (line.value is None) == (line.as_of is None)


def test_a_price_is_stamped_by_the_price_page_and_a_score_by_its_own_source() -> None:
    looked = browsing()
    prices = [line for line in looked.facts(models()[6]) if line.section == "prices" and line.value is not None]
    assert {line.source for line in prices} == {"the price page"}
    scores = [line for line in looked.facts(models()[1]) if line.section == "scores"]
    assert [line.value for line in scores] == ["73 (5-shot)"]


def test_the_offers_of_a_gpu_are_among_its_facts_with_what_has_aged() -> None:
    lines = [line for line in browsing().facts(gpus()[2]) if line.section == "offers"]
    assert [line.value for line in lines] == [
        "$1.90 per GPU and hour, 1 together, eu",
        "$2.90 per GPU and hour, 1 together, eu",
    ]
    assert "12 days old; 7 are trusted" in lines[0].warning
    assert lines[1].warning == ""


def test_the_real_catalog_can_be_looked_up_from_end_to_end() -> None:
    from advisor.workflow.facts import load_catalog

    looked = Browsing(load_catalog(), today=TODAY)
    real: Model = looked.catalog.models[0]
    assert len(looked.facts(real)) > 20
    assert looked.compare(looked.catalog.models[:2], None)
    assert looked.bills(PROFILE).keys() == {model.id for model in looked.catalog.models}
