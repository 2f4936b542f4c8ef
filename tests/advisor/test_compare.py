"""Each verdict is reached by the findings that justify it, and by no others."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.compare import compare, exit_code, pairs
from advisor.compare.records import Comparison, Primary
from advisor.statistics import PairedTable, mcnemar, tango_interval, wilson
from harness.protocol import ItemResult
from tests.advisor.evaluations import BASE, LABELS, TUNED, ZERO, compared, paired, plan_for, result_of, row

SMALL = st.integers(0, 60)


def _primary(comparison: Comparison) -> Primary:
    assert comparison.primary is not None
    return comparison.primary


def test_a_clear_gain_ships_with_the_effect_before_the_p_value() -> None:
    found = compared(paired(both=60, only_tuned=100, only_base=5, neither=35))
    assert found.verdict == "SHIP"
    assert found.because.index("+47.5 points") < found.because.index("p < 0.001")
    assert (found.items_needed, found.partial, found.deviations) == (None, False, ())


@settings(max_examples=60)
@given(SMALL, SMALL, SMALL, SMALL)
def test_every_number_of_the_headline_is_recomputed_from_the_items(
    both: int, gained: int, lost: int, neither: int
) -> None:
    table = PairedTable(both, gained, lost, neither)
    if table.n == 0:
        return
    found = _primary(compared(paired(both=both, only_tuned=gained, only_base=lost, neither=neither)))
    assert (found.n, found.discordant) == (table.n, (lost, gained))
    assert found.difference == pytest.approx(found.candidate - found.baseline)
    assert found.interval == tuple(tango_interval(table))
    assert found.p_value == mcnemar(table).midp


def test_arms_are_listed_baseline_first_with_wilson_intervals() -> None:
    items = [
        *paired(both=60, only_tuned=100, only_base=5, neither=35),
        *(row(ZERO, i, right=False, valid=False) for i in range(200)),
    ]
    found = compared(items)
    assert [arm.arm for arm in found.arms] == [BASE, TUNED, ZERO]
    assert found.arms[1].interval == tuple(wilson(160, 200))
    assert (found.arms[2].score, found.arms[2].format_valid) == (0.0, 0)
    assert _primary(found).baseline == 65 / 200


def test_a_loss_is_kept_off() -> None:
    found = compared(paired(both=60, only_tuned=5, only_base=60, neither=75))
    assert found.verdict == "KEEP"
    assert "worse" in found.because


def test_a_gain_that_is_ruled_out_is_kept_off() -> None:
    items = paired(both=900, only_tuned=12, only_base=10, neither=78)
    found = compared(items, plan_for(items, minimum_gain=0.05))
    assert found.verdict == "KEEP"
    assert "+5.0 points is ruled out" in found.because


def test_the_same_within_the_margin_is_kept_off_unless_it_is_cheaper() -> None:
    items = paired(both=900, only_tuned=12, only_base=11, neither=77)
    assert compared(items).verdict == "KEEP"
    cheaper = compared(items, prices={BASE: Decimal("0.004"), TUNED: Decimal("0.001")})
    assert cheaper.verdict == "SHIP_CHEAPER"
    dearer = compared(items, prices={BASE: Decimal("0.001"), TUNED: Decimal("0.004")})
    assert dearer.verdict == "KEEP"
    half_known = compared(items, prices={BASE: Decimal("0.004"), TUNED: None})
    assert half_known.verdict == "KEEP"


def test_cheaper_but_beyond_the_margin_does_not_ship() -> None:
    items = paired(both=700, only_tuned=20, only_base=50, neither=230)
    assert compared(items, prices={BASE: Decimal("0.004"), TUNED: Decimal("0.001")}).verdict == "KEEP"


def test_too_few_items_say_how_many_a_new_test_needs_and_at_what_price() -> None:
    items = paired(both=10, only_tuned=6, only_base=3, neither=21)
    found = compared(items, prices={BASE: Decimal("0.002"), TUNED: Decimal("0.003")})
    assert found.verdict == "NOT_ENOUGH_DATA"
    assert found.items_needed is not None
    assert found.items_needed > 40
    assert found.cost_of_items_usd == found.items_needed * Decimal("0.005")
    assert compared(items).cost_of_items_usd is None


def test_as_many_items_as_were_asked_for_decide_with_the_power_that_was_promised() -> None:
    both, gained, lost, neither = 0.30, 0.15, 0.05, 0.50
    small = paired(both=18, only_tuned=9, only_base=3, neither=30)
    pilot = compared(small, plan_for(small, guards=()))
    assert pilot.verdict == "NOT_ENOUGH_DATA"
    assert pilot.items_needed is not None
    drawn, rng, shipped = [(True, True), (True, False), (False, True), (False, False)], random.Random(3), 0
    for _ in range(120):
        cells = rng.choices(drawn, weights=(both, gained, lost, neither), k=pilot.items_needed)
        shipped += compared(rows := _rows(cells), plan_for(rows, guards=())).verdict == "SHIP"
    assert 0.70 <= shipped / 120 <= 0.95


def test_two_arms_without_a_difference_hardly_ever_ship() -> None:
    drawn, rng, shipped = [(True, True), (True, False), (False, True), (False, False)], random.Random(4), 0
    for _ in range(200):
        shipped += compared(_rows(rng.choices(drawn, weights=(5, 1, 1, 3), k=150))).verdict == "SHIP"
    assert shipped / 200 <= 0.05


def _rows(cells: list[tuple[bool, bool]]) -> list[ItemResult]:
    counts = {cell: cells.count(cell) for cell in set(cells)}
    return paired(
        both=counts.get((True, True), 0), only_tuned=counts.get((True, False), 0),
        only_base=counts.get((False, True), 0), neither=counts.get((False, False), 0),
    )  # fmt: skip


def test_a_gain_below_what_is_worth_having_does_not_ship() -> None:
    items = paired(both=600, only_tuned=60, only_base=30, neither=310)
    assert compared(items).verdict == "SHIP"
    assert compared(items, plan_for(items, minimum_gain=0.03)).verdict == "NOT_ENOUGH_DATA"


# ------------------------------------------------------------------------------------------------------ worth


def test_net_benefit_is_gain_times_value_less_the_extra_cost() -> None:
    items = paired(both=60, only_tuned=100, only_base=5, neither=35)
    found = compared(items, value=Decimal("0.10"), prices={BASE: Decimal("0.001"), TUNED: Decimal("0.003")})
    benefit = found.net_benefit_per_1k_requests_usd
    assert benefit is not None
    assert benefit["expected"] == Decimal("45.5000")
    low, high = _primary(found).interval
    assert float(benefit["low"] or 0) == pytest.approx(100 * low - 2, abs=1e-3)
    assert float(benefit["high"] or 0) == pytest.approx(100 * high - 2, abs=1e-3)


def test_a_gain_that_costs_more_than_it_is_worth_is_kept_off() -> None:
    items = paired(both=60, only_tuned=100, only_base=5, neither=35)
    found = compared(items, value=Decimal("0.001"), prices={BASE: Decimal("0.001"), TUNED: Decimal("0.5")})
    assert found.verdict == "KEEP"
    assert "costs more than the gain is worth" in found.because


def test_a_gain_whose_worth_is_open_waits_and_names_the_items() -> None:
    items = paired(both=60, only_tuned=100, only_base=5, neither=35)
    found = compared(items, value=Decimal("0.01"), prices={BASE: Decimal(0), TUNED: Decimal("0.0046")})
    assert found.verdict == "NOT_ENOUGH_DATA"
    assert "whether it pays is open" in found.because
    assert found.items_needed is not None


def test_unknown_prices_leave_the_benefit_unknown_and_the_verdict_to_the_quality() -> None:
    found = compared(
        paired(both=60, only_tuned=100, only_base=5, neither=35), value=Decimal("0.1"), prices={BASE: None, TUNED: None}
    )
    assert (found.verdict, found.net_benefit_per_1k_requests_usd) == ("SHIP", None)


# ----------------------------------------------------------------------------------------------------- guards


def _with_invalid(items: list[ItemResult], count: int) -> list[ItemResult]:
    """The last so many answers of the tuned arm lose their form."""
    tuned = [item for item in items if item.arm == TUNED][-count:]
    return [item.model_copy(update={"format_valid": False}) if item in tuned else item for item in items]


def test_a_broken_form_is_not_shipped_whatever_the_gain() -> None:
    found = compared(_with_invalid(paired(both=60, only_tuned=100, only_base=5, neither=35), 40))
    assert found.verdict == "KEEP"
    assert "breaks format_valid" in found.because
    assert (found.guards[0].passed, found.guards[0].candidate) == (False, 0.8)


def test_a_form_that_may_have_got_worse_waits() -> None:
    found = compared(_with_invalid(paired(both=60, only_tuned=100, only_base=5, neither=35), 4))
    assert found.verdict == "NOT_ENOUGH_DATA"
    assert "format_valid may have got worse" in found.because
    assert found.items_needed is not None


def test_a_form_that_was_not_checked_is_invalid() -> None:
    items = [item.model_copy(update={"format_valid": None}) for item in paired(both=60, only_tuned=100)]
    assert "not checked for their form" in compared(items).because


def test_the_zero_shot_arm_is_never_the_headline_and_a_failing_form_is_named() -> None:
    items = [
        item if item.arm == TUNED else item.model_copy(update={"format_valid": False, "correct": False})
        for item in paired(both=200)
    ]
    found = compared(items)
    assert any("form" in sentence and LABELS[BASE] in sentence for sentence in found.deviations)


def test_a_prompt_that_turns_out_better_than_the_registered_one_is_named() -> None:
    items = [*paired(both=20, only_tuned=130, neither=50), *(row(ZERO, i, right=i < 60) for i in range(200))]
    found = compared(items)
    assert _primary(found).baseline == 0.1
    assert "base, zero-shot scored 30.0 %, above the registered baseline's 10.0 %" in found.deviations[0]


# ---------------------------------------------------------------------------------------------------- invalid


def test_no_plan_gives_no_verdict() -> None:
    items = paired(both=50, only_tuned=50)
    found = compare(
        result_of(items), items, None, plan_sha256=None, labels=LABELS, value_per_correct_usd=None,
        usd_per_request=None, comparison_id="probe",
    )  # fmt: skip
    assert (found.verdict, found.primary, found.plan) == ("INVALID", None, None)
    assert [arm.correct for arm in found.arms] == [50, 100]


def test_a_plan_that_was_not_the_registered_one_is_invalid() -> None:
    items = paired(both=50, only_tuned=50)
    assert "not the one whose hash" in compared(items, sha256="0" * 64).because


@pytest.mark.parametrize("field", ["items", "correct", "format_valid", "errors", "output_tokens"])
def test_a_recorded_score_that_the_items_do_not_give_is_invalid(field: str) -> None:
    items = paired(both=50, only_tuned=50)
    honest = result_of(items)
    forged = honest.arms[1].model_copy(update={field: getattr(honest.arms[1], field) + 1})
    found = compared(items, result=honest.model_copy(update={"arms": (honest.arms[0], forged)}))
    assert (found.verdict, found.primary) == ("INVALID", None)
    assert f"the recorded {field} is" in found.because


def test_an_item_that_one_arm_never_saw_is_invalid() -> None:
    items = paired(both=50, only_tuned=50)[:-1]
    assert "1 items stand in one arm only, item-00099" in compared(items).because


def test_an_arm_without_items_is_invalid() -> None:
    items = [item for item in paired(both=50, only_tuned=50) if item.arm == BASE]
    assert "the candidate tuned has no items" in compared(items).because


def test_an_item_answered_twice_is_invalid() -> None:
    items = paired(both=50, only_tuned=50)
    assert "twice" in compared([*items, items[3]]).because


def test_answers_from_a_cache_that_both_arms_share_are_invalid() -> None:
    items = [item.model_copy(update={"key": f"shared-{item.index}"}) for item in paired(both=50, only_tuned=50)]
    assert "share the key" in compared(items).because


def test_another_target_in_the_other_arm_is_invalid() -> None:
    items = paired(both=50, only_tuned=50)
    items[1] = items[1].model_copy(update={"target": "other"})
    assert "another input or target" in compared(items).because


def test_a_part_of_the_registered_items_is_partial_and_invalid_but_shown() -> None:
    items = paired(both=60, only_tuned=100, only_base=5, neither=35)
    found = compared(items, plan_for(items).model_copy(update={"items": 400}))
    assert (found.verdict, found.partial) == ("INVALID", True)
    assert found.because.startswith("PARTIAL: 200 of the 400 registered items")
    assert _primary(found).n == 200


def test_more_items_than_registered_are_invalid() -> None:
    items = paired(both=60, only_tuned=100)
    assert "where the plan registered 100" in compared(items, plan_for(items).model_copy(update={"items": 100})).because


# ---------------------------------------------------------------------------------------------------- missing


def _lose(items: list[ItemResult], arm: str, count: int) -> list[ItemResult]:
    lost = [item.index for item in items if item.arm == arm and item.correct][:count]
    return [row(arm, item.index, right=None) if item.arm == arm and item.index in lost else item for item in items]


def test_missing_answers_leave_the_intersection_and_name_the_worst_case() -> None:
    found = compared(_lose(paired(both=60, only_tuned=100, only_base=5, neither=35), TUNED, 3))
    assert (found.verdict, _primary(found).n) == ("SHIP", 197)
    assert found.arms[1].errors == 3
    assert found.arms[1].score == 157 / 197
    assert "best_prompt 0, tuned 3" in found.deviations[0]
    assert "+46.0 points" in found.deviations[0]


def test_a_gain_that_missing_answers_could_take_away_waits() -> None:
    found = compared(_lose(paired(both=60, only_tuned=36, only_base=14, neither=90), TUNED, 14))
    assert found.verdict == "NOT_ENOUGH_DATA"
    assert "missing could take the gain away" in found.because


# ------------------------------------------------------------------------------------------- slices and pairs


def test_slices_under_thirty_items_have_no_interval() -> None:
    items = [
        row(arm, index, right=arm == TUNED or index % 3 == 0, target="large" if index < 40 else "small")
        for index in range(60) for arm in (BASE, TUNED)
    ]  # fmt: skip
    slices = {part.name: part for part in compared(items).slices}
    assert slices["target: large"].interval is not None
    assert slices["target: small"].interval is None
    assert slices["target: small"].n == 20


def test_every_item_is_paired_in_order_with_its_outcome() -> None:
    items = paired(both=1, only_tuned=1, only_base=1, neither=1)
    items[6] = row(BASE, 3, right=None)
    random.Random(1).shuffle(items)
    found = pairs(items, BASE, TUNED)
    assert [pair.outcome for pair in found] == ["both_right", "fixed", "broken", "missing"]
    assert found[1].outputs == {BASE: "something else", TUNED: "card_arrival"}
    assert found[3].correct == {BASE: None, TUNED: False}


def test_exit_codes_follow_the_contract_of_the_command_line() -> None:
    assert [exit_code(verdict) for verdict in ("SHIP", "SHIP_CHEAPER", "KEEP", "INVALID", "NOT_ENOUGH_DATA")] == [
        0,
        0,
        0,
        1,
        3,
    ]
