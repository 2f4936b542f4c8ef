"""Nothing that ends within the planning horizon is recommended: on the shortlist, in a plan, by a platform or a host."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide.records import Approach
from advisor.plan.api import best_api
from advisor.plan.work import amounts
from advisor.platforms import choose
from advisor.platforms.hosted import tariffs
from advisor.profile import Profile
from advisor.shortlist import shortlist
from catalog.load import Catalog, load
from catalog.records import ApiPrice, Model

SEEN = date(2026, 11, 23)
days = st.dates(SEEN, SEEN + timedelta(days=400))
horizons = st.one_of(st.none(), st.floats(0.5, 60))
approaches: st.SearchStrategy[Approach] = st.sampled_from(["prompt", "few_shot", "rag", "lora", "rag_lora", "distill"])


@functools.cache
def priced() -> Catalog:
    """Every API at the same price: only its end can tell one from another."""

    def quote(names: Iterable[str], _: date | None) -> Mapping[str, ApiPrice]:
        price = {"input_usd_per_mtok": Decimal(1), "output_usd_per_mtok": Decimal(2)}
        return {
            name: ApiPrice.model_validate(
                {"id": name, "as_of": SEEN, "source": "test", "confidence": "verified", **price}
            )
            for name in names
        }

    return replace(load(), quote=quote)


def end(today: date, months: float | None) -> date:
    return today + timedelta(days=(months or 12) * 365 / 12)


def profile(months: float | None) -> Profile:
    return Profile.model_validate({
        "horizon_months": months, "tokens_in": 400, "tokens_out": 80, "volume_per_day": 3000, "n_examples": 2000,
    })  # fmt: skip


def ended(model: Model, by: date) -> bool:
    return model.lifecycle in ("retired", "deprecated") or (
        model.shutdown_date is not None and model.shutdown_date <= by
    )


def test_the_catalog_has_models_that_end_for_this_to_be_a_test() -> None:
    assert sum(ended(model, end(SEEN, 12)) for model in priced().models) > 20


@settings(max_examples=12, deadline=None)
@given(days, horizons, approaches)
def test_no_candidate_of_the_shortlist_ends_within_the_horizon(
    today: date, months: float | None, approach: Approach
) -> None:
    found = shortlist(profile(months), priced(), today=today, approach=approach)
    by_id = {model.id: model for model in priced().models}
    assert not [one.model for one in found.candidates if ended(by_id[one.model], end(today, months))]


@settings(max_examples=40, deadline=None)
@given(days, horizons)
def test_the_api_that_a_plan_is_measured_against_lives_on(today: date, months: float | None) -> None:
    asked = profile(months)
    found = best_api(asked, priced().models, amounts(asked), today).model
    assert found is None or not ended(found, end(today, months))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([model.id for model in load().models]), days, horizons)
def test_no_platform_and_no_host_takes_a_model_that_ends(name: str, today: date, months: float | None) -> None:
    model = next(one for one in priced().models if one.id == name)
    by = end(today, months)
    choices = choose(profile(months), model, priced(), today=today).choices
    if model.shutdown_date is not None and model.shutdown_date <= by:
        assert not any(choice.feasible for choice in choices)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([price.model_id for price in load().finetune_prices if price.model_id]), days, horizons)
def test_no_host_is_proposed_that_takes_its_last_job_within_the_horizon(
    name: str, today: date, months: float | None
) -> None:
    model = next((one for one in priced().models if one.id == name), None)
    if model is None:
        return
    by = end(today, months)
    found = tariffs(model, priced().finetune_prices, priced().lifecycle, until=by)
    assert all(one.status == "active" and (one.last_job_date is None or one.last_job_date > by) for one in found.open)


def test_openai_that_closes_its_fine_tuning_is_named_with_its_last_day_and_azure_stays() -> None:
    model = next(one for one in priced().models if one.id == "openai/gpt-4.1")
    found = tariffs(model, priced().finetune_prices, priced().lifecycle, until=SEEN + timedelta(days=30))
    assert {one.provider for one in found.open} == {"azure"}
    assert any("2027-01-06" in why for why in found.closed_because)
