"""Platforms compared: who is out and why, what a month takes, and at which traffic the order turns."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.platforms import Comparison, PlatformChoice, choose
from advisor.platforms.text import comparison_text
from advisor.profile import Profile
from advisor.workflow.platforms import platforms_for
from catalog.load import Catalog, load
from catalog.records import Model, Offer

TODAY = date(2026, 11, 23)
KNOWN: dict[str, Any] = {
    "name": "bank", "n_examples": 2000, "epochs": 3, "eval_items": 300, "tokens_in": 500, "tokens_out": 100,
    "volume_per_day": 5000, "team_skill": "ml",
}  # fmt: skip
LLAMA = load().model("Llama-3.1-8B-Instruct")


def compared(model: Model = LLAMA, catalog: Catalog | None = None, today: date = TODAY, **changes: Any) -> Comparison:
    return choose(Profile.model_validate(KNOWN | changes), model, catalog or load(), today=today)


def one(found: Comparison, name: str) -> PlatformChoice:
    return next(choice for choice in found.choices if choice.platform == name)


def edited(table: str, edit: Any) -> Catalog:
    return load().with_changes(lambda name, records: tuple(edit(records)) if name == table else records)


# --------------------------------------------------------------------------------------------------------- who is out


def test_all_platforms_of_the_issue_are_there_and_each_has_reasons() -> None:
    found = compared()
    assert {choice.platform for choice in found.choices} >= {
        "runpod", "modal", "sagemaker", "kubernetes", "own-box", "hosted-fine-tuning",
    }  # fmt: skip
    assert all(choice.because or choice.excluded_because for choice in found.choices)


def test_data_that_may_not_leave_leaves_only_accounts_and_machines_of_ones_own() -> None:
    found = compared(privacy="no_egress")
    assert {choice.platform for choice in found.choices if not choice.feasible} == {
        "runpod",
        "modal",
        "hosted-fine-tuning",
    }
    assert all("may not leave" in choice.excluded_because for choice in found.choices if not choice.feasible)
    assert all(choice.warnings for choice in found.choices if choice.feasible)


def test_where_data_may_not_leave_no_tool_rents_from_a_host_that_is_itself_out() -> None:
    runpod = edited("offers", lambda rows: (row for row in rows if row.provider == "runpod"))
    open_to_all, inside = compared(catalog=runpod), compared(catalog=runpod, privacy="no_egress")
    assert one(open_to_all, "dstack").feasible
    assert "no machine" in one(inside, "dstack").excluded_because
    assert one(inside, "runpod").way is not None
    for name in ("dstack", "skypilot"):
        way = one(compared(privacy="no_egress"), name).way
        assert way is not None
        assert "runpod" not in way.what


def test_modal_is_out_where_data_has_to_stay_in_europe_and_says_that_its_control_plane_is_elsewhere() -> None:
    assert "us-east-1" in one(compared(data_residency=["eu"]), "modal").excluded_because
    assert one(compared(data_residency=["us"]), "modal").feasible


def test_an_offer_in_the_region_is_taken_where_there_is_one() -> None:
    here = one(compared(data_residency=["eu"]), "kubernetes")
    assert here.way is not None
    used = next(part for part in here.way.parts if part.name == "GPUs")
    regions = {o.region for o in load().current_offers if o.usd_per_gpu_hour == used.unit_price_usd}
    assert any(region.startswith("eu") for region in regions)


def test_a_team_without_skill_is_not_sent_to_kubernetes_and_one_with_some_is_warned() -> None:
    assert not one(compared(team_skill="none"), "kubernetes").feasible
    assert any("plan time to learn" in said for said in one(compared(team_skill="some"), "kubernetes").warnings)


def test_a_rule_that_nobody_has_written_down_is_unknown_and_puts_nothing_out() -> None:
    found = one(compared(compliance=["soc2"]), "runpod")
    assert found.feasible
    assert found.unknown == ("SOC 2",)


def test_private_peoples_machines_are_not_taken_for_regulated_data() -> None:
    free, bound = (
        one(compared(volume_per_day=300_000), "runpod"),
        one(compared(volume_per_day=300_000, compliance=["gdpr"]), "runpod"),
    )
    assert free.way is not None
    assert bound.way is not None
    assert not any("community" in way.what for way in bound.ways)


def test_without_weights_only_a_host_comes_into_question() -> None:
    found = compared(load().model("gpt-4.1-mini"), horizon_months=1)
    assert [choice.platform for choice in found.choices if choice.feasible] in ([], ["hosted-fine-tuning"])
    assert "weights" in one(found, "runpod").excluded_because


# ------------------------------------------------------------------------------------------------------------- money


def test_a_month_around_the_clock_is_730_hours_of_the_offer() -> None:
    way = one(compared(volume_per_day=100), "sagemaker").way
    assert way is not None
    gpus = next(part for part in way.parts if part.name == "GPUs")
    assert gpus.usd is not None
    assert gpus.usd.expected == (gpus.unit_price_usd or 0) * 730
    assert way.usd_per_month is not None
    assert way.usd_per_month.expected == sum(part.usd.expected for part in way.parts if part.usd)


def test_kubernetes_pays_its_control_plane() -> None:
    way = one(compared(volume_per_day=100), "kubernetes").way
    assert way is not None
    plane = next(part for part in way.parts if part.name == "Control plane")
    assert plane.usd is not None
    assert plane.usd.expected == Decimal("73.0000")


def test_modal_pays_processor_and_memory_beside_the_gpu_and_more_for_a_named_region() -> None:
    anywhere, pinned = one(compared(), "modal").way, one(compared(data_residency=["us"]), "modal").way
    assert anywhere is not None
    assert pinned is not None
    assert {part.name for part in anywhere.parts} >= {"GPUs", "Processor", "Memory"}
    assert anywhere.usd_per_month is not None
    assert pinned.usd_per_month is not None
    assert pinned.usd_per_month.low > anywhere.usd_per_month.low


def test_unknown_traffic_is_unpriced_where_only_use_is_paid_and_one_machine_elsewhere() -> None:
    found = compared(volume_per_day=None)
    modal, steady = one(found, "modal").way, one(found, "sagemaker").way
    assert modal is not None
    assert modal.usd_per_month is None
    assert "unknown" in modal.because
    assert steady is not None
    assert steady.usd_per_month is not None
    assert "unknown" in steady.because


def test_a_machine_of_ones_own_is_unpriced_until_its_hour_is_given() -> None:
    way = one(compared(), "own-box").way
    assert way is not None
    assert way.usd_per_month is None
    assert "electricity alone: ~$" in way.because

    mine = load().offers[0].model_copy(
        update={"id": "mine", "provider": "own", "product": "machine", "tier": "own", "gpu_id": "l40s", "usd_per_gpu_hour": Decimal("0.40"), "as_of": TODAY, "gpu_count": 1}
    )  # fmt: skip
    priced = one(compared(catalog=edited("offers", lambda rows: (*rows, mine))), "own-box").way
    assert priced is not None
    assert priced.usd_per_month is not None
    assert priced.usd_per_month.expected == Decimal("292.0000")


def test_without_any_price_nothing_costs_nothing() -> None:
    bare = load().with_changes(lambda name, rows: () if name in ("offers", "finetune_prices") else rows)
    found = compared(catalog=bare)
    assert all(choice.way is None or choice.way.usd_per_month is None for choice in found.choices)
    assert not re.search(r"\$0(?:\.0+)?(?![.\d])", comparison_text(found))


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 1e6))
@example(206018.0)
def test_more_traffic_never_costs_less_on_the_same_way(volume: float) -> None:
    """Another machine may be chosen: a stale price counts double, so a fresh dearer one can come before it."""
    less, more = compared(volume_per_day=volume), compared(volume_per_day=volume * 1.5)
    for choice in less.choices:
        other = one(more, choice.platform)
        if not (choice.way and other.way) or (choice.way.mode, choice.way.what) != (other.way.mode, other.way.what):
            continue
        if choice.way.usd_per_month and other.way.usd_per_month:
            assert other.way.usd_per_month.expected >= choice.way.usd_per_month.expected * Decimal("0.999")


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 1e6))
def test_a_range_is_in_order(volume: float) -> None:
    for choice in compared(volume_per_day=volume).choices:
        for way in choice.ways:
            if way.usd_per_month:
                assert way.usd_per_month.low <= way.usd_per_month.expected <= way.usd_per_month.high


# ------------------------------------------------------------------------------------------------- what turns the order


def dear_zero() -> Catalog:
    """Serverless at three times its price, so that it pays at little traffic only."""

    def edit(rows: Any) -> list[Offer]:
        return [
            row.model_copy(
                update={"usd_per_gpu_hour": row.usd_per_gpu_hour * (3 if row.product == "serverless" else 1)}
            )
            for row in rows
        ]

    return edited("offers", edit)


def test_the_flip_is_where_both_months_are_the_same() -> None:
    catalog = dear_zero()
    found = one(compared(catalog=catalog, volume_per_day=200), "modal")
    assert found.flips
    at = found.flips[0].requests_per_day

    def rent(volume: float, name: str) -> Decimal:
        way = one(compared(catalog=catalog, volume_per_day=volume), name).way
        assert way is not None
        return next(part.usd.expected for part in way.parts if part.name == "GPUs" and part.usd)

    steady = next(c for c in compared(catalog=catalog, volume_per_day=at).choices if c.name in found.flips[0].above)
    assert float(rent(at, "modal")) == pytest.approx(float(rent(at, steady.platform)), rel=0.02)


def test_where_going_to_zero_is_no_dearer_by_the_hour_that_is_said() -> None:
    found = one(compared(), "runpod")
    assert found.flips or any("no traffic of one machine" in said for said in found.because)


def test_a_limit_on_latency_is_set_against_cold_starts() -> None:
    slow, fast = (
        one(compared(volume_per_day=20), "modal"),
        one(compared(volume_per_day=20, latency_p95_ms=1500), "modal"),
    )
    assert not any("cold start" in said for said in slow.warnings)
    assert any("cold start" in said for said in fast.warnings)


# -------------------------------------------------------------------------------------------------------------- marks


def test_a_recalled_price_marks_the_month_and_names_what_is_recalled() -> None:
    catalog = edited("offers", lambda rows: (row.model_copy(update={"confidence": "recalled"}) for row in rows))
    found = compared(catalog=catalog)
    steady = one(found, "sagemaker")
    assert steady.way is not None
    assert steady.way.recalled
    assert any("~ recalled or judgement" in said and "gpus" in said for said in steady.warnings)
    row = next(line for line in comparison_text(found).splitlines() if "SageMaker" in line)
    assert row.count("~") >= 2


def test_the_text_is_80_columns_wide_whatever_the_name() -> None:
    text = comparison_text(compared(name="x" * 200, compliance=["soc2", "hipaa", "gdpr"], data_residency=["eu", "uk"]))
    assert max(map(len, text.splitlines())) <= 80


# --------------------------------------------------------------------------------------------------------- lifecycle


def test_a_model_that_ends_within_the_horizon_is_out_everywhere() -> None:
    ending = LLAMA.model_copy(update={"shutdown_date": TODAY + timedelta(days=100)})
    found = compared(ending, horizon_months=12)
    assert not any(choice.feasible for choice in found.choices)
    assert all("shuts down" in choice.excluded_because for choice in found.choices)


def test_a_host_that_takes_its_last_job_within_the_horizon_is_not_proposed() -> None:
    def edit(rows: Any) -> list[Any]:
        return [row.model_copy(update={"last_job_date": TODAY + timedelta(days=30)}) for row in rows]

    found = one(compared(catalog=edited("finetune_prices", edit)), "hosted-fine-tuning")
    assert not found.feasible
    assert "last new job" in found.excluded_because


def test_without_a_model_the_best_open_one_with_a_known_price_is_taken() -> None:
    found = platforms_for(Profile.model_validate(KNOWN), load(), model=None, today=TODAY)
    assert any(choice.way and choice.way.usd_per_month for choice in found.choices)


def test_a_deprecated_model_that_lives_on_is_warned_of() -> None:
    old = LLAMA.model_copy(update={"lifecycle": "deprecated", "replacement": "newer/model"})
    assert all(any("is deprecated" in said for said in choice.warnings) for choice in compared(old).choices)


def test_a_deployment_without_a_price_is_named_and_in_no_sum() -> None:
    def edit(rows: Any) -> list[Any]:
        return [row.model_copy(update={"hosting_usd": None}) for row in rows if row.provider == "azure"]

    oss = load().model("gpt-oss-20b")
    way = one(compared(oss, edited("finetune_prices", edit)), "hosted-fine-tuning").way
    assert way is not None
    assert way.unpriced == ("Deployment",)


def test_tokens_at_a_host_are_requests_times_tokens_times_price_and_the_deployment_is_billed_beside_them() -> None:
    catalog = edited("finetune_prices", lambda rows: (row for row in rows if row.id.startswith("azure-gpt-oss-20b")))
    way = one(compared(load().model("gpt-oss-20b"), catalog), "hosted-fine-tuning").way
    assert way is not None
    assert way.usd_per_month is not None
    tokens = 5000 * (500 * Decimal("0.07") + 100 * Decimal("0.3")) * 365 / 12 / 1_000_000
    assert float(way.usd_per_month.expected) == pytest.approx(float(tokens + Decimal("0.3") * 730), rel=1e-6)
    assert way.once_usd is not None
    assert way.once_usd.expected == Decimal(2000 * 600 * 3) / 1_000_000 * Decimal("3.6")


def test_a_cold_start_that_nobody_has_timed_is_named_and_not_taken_for_nothing() -> None:
    def edit(rows: Any) -> list[Any]:
        return [row for row in rows if row.fact != "cold_start_seconds"]

    way = one(compared(catalog=edited("platform_facts", edit)), "modal").way
    assert way is not None
    assert "cold starts" in way.unpriced
    assert way.waiting_share is None
