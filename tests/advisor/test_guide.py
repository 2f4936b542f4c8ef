"""Today's values beside the guide's come from the facts, and change with them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from advisor.guide import RECIPES, Beside, beside
from catalog.load import Catalog, load

TODAY = date(2026, 11, 23)


def cells(catalog: Catalog, today: date = TODAY) -> dict[str, Beside]:
    return {one.cell.id: one for one in beside(catalog.guide_tables, catalog, today=today)}


def changed(table: str, **fields: Any) -> Catalog:
    def change(name: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(one.model_copy(update=fields) for one in records) if name == table else records

    return load().with_changes(change)


def test_every_recipe_of_the_file_is_known() -> None:
    named = {cell.computed_by.split()[0] for cell in load().guide_tables if cell.computed_by}
    assert named <= set(RECIPES)


def test_a_month_on_kubernetes_is_the_cheapest_node_and_the_control_plane() -> None:
    found = cells(load())["self-hosting-kubernetes-cost-month"].today_value or ""
    assert found.startswith("$660.50 (l4)")  # 0.8048 x 730 + 0.10 x 730


def test_twice_the_price_of_an_hour_is_twice_the_month() -> None:
    offers = load().offers
    double = {one.id: one.usd_per_gpu_hour * 2 for one in offers}

    def change(name: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
        if name != "offers":
            return records
        return tuple(one.model_copy(update={"usd_per_gpu_hour": double[one.id]}) for one in records)

    before = cells(load())["self-hosting-sagemaker-cost-month"].today_value or ""
    after = cells(load().with_changes(change))["self-hosting-sagemaker-cost-month"].today_value or ""
    assert (before.split()[0], after.split()[0]) == ("$1,028", "$2,056")  # 1.408 x 730


def test_without_offers_the_month_is_unknown_and_nothing_is_zero() -> None:
    bare = load().with_changes(lambda name, records: () if name == "offers" else records)
    found = cells(bare)
    assert found["self-hosting-runpod-cost-month"].today_value is None
    assert found["training-costs-7b-cloud-cost"].today_value is None


def test_an_unpriced_api_is_unknown_not_free() -> None:
    found = cells(load())["inference-costs-gpt-4o-input-1k-tokens"]  # without prices of APIs
    assert found.today_value is None


def test_what_rests_on_a_recalled_offer_is_marked() -> None:
    found = cells(changed("offers", confidence="recalled"))["self-hosting-runpod-cost-month"]
    assert found.confidence == "recalled"


@pytest.mark.parametrize(("day", "word"), [(date(2027, 1, 13), "shuts down"), (date(2027, 1, 14), "shut down")])
def test_the_end_of_a_model_is_told_by_the_day(day: date, word: str) -> None:
    assert word in (cells(load(), day)["base-models-gpt-4o-model"].today_value or "")


def test_hours_of_training_are_far_below_the_guides_and_grow_with_the_model() -> None:
    found = cells(load())
    tops = [
        float((found[f"training-costs-{size}-gpu-hours"].today_value or "").split()[2]) for size in ("7b", "13b", "70b")
    ]
    assert tops == sorted(tops)
    assert Decimal(str(tops[0])) < 8


def test_prices_of_more_than_half_a_year_are_left_out() -> None:
    assert cells(load(), TODAY + timedelta(days=400))["self-hosting-modal-cost-month"].today_value is None
