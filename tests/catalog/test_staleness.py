"""How old a fact may be before it is doubted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.records import ApiPrice, Fact, FineTunePrice, Gpu, Lifecycle, Model, Offer
from catalog.staleness import stale, stale_days, stale_parts

TODAY = date(2026, 11, 23)
STAMP = {"as_of": TODAY, "source": "the price list", "confidence": "sourced"}


def offer(*, tier: str = "on-demand", product: str = "pod") -> Offer:
    return Offer.model_validate({
        "id": "one", "provider": "runpod", "product": product, "gpu_id": "h100-sxm", "gpu_count": 1, "tier": tier,
        "usd_per_gpu_hour": Decimal("2.5"), "billing": "per-second", "region": "global", **STAMP,
    })  # fmt: skip


LIFE = Lifecycle.model_validate({"id": "l", "provider": "openai", "model": "gpt-4o", "status": "deprecated", **STAMP})
TUNE = FineTunePrice.model_validate({"id": "f", "provider": "together", "model": "8B", "method": "lora", **STAMP})
PRICE = ApiPrice.model_validate({"id": "openai/gpt-4o", "input_usd_per_mtok": "2.5", **STAMP})


@pytest.mark.parametrize(
    ("fact", "limit", "title"),
    [
        (LIFE, 14, "lifecycle"),
        (offer(), 30, "GPU price"),
        (offer(tier="Spot"), 7, "spot or marketplace price"),
        (offer(product="marketplace"), 7, "spot or marketplace price"),
        (PRICE, 60, "API price"),
        (TUNE, 90, "fine-tuning price"),
    ],
)
def test_a_fact_is_trusted_up_to_the_limit_of_its_kind_and_not_a_day_more(fact: Fact, limit: int, title: str) -> None:
    assert stale(fact, TODAY + timedelta(days=limit)) is None

    old = stale(fact, TODAY + timedelta(days=limit + 1))

    assert old is not None
    assert old.days == limit + 1
    assert old.message == f"{title} of 2026-11-23 is {limit + 1} days old; {limit} are trusted"


def test_dimensions_do_not_age() -> None:
    gpu = Gpu.model_validate(
        {"id": "g", "name": "G", "architecture": "hopper", "memory_gb": 80, "bandwidth_gb_s": 3350, **STAMP}
    )
    assert stale(gpu, TODAY + timedelta(days=3650)) is None


def test_price_and_lifecycle_of_a_model_age_apart_and_those_of_a_retired_one_no_more() -> None:
    dates = {"price_as_of": TODAY, "price_source": "list", "lifecycle_as_of": TODAY - timedelta(days=50)}
    model = Model.model_validate(
        {
            "id": "a/b",
            "name": "b",
            "family": "b",
            "vendor": "a",
            "kind": "api",
            "lifecycle": "current",
            **dates,
            **STAMP,
        }
    )

    assert [part.kind for part in stale_parts(model, TODAY)] == ["lifecycle"]
    assert [part.kind for part in stale_parts(model, TODAY + timedelta(days=61))] == ["price", "lifecycle"]
    assert not list(stale_parts(model.model_copy(update={"lifecycle": "retired"}), TODAY))


def test_days_are_told_only_of_what_is_too_old() -> None:
    assert stale_days("moving offer", TODAY - timedelta(days=7), TODAY) is None
    assert stale_days("moving offer", TODAY - timedelta(days=8), TODAY) == 8
