"""The plan before and after prices: quantities, choice of offer, unknowns, break-even, and its text."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cost import DAYS_PER_MONTH, HOURS_PER_MONTH
from advisor.errors import BadInput
from advisor.plan.build import draft
from advisor.plan.records import CostComponent, Plan
from advisor.plan.spans import exactly, over, plus, scaled, times
from advisor.plan.text import plan_text, usd
from advisor.profile import Profile
from advisor.store.pricing import make_plan
from catalog.records import Offer
from harness.protocol import Range
from tests.advisor.workloads import CHEAP_API, FACTS, H100, LLAMA_8B, OFFERS, SMALL, TODAY, Facts, api, offer

KNOWN: dict[str, Any] = {
    "name": "bank", "n_examples": 5000, "train_tokens_per_example": 300, "epochs": 3, "eval_items": 500,
    "tokens_in": 300, "tokens_out": 50, "volume_per_day": 20000, "team_skill": "ml", "engineer_usd_per_hour": 90,
    "label_usd_per_example": 0.25,
}  # fmt: skip


def plan(facts: Facts = FACTS, model: str = LLAMA_8B.id, **changes: Any) -> Plan:
    options = {name: changes.pop(name) for name in ("gpu", "method") if name in changes}
    return make_plan(Profile.model_validate({**KNOWN, **changes}), model, facts, today=TODAY, **options)


def line(made: Plan, ident: str) -> CostComponent:
    return next(part for part in made.components if part.id == ident)


# ------------------------------------------------------------------------------------------------------ choice


def test_the_cheapest_offer_that_fits_with_margin_is_chosen() -> None:
    assert plan(method="full").chosen.offer_id == "h100-x8"
    assert plan(method="qlora4").chosen.usd.expected == min(
        one.usd.expected for one in plan(method="qlora4").offers if not one.note
    )


def test_spot_floor_prices_medians_and_serverless_are_listed_but_never_chosen() -> None:
    notes = {one.offer_id: one.note for one in plan().offers}
    assert all(notes[name] for name in ("spot", "floor", "median", "zero"))
    assert not notes["a100"]


def test_a_price_of_more_than_half_a_year_is_chosen_only_where_there_is_no_other_and_a_recalled_one_never() -> None:
    new = aged_offer("now", usd="1.00", days=10)
    old, remembered = aged_offer("old", usd="0.10", days=200), aged_offer("told", usd="0.01", days=10)
    remembered = remembered.model_copy(update={"confidence": "recalled"})

    both = plan(replace(FACTS, current_offers=(new, old, remembered)))
    alone = plan(replace(FACTS, current_offers=(old, remembered)))

    assert (both.chosen.offer_id, both.chosen.stale_days) == (new.id, None)
    assert (alone.chosen.offer_id, alone.chosen.stale_days, alone.chosen.outdated) == (old.id, 200, True)
    assert "200 days old" in plan_text(alone)
    assert next(one.note for one in both.offers if one.offer_id == remembered.id) == "recalled, not quoted"


def aged_offer(name: str, *, usd: str, days: int) -> Offer:
    """An offer of a card that fits, of some age."""
    changes = {"id": name, "usd_per_gpu_hour": Decimal(usd), "as_of": TODAY - timedelta(days=days)}
    return OFFERS[0].model_copy(update=changes)


def test_data_that_may_not_leave_stays_off_private_machines_and_apis() -> None:
    made = plan(privacy="no_egress")
    notes = {one.offer_id: one.note for one in made.offers}
    assert "may not leave" in notes["private"]
    assert made.break_even.requests_per_day is None
    assert "may not leave" in made.break_even.because
    assert not [part for part in made.components if "api" in part.id]


def test_an_offer_without_a_foreseeable_speed_is_not_offered() -> None:
    assert "unrated" not in {one.offer_id for one in plan().offers}


def test_a_gpu_restricts_the_offers() -> None:
    assert {one.gpu for one in plan(gpu="h100").offers} == {H100.name}


def test_a_model_that_fits_nowhere_is_bad_input_with_a_way_out() -> None:
    with pytest.raises(BadInput) as caught:
        plan(gpu="l4", method="full")
    assert "qlora4" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "nearest"), [({"gpu": "h1000"}, "h100-sxm"), ({"model": "Lama-3.1-8B"}, LLAMA_8B.id)]
)
def test_unknown_names_are_answered_with_the_nearest(change: dict[str, Any], nearest: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan(**change)
    assert nearest in caught.value.hint


def test_an_api_model_cannot_be_planned_for_tuning_at_home() -> None:
    with pytest.raises(BadInput, match="not published"):
        plan(model=CHEAP_API.id)


# -------------------------------------------------------------------------------------------------- quantities


def test_training_hours_are_tokens_over_speed() -> None:
    one, ten = plan(), plan(n_examples=50000)
    assert line(ten, "training.run").quantity.expected == pytest.approx(
        10 * line(one, "training.run").quantity.expected
    )


def test_known_amounts_leave_only_the_speed_uncertain() -> None:
    known, unknown = plan(), plan(n_examples=None, epochs=None, train_tokens_per_example=None, tokens_in=None)
    span, wide = line(known, "training.run").quantity, line(unknown, "training.run").quantity
    assert wide.high / wide.low > span.high / span.low
    said = " ".join(unknown.assumptions)
    assert "training examples unknown" in said
    assert "epochs unknown" in said


def test_eight_gpus_are_counted_eight_times() -> None:
    made = plan(facts=replace(FACTS, current_offers=(offer("x8", H100, "3.00", count=8),)))
    assert made.chosen.usd_per_hour == 24
    assert made.gpu_hours.expected == pytest.approx(8 * made.chosen.hours.expected)
    assert line(made, "hosting.always_on").usd is not None
    assert line(made, "hosting.always_on").usd.expected == 730 * 24  # type: ignore[union-attr]  # asserted above


def test_missing_examples_are_labelled_up_to_what_the_guide_recommends() -> None:
    assert line(plan(n_examples=300), "data.labelling").quantity == exactly(200)
    assert not [part for part in plan(n_examples=500).components if part.id == "data.labelling"]
    unknown = line(plan(n_examples=None), "data.labelling").quantity
    assert (unknown.low, unknown.high) == (0, 500)


def test_labels_and_people_without_a_price_are_unpriced_and_named() -> None:
    made = plan(n_examples=100, label_usd_per_example=None, engineer_usd_per_hour=None)
    assert set(made.unpriced) == {"Labelling examples", "People, to the first release", "People, upkeep"}
    assert line(made, "data.labelling").usd is None
    assert made.once_usd.expected < plan(n_examples=100).once_usd.expected


def test_hosting_is_always_on_and_grows_with_the_volume() -> None:
    assert line(plan(), "hosting.always_on").quantity.expected == 730
    busy = line(plan(volume_per_day=10**8), "hosting.always_on").quantity.expected
    assert busy > 730
    assert busy % 730 == 0


def test_alternatives_are_shown_and_in_no_total() -> None:
    made = plan()
    beside = [part for part in made.components if not part.counted]
    assert {part.id for part in beside} == {"inference.api", "hosting.serverless"}
    counted = [
        part.usd.expected for part in made.components if part.counted and part.usd and part.recurring == "monthly"
    ]
    assert sum(counted) == made.monthly_usd.expected


def test_retraining_is_a_monthly_line_where_requirements_change() -> None:
    often, seldom = plan(requirement_change_days=10), plan(requirement_change_days=100)
    ratio = (
        line(often, "maintenance.retraining").quantity.expected
        / line(seldom, "maintenance.retraining").quantity.expected
    )
    assert ratio == pytest.approx(10)
    assert not [part for part in plan().components if part.id == "maintenance.retraining"]


def test_every_line_has_a_source_a_date_and_a_reason() -> None:
    for part in plan(n_examples=None, requirement_change_days=30).components:
        assert part.source
        assert part.as_of.year >= 2025
        assert part.because


def test_the_parts_of_the_peak_sum_to_it() -> None:
    made = plan()
    assert sum(made.breakdown_gib.values()) == pytest.approx(made.peak_memory_gib.expected)


def test_a_plan_is_named_by_its_inputs() -> None:
    assert plan().id == plan().id
    changed = [plan(n_examples=5001), plan(method="qlora4"), plan(facts=replace(FACTS, current_offers=OFFERS[:2]))]
    assert len({plan().id, *(made.id for made in changed)}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"n_examples": 0, "tokens_in": 0, "tokens_out": 0, "eval_items": 0, "volume_per_day": 0},
        dict.fromkeys(KNOWN),
    ],
)
def test_degenerate_profiles_still_give_a_plan(change: dict[str, Any]) -> None:
    made = plan(model=SMALL.id, **change)
    assert made.once_usd.low <= made.once_usd.expected <= made.once_usd.high
    assert plan_text(made)


def test_amounts_beyond_any_bill_are_bad_input() -> None:
    absurd: dict[str, Any] = {
        "n_examples": 10**9,
        "train_tokens_per_example": 10**8,
        "epochs": 1000,
        "volume_per_day": 1e12,
    }
    with pytest.raises(BadInput) as caught:
        plan(model=SMALL.id, tokens_out=10**8, **absurd)
    assert "volume_per_day" in caught.value.hint


# --------------------------------------------------------------------------------------------------- break-even


def test_the_break_even_is_the_month_of_one_machine_over_the_apis_price() -> None:
    made = plan()
    found = made.break_even
    api_price = (300 * Decimal("0.1") + 50 * Decimal("0.5")) / 1_000_000
    assert found.api_model == CHEAP_API.id
    assert found.self_host_usd_per_month == HOURS_PER_MONTH * made.chosen.usd_per_hour
    assert found.requests_per_day is not None
    assert found.requests_per_day == pytest.approx(float(found.self_host_usd_per_month / (DAYS_PER_MONTH * api_price)))


def test_a_machine_that_cannot_carry_the_volume_never_breaks_even() -> None:
    almost_free = replace(FACTS, models=(LLAMA_8B, api("gift", "0.0001", "0.0001")))
    found = plan(facts=almost_free).break_even
    assert found.requests_per_day is None
    assert found.because.startswith("never")


def test_without_tokens_per_request_the_api_and_the_break_even_are_unpriced() -> None:
    made = plan(tokens_out=None)
    assert made.break_even.requests_per_day is None
    assert "unknown" in made.break_even.because
    assert line(made, "inference.api").usd is None
    assert line(made, "inference.api").name in made.unpriced


def test_an_api_that_ends_soon_or_has_too_little_room_is_no_alternative() -> None:
    ending = api("ending", "0.01", "0.01", shutdown_date=TODAY.replace(month=12))
    retired = api("retired", "0.01", "0.01", lifecycle="retired")
    short = api("short", "0.01", "0.01", native_context_tokens=1000)
    facts = replace(FACTS, models=(LLAMA_8B, ending, retired, short, CHEAP_API))
    assert plan(facts=facts, context_tokens=4000).break_even.api_model == CHEAP_API.id


def test_without_any_api_the_plan_says_so() -> None:
    found = plan(facts=replace(FACTS, models=(LLAMA_8B,))).break_even
    assert (found.api_model, found.requests_per_day) == (None, None)
    assert "no current API" in found.because


# ------------------------------------------------------------------------------------------------------- spans

SPANS = st.tuples(*(st.floats(0.01, 1e6),) * 3).map(sorted).map(lambda v: Range(low=v[0], expected=v[1], high=v[2]))


@given(SPANS, SPANS)
def test_a_product_is_ordered_and_at_most_as_wide_as_the_bounds_multiplied(one: Range, two: Range) -> None:
    found = times(one, two)
    assert found.low <= found.expected <= found.high
    assert found.low >= one.low * two.low * 0.999999
    assert found.high <= one.high * two.high * 1.000001


@given(SPANS, st.floats(0.1, 100))
def test_known_factors_only_scale(span: Range, factor: float) -> None:
    for found in (times(span, exactly(factor)), scaled(span, factor), over(span, exactly(1 / factor))):
        assert (found.low, found.expected, found.high) == pytest.approx(
            (span.low * factor, span.expected * factor, span.high * factor)
        )


def test_sums_add_bounds_and_products_with_zero_keep_it() -> None:
    wide = Range(low=0, expected=1, high=3)
    assert plus(wide, exactly(2)) == Range(low=2, expected=3, high=5)
    assert times(wide, exactly(2)) == Range(low=0, expected=2, high=6)


# -------------------------------------------------------------------------------------------------------- text


def test_the_text_says_totals_and_break_even_before_anything_else_in_80_columns() -> None:
    text = plan_text(plan(engineer_usd_per_hour=None))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [
        lines.index(next(row for row in lines if row.strip().startswith(word)))
        for word in ("Once", "Monthly", "Break-even", "Component")
    ]
    assert heads == sorted(heads)
    assert "unpriced" in text
    assert "in no total" in text


def test_names_from_people_lose_what_a_terminal_would_obey() -> None:
    text = plan_text(plan(name="bank\x1b[31m\nred\u202e"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "bank" in text.splitlines()[0]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.0042", "$0.0042"),
        ("0.000025", "$0.000025"),
        ("1.005", "$1.00"),
        ("99.9", "$99.90"),
        ("1234.5", "$1,234"),
    ],
)
def test_dollars_are_shown_as_people_read_them(amount: str, shown: str) -> None:
    assert usd(Decimal(amount)) == shown


def test_a_draft_holds_no_money_but_the_prices_it_was_given() -> None:
    drafted = draft(Profile.model_validate(KNOWN), LLAMA_8B, FACTS, today=TODAY)
    given_prices = {one.usd_per_gpu_hour for one in OFFERS}
    assert {part.unit_price_usd for part in drafted.components if part.offer_id} <= given_prices
