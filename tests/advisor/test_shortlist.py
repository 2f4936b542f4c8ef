"""The shortlist by cases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from advisor.decide.records import Approach
from advisor.profile import Profile
from advisor.shortlist import (
    Candidate,
    Shortlist,
    Weights,
    best_to_tune,
    monthly_usd,
    shortlist,
    usd_per_request,
)
from advisor.shortlist.hosting import Load, Volume, cheapest_placement, gpus_needed, memory_bytes, replicas_needed
from advisor.shortlist.quality import LADDER_DATE, PRICE_LADDER, SIZE_LADDER, aged, along, quality
from advisor.shortlist.rank import weighted
from catalog.tariff import Rates, Tariff, standard
from tests.advisor.priced import TODAY, changed, priced, with_parts

BANK: dict[str, Any] = {
    "task_type": "classification",
    "volume_per_day": 5000,
    "tokens_in": 800,
    "tokens_out": 100,
    "languages": ("en",),
    "privacy": "api_ok",
    "commercial_use": True,
}


def run(approach: Approach = "prompt", **answers: Any) -> Shortlist:
    return shortlist(Profile(**answers), priced(), today=TODAY, approach=approach)


def causes(of: Shortlist) -> dict[str, str]:
    return {one.model: one.because for one in of.excluded}


def by_id(of: Shortlist) -> dict[str, Candidate]:
    return {one.model: one for one in of.candidates}


@pytest.mark.parametrize(
    ("model", "approach", "answers", "cause"),
    [
        ("openai/gpt-4o", "prompt", {}, "shuts down on 2027-01-14; replaced by gpt-6-luna"),
        ("anthropic/claude-3-5-sonnet", "prompt", {}, "shut down on 2025-10-28; replaced by claude-sonnet-5-5"),
        ("google/gemini-3.1-flash-lite", "prompt", {"horizon_months": 1}, "it is deprecated"),
        ("openai/gpt-6-luna", "prompt", {"privacy": "no_egress"}, "runs behind an API"),
        ("openai/gpt-6-luna", "lora", {}, "its vendor offers no fine-tuning"),
        ("CohereLabs/aya-expanse-8b", "prompt", {}, "its licence (cc-by-nc-4.0) does not allow commercial use"),
        (
            "Qwen/Qwen2.5-1.5B-Instruct",
            "prompt",
            {"context_tokens": 100_000},
            "32,768 tokens is below the 100,000 needed",
        ),
        ("microsoft/phi-4", "prompt", {"languages": ["en", "de"]}, "not trained for de (lists en)"),
        ("openai/gpt-6-astra", "prompt", {"budget_usd": 100}, "above the budget of $100"),
    ],
)
def test_each_hard_constraint_excludes_with_its_cause(
    model: str, approach: Approach, answers: dict[str, Any], cause: str
) -> None:
    assert cause in causes(run(approach, **{**BANK, **answers}))[model]


def test_a_model_whose_fine_tuning_is_closing_is_not_tuned_though_it_would_live() -> None:
    facts = changed("openai/gpt-4o", lifecycle="current", shutdown_date=None)

    tuned = shortlist(Profile(**BANK), facts, today=TODAY, approach="lora")

    assert "its fine-tuning is closing (CLOSING" in causes(tuned)["openai/gpt-4o"]
    assert "openai/gpt-4o" in by_id(shortlist(Profile(**BANK), facts, today=TODAY, approach="prompt"))


def test_a_model_that_no_hardware_holds_is_excluded() -> None:
    facts = with_parts(priced(), gpus=(priced().gpu("l4"), priced().gpu("rtx-4090")))

    found = shortlist(Profile(**BANK), facts, today=TODAY, approach="prompt")

    assert "do not fit any GPUs of the catalog" in causes(found)["meta-llama/Llama-3.1-70B-Instruct"]
    assert "meta-llama/Llama-3.1-8B-Instruct" in by_id(found)


def test_qwen_2_5_reaches_128k_from_7b_up_and_says_that_it_takes_yarn() -> None:
    found = run(**{**BANK, "context_tokens": 100_000})

    assert "Qwen/Qwen2.5-7B-Instruct" in by_id(found)
    assert "100,000 tokens only by YaRN rope scaling" in by_id(found)["Qwen/Qwen2.5-7B-Instruct"].because
    assert "Qwen/Qwen2.5-1.5B-Instruct" in causes(found)


@pytest.mark.parametrize(
    ("model", "cause"),
    [
        ("anthropic/claude-3-5-sonnet", "shut down on 2025-10-28"),
        ("openai/gpt-3.5-turbo", "shut down on 2026-10-23"),
        ("openai/o1-preview", "a preview"),
        ("google/gemini-3-flash-preview", "a preview"),
        ("x-ai/grok-3", "nothing but one price list says that it is still sold"),
        ("aws/amazon.nova-2-sonic-v1:0", "it answers in speech"),
        ("google/gemini-nano-banana-2.1", "it answers in images"),
    ],
)
def test_an_api_that_still_has_a_price_is_out_where_it_is_gone_or_unfit(model: str, cause: str) -> None:
    assert priced().model(model).input_usd_per_mtok is not None
    assert cause in causes(run(**BANK))[model]


def test_an_api_of_ones_own_needs_no_list_that_knows_it() -> None:
    own = changed("x-ai/grok-3", origin="overlay")

    assert "x-ai/grok-3" in by_id(shortlist(Profile(**BANK), own, today=TODAY, approach="prompt"))


def test_every_model_is_a_candidate_or_excluded_with_a_cause() -> None:
    found = run("lora", **BANK)

    assert sorted([*by_id(found), *causes(found)]) == sorted(model.id for model in priced().models)
    assert all(one.because for one in found.excluded)


@pytest.mark.parametrize("approach", ["prompt", "few_shot", "rag", "lora", "rag_lora", "distill", "not_yet"])
@pytest.mark.parametrize(
    "answers",
    [
        {},
        BANK,
        {**BANK, "languages": ("en", "de", "fr", "ja", "ar", "hi")},
        {**BANK, "context_tokens": 120_000},
        {**BANK, "volume_per_day": 100, "budget_usd": 300},
        {**BANK, "languages": ("sw",), "low_resource_language": True},
    ],
)
def test_there_is_a_hosted_and_a_self_hosted_candidate(approach: Approach, answers: dict[str, Any]) -> None:
    kinds = {one.hosting for one in run(approach, **answers).top(5)}

    assert kinds == {"hosted", "self_hosted"}


def test_with_no_egress_every_candidate_is_self_hosted_and_on_no_strangers_machine() -> None:
    found = run("lora", **{**BANK, "privacy": "no_egress"})

    assert {one.hosting for one in found.candidates} == {"self_hosted"}
    assert not [one for one in found.candidates if "community" in one.because or "vast" in one.because]


def test_the_monthly_cost_is_the_formula() -> None:
    luna = by_id(run(**BANK))["openai/gpt-6-luna"]

    each = (Decimal(800) * Decimal("0.1") + Decimal(100) * Decimal("0.5")) / 1_000_000
    assert luna.usd_per_month == (each * 5000 * 365 / 12).quantize(Decimal("0.01")) == Decimal("19.77")
    assert "about $20 a month for 5,000 requests a day at $0.1 in and $0.5 out per million tokens" in luna.because
    assert "(2026-10-14)" in luna.because


def test_hosting_costs_gpus_times_hours_whatever_the_volume() -> None:
    facts, quiet = priced(), Load(10, 800, 100, None, private=False, today=TODAY)
    small = cheapest_placement(facts.model("llama-3.1-8b"), facts, quiet)

    assert small is not None
    assert small.replicas == 1
    assert small.usd_per_month == (small.offer.usd_per_gpu_hour * small.gpus * 730).quantize(Decimal("0.01"))
    assert small.gpu.memory_gb * small.gpus > 2 * 8.03


def test_a_busier_service_needs_more_replicas() -> None:
    facts = priced()
    model, gpu = facts.model("llama-3.1-8b"), facts.gpu("l40s")
    loads = [Load(volume, 800, 100, None, private=False, today=TODAY) for volume in (1e3, 1e5, 1e6, 1e7)]

    counts = [replicas_needed(model, gpu, 1, load) for load in loads]

    assert counts == sorted(counts)
    assert counts[0] == 1
    assert counts[-1] > 10 * counts[1]


def test_memory_is_weights_and_cache() -> None:
    model = priced().model("llama-3.1-8b")
    one_long = Load(None, None, None, 100_000, private=False, today=TODAY)

    assert memory_bytes(model, one_long) == 2 * 8_030_261_248 + 131_072 * 100_000
    assert memory_bytes(model.model_copy(update={"kv_bytes_per_token": None}), one_long) is None
    assert gpus_needed(100e9, priced().gpu("a100")) == 2
    assert gpus_needed(100e9, priced().gpu("l4")) is None  # five would be needed, and they have no NVLink


def test_a_spot_price_serves_nobody_and_a_recalled_price_is_not_used() -> None:
    facts = priced()
    only = [one for one in facts.offers if one.tier.endswith("(min bid)") or one.confidence == "recalled"]

    quiet = Load(10, 800, 100, None, private=False, today=TODAY)

    assert only
    assert cheapest_placement(facts.model("llama-3.2-1b"), with_parts(facts, offers=tuple(only)), quiet) is None


def test_old_offers_count_only_where_there_is_no_other() -> None:
    facts = priced()
    old = tuple(one for one in facts.offers if one.as_of < TODAY - timedelta(days=180))
    quiet = Load(10, 800, 100, None, private=False, today=TODAY)
    model = facts.model("llama-3.2-1b")

    fresh, stale = (
        cheapest_placement(model, facts, quiet),
        cheapest_placement(model, with_parts(facts, offers=old), quiet),
    )

    assert fresh is not None
    assert stale is not None
    assert fresh.usd_per_month > stale.usd_per_month
    assert fresh.offer.as_of >= TODAY - timedelta(days=180) > stale.offer.as_of


def test_an_unknown_price_is_unpriced_and_leads_no_model_that_is_priced() -> None:
    facts = changed("openai/gpt-6-luna", input_usd_per_mtok=None, output_usd_per_mtok=None)

    found = shortlist(Profile(**BANK), facts, today=TODAY, approach="prompt")
    luna = by_id(found)["openai/gpt-6-luna"]

    assert luna.usd_per_month is None
    assert "cost" not in luna.parts
    assert luna.because.startswith("unpriced: no price known")
    assert luna.score < min(one.score for one in found.candidates if one.hosting == "hosted" and one.usd_per_month)


def test_with_an_unknown_load_apis_are_compared_by_a_usual_one_and_stay_unpriced() -> None:
    found = run(task_type="classification")
    luna, astra = by_id(found)["openai/gpt-6-luna"], by_id(found)["openai/gpt-6-astra"]

    assert luna.usd_per_month is astra.usd_per_month is None
    assert "; ordered as if 1,000 requests a day took 824 + 200 tokens" in luna.because
    assert luna.parts["cost"] > astra.parts["cost"]
    assert luna.score > astra.score


def test_a_known_part_of_the_load_counts_where_the_rest_is_usual() -> None:
    assert Load(None, 10, None, None, private=False, today=TODAY).usual == Volume(1000, 10, 200)
    assert Load(5, None, 7, None, private=False, today=TODAY).usual == Volume(5, 824, 7)


def test_what_nobody_knows_of_a_model_counts_as_the_worst() -> None:
    weights = Weights(quality=1, cost=1, latency=1, fit=1)

    assert weighted({"quality": 0.9, "cost": 0.9, "fit": 0.9}, weights) == 0.9
    assert weighted({"quality": 0.9, "fit": 0.9}, weights) == 0.6
    assert weighted({"cost": 0.9, "fit": 0.9, "latency": 0.9}, weights) == 0.675
    assert weighted({"quality": 0.9, "cost": 0.9, "fit": 0.9, "latency": 0.1}, weights) == 0.7


def test_an_older_model_is_not_taken_for_as_good_as_a_newer_one_of_its_size() -> None:
    new, old = (priced().model(name) for name in ("Qwen/Qwen3-8B", "mistralai/Mistral-7B-Instruct-v0.1"))
    judged, same_day = quality(old), quality(old.model_copy(update={"release_date": new.release_date}))

    assert judged is not None
    assert same_day is not None
    assert judged.percent < same_day.percent - 5
    assert "from its size and age" in judged.because
    assert aged(new) == aged(old.model_copy(update={"release_date": None})) == 1
    assert aged(old.model_copy(update={"release_date": LADDER_DATE - timedelta(days=183)})) == 0.5


def test_a_model_made_for_another_task_ranks_below_its_like() -> None:
    asked, coding = by_id(run(**BANK)), by_id(run(**{**BANK, "task_type": "code_general"}))
    coder, plain = "Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen/Qwen2.5-7B-Instruct"

    assert asked[coder].score < asked[plain].score
    assert "made for code" in asked[coder].because
    assert coding[coder].score == coding[plain].score
    assert "made for reasoning" not in asked["Qwen/Qwen3-8B"].because


@pytest.mark.parametrize(
    "answers",
    [{"task_type": "classification"}, BANK, {**BANK, "privacy": "no_egress"}, {**BANK, "volume_per_day": 3_000_000}],
)
def test_without_a_name_a_plain_well_known_priced_model_is_tuned(answers: dict[str, Any]) -> None:
    facts = priced()
    found = run("lora", **answers)
    chosen = best_to_tune(found, facts)
    assert chosen is not None
    model, own = facts.model(chosen), [one for one in found.candidates if one.hosting == "self_hosted"]

    assert by_id(found)[chosen].usd_per_month is not None
    assert model.num_experts is None
    assert str(model.attention).startswith(("gqa", "mha"))
    assert not model.recalled
    assert by_id(found)[chosen].score >= own[0].score - 0.03


def test_without_any_price_the_best_open_model_is_tuned_and_without_any_model_none() -> None:
    found = shortlist(Profile(**BANK), with_parts(priced(), offers=()), today=TODAY, approach="lora")
    own = [one.model for one in found.candidates if one.hosting == "self_hosted"]

    assert best_to_tune(found, priced()) == own[0]
    assert best_to_tune(Shortlist(candidates=(), excluded=()), priced()) is None


def test_an_unknown_volume_is_unpriced_and_says_what_is_missing() -> None:
    luna = by_id(run(tokens_in=800, tokens_out=100))["openai/gpt-6-luna"]

    assert luna.usd_per_month is None
    assert "unpriced: requests a day unknown; $0.1 in and $0.5 out" in luna.because


def test_a_model_that_fits_hardware_but_no_offer_is_unpriced_not_excluded() -> None:
    facts = with_parts(priced(), offers=())

    found = shortlist(Profile(**BANK), facts, today=TODAY, approach="prompt")

    assert by_id(found)["Qwen/Qwen3-8B"].usd_per_month is None
    assert "fits no offer" in by_id(found)["Qwen/Qwen3-8B"].because


def test_the_cache_is_counted_only_while_traffic_keeps_it_warm() -> None:
    busy = by_id(run(**{**BANK, "cacheable_prefix_tokens": 700}))["openai/gpt-6-luna"].usd_per_month
    cold = by_id(run(**{**BANK, "cacheable_prefix_tokens": 700, "volume_per_day": 100}))["openai/gpt-6-luna"]
    plain = by_id(run(**{**BANK, "volume_per_day": 100}))["openai/gpt-6-luna"]

    assert busy == Decimal("10.19")  # (100 x 0.1 + 700 x 0.01 + 100 x 0.5) / 1e6 x 5000 x 365 / 12
    assert cold.usd_per_month == plain.usd_per_month


def test_long_inputs_pay_the_long_price_for_all_their_tokens() -> None:
    prices = standard(priced().model("claude-haiku-5-5"))
    assert prices is not None

    short = usd_per_request(prices, tokens_in=100_000, tokens_out=1000)
    long = usd_per_request(prices, tokens_in=100_001, tokens_out=1000)

    assert short == Decimal("0.0105")
    assert long == Decimal("0.0525005")
    usual = Rates(Decimal("0.1"), Decimal("0.5"), Decimal("0.01"), Decimal("0.125"))
    assert prices == Tariff(usual, 100_000, Rates(Decimal("0.5"), Decimal("2.5"), Decimal("0.05")))


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert monthly_usd(Decimal("0.001"), requests_per_day=1000) == Decimal("30.42")
    assert monthly_usd(Decimal("0.001"), requests_per_day=0) == 0


def test_quality_is_published_or_says_that_it_is_assumed() -> None:
    published, by_size = quality(priced().model("llama-3.1-8b")), quality(priced().model("Qwen3.5-9B"))
    by_price, old = quality(priced().model("gpt-6-luna")), quality(priced().model("claude-3-haiku"))

    assert published is not None
    assert by_size is not None
    assert by_price is not None
    assert old is not None
    assert (published.percent, published.basis) == (73.0, "published")
    assert (by_size.basis, by_size.because) == ("assumed", "quality assumed from its size, like MMLU 74")
    assert "price class" in by_price.because
    assert old.percent <= PRICE_LADDER[0][1]
    bare = priced().model("gpt-6-luna").model_copy(update={"output_usd_per_mtok": None})
    assert quality(bare) is None


def test_a_ladder_gives_its_steps_and_stops_at_both_ends() -> None:
    assert [along(SIZE_LADDER, size) for size, _ in SIZE_LADDER] == pytest.approx([score for _, score in SIZE_LADDER])
    assert along(SIZE_LADDER, 1e13) == SIZE_LADDER[-1][1]
    assert along(SIZE_LADDER, 1e6) == 25.0


def test_recalled_dimensions_are_marked_where_they_are_used() -> None:
    found = by_id(run(**{**BANK, "commercial_use": False}))

    assert found["CohereLabs/aya-expanse-8b"].because.count("its dimensions are recalled") == 1
    assert "dimensions are recalled" not in found["Qwen/Qwen3-8B"].because


def test_weights_decide_the_order() -> None:
    facts, profile = priced(), Profile(**BANK)
    best = shortlist(
        profile, facts, today=TODAY, approach="prompt", weights=Weights(quality=1, cost=0, latency=0, fit=0)
    )
    cheap = shortlist(
        profile, facts, today=TODAY, approach="prompt", weights=Weights(quality=0, cost=1, latency=0, fit=0)
    )

    assert best.candidates[0].parts["quality"] == max(one.parts["quality"] for one in best.candidates)
    bills = [one.usd_per_month for one in cheap.candidates if one.usd_per_month is not None]
    assert cheap.candidates[0].usd_per_month is not None
    assert cheap.candidates[0].parts["cost"] == 1.0
    assert min(bills) <= 10
    with pytest.raises(ValidationError, match="at least one weight"):
        Weights(quality=0, cost=0, latency=0, fit=0)


def test_a_dominated_model_names_a_candidate_that_is_as_good_everywhere() -> None:
    found = run(**BANK)
    candidates = by_id(found)
    dominated = [one for one in found.candidates if one.dominated_by]

    assert dominated
    for one in dominated:
        other = candidates[str(one.dominated_by)]
        assert other.usd_per_month is not None
        assert one.usd_per_month is not None
        assert other.usd_per_month <= one.usd_per_month
        assert all(other.parts[name] >= one.parts[name] for name in one.parts)
        assert f"{other.model} is better all round" in one.because


def test_the_top_keeps_one_of_each_kind() -> None:
    found = run(**BANK)

    assert [one.model for one in found.top(3)[:2]] == [one.model for one in found.candidates[:2]]
    assert {one.hosting for one in found.top(2)} == {"hosted", "self_hosted"}
    assert len(found.top(1)) == 1
    assert found.top(10_000) == found.candidates
