"""The facts of a day: each kind by its own rule, and nothing that was seen later."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import asof
from catalog.load import Catalog
from catalog.records import ApiPrice, Lifecycle
from tests.catalog.small import small, write

MARCH, MAY, JUNE = date(2026, 3, 31), date(2026, 5, 10), date(2026, 6, 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def facts(tmp_path: Path) -> Catalog:
    return Catalog(write(small(), tmp_path / "small"))


def on(facts: Catalog, day: date) -> Catalog:
    return Catalog(facts.folder, changes=(asof.change(day),), as_of=day)


def end(**changes: Any) -> Lifecycle:
    stamp = {"as_of": JUNE, "source": "the notice", "confidence": "sourced"}
    given = {"id": "e", "provider": "host", "model": "m", "status": "retired", **stamp, **changes}
    return Lifecycle.model_validate(given)


def held(one: Lifecycle, day: date) -> Lifecycle | None:
    return next(iter(asof.change(day)("lifecycle", (one,))), None)


def test_a_price_counts_from_the_day_it_was_seen(facts: Catalog) -> None:
    assert [offer.usd_per_gpu_hour for offer in on(facts, MARCH).offers_for("card")] == [Decimal("2.00")]
    assert [offer.usd_per_gpu_hour for offer in on(facts, MAY).offers_for("card")] == [Decimal("1.50")]
    assert on(facts, MARCH).current_offers[0].id == "acme-march"


def test_before_the_first_observation_there_is_no_price_and_the_first_day_is_named(facts: Catalog) -> None:
    early = on(facts, date(2026, 2, 1))

    assert early.offers_for("card") == ()
    assert asof.note(early) == (
        "no GPU price was observed by 2026-02-01, so hardware is unpriced: the first is of 2026-03-01"
    )
    assert asof.note(on(facts, MARCH)) == ""
    assert asof.note(facts) == ""


def test_a_model_is_there_from_its_release_and_where_that_is_unknown_always(facts: Catalog) -> None:
    assert [model.id for model in on(facts, MARCH).models] == ["lab/first", "host/talker"]
    assert [model.id for model in on(facts, MAY).models] == ["lab/first", "lab/second", "host/talker"]


def test_an_end_is_known_from_its_announcement_and_over_from_its_day(facts: Catalog) -> None:
    states = [on(facts, day).model("talker").lifecycle for day in (MARCH, MAY, JUNE)]

    assert states == ["unknown", "deprecated", "retired"]


def test_of_training_prices_the_newest_of_the_day_holds(facts: Catalog) -> None:
    assert [price.id for price in on(facts, MAY).finetune_prices] == ["tune-1"]
    assert [price.id for price in on(facts, JUNE).finetune_prices] == ["tune-2"]
    assert on(facts, date(2026, 1, 1)).finetune_prices == ()


def test_dimensions_hold_on_every_day(facts: Catalog) -> None:
    assert on(facts, date(2020, 1, 1)).gpus == facts.gpus


def test_an_undated_announcement_holds_once_it_was_seen_or_the_end_has_come() -> None:
    undated = end(shutdown_date=date(2026, 5, 1))

    assert held(undated, MARCH) is None
    assert held(undated, MAY) == undated
    assert held(end(shutdown_date=date(2027, 1, 1)), JUNE) is not None


def test_a_retirement_without_any_date_holds_on_every_day() -> None:
    assert held(end(), date(2020, 1, 1)) == end()
    assert held(end(status="deprecated"), MARCH) is None


def test_what_ends_later_has_not_ended_yet() -> None:
    later = end(announced=MARCH, shutdown_date=JUNE, fine_tuning="gone", fine_tuning_ends=JUNE)
    then = held(later, MAY)

    assert then is not None
    assert (then.status, then.fine_tuning) == ("deprecated", "deprecated")
    assert held(later, JUNE) == later


@given(day=DAYS, later=st.integers(0, 300))
def test_no_fact_of_a_day_was_seen_after_it_and_none_of_an_earlier_day_is_lost(day: date, later: int) -> None:
    rows = [{"id": str(place), "as_of": date(2026, 1, 1) + timedelta(days=31 * place)} for place in range(12)]
    seen = tuple(end(**row) for row in rows)
    offers = asof.change(day)("offers", seen)
    after = asof.change(day + timedelta(days=later))("offers", seen)

    assert all(one.as_of <= day for one in offers)
    assert set(offers) <= set(after)


@pytest.mark.parametrize(("before_days", "priced"), [(59, True), (61, False)])
def test_an_api_of_undated_release_has_no_price_long_before_it_was_seen(before_days: int, priced: bool) -> None:
    seen = next(model for model in Catalog().built_models if model.kind == "api" and model.release_date is None)
    day = seen.as_of - timedelta(days=before_days)
    stamp = {"as_of": day, "source": "a price list", "confidence": "sourced"}
    price = ApiPrice.model_validate({"id": seen.id, "input_usd_per_mtok": 1, "output_usd_per_mtok": 2, **stamp})
    facts = Catalog(as_of=day, quote=lambda ids, _: {name: price for name in ids if name == seen.id})
    assert (facts.model(seen.id).input_usd_per_mtok is not None) is priced
