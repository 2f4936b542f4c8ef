from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catalog import verify
from catalog.errors import CatalogError
from catalog.load import load
from catalog.price_agreement import (
    Agreement,
    PriceException,
    SecondPrice,
    agreement,
    bundled_agreement,
    exceptions,
    second_prices,
)
from catalog.records import ApiPrice

DAY = date(2026, 11, 23)


def price(cents: int, *, cached: int | None = None) -> ApiPrice:
    return ApiPrice(
        id="v/m",
        as_of=DAY,
        source="a page",
        confidence="sourced",
        input_usd_per_mtok=Decimal(cents) / 100,
        output_usd_per_mtok=Decimal(1),
        cached_input_usd_per_mtok=None if cached is None else Decimal(cached) / 100,
    )


def second(cents: int, *, cached: int | None = None) -> SecondPrice:
    return SecondPrice(entry="m", **price(cents, cached=cached).model_dump(include=set(SecondPrice.model_fields)))


KNOWN = PriceException(
    id="v/m", field="input_usd_per_mtok", library_usd=Decimal("0.1"), second_usd=Decimal("0.2"), reason="it fell"
)


def test_equal_prices_agree_and_one_that_a_source_lacks_is_no_difference() -> None:
    found = agreement({"v/m": price(10)}, [second(10, cached=1)], [])

    assert found == Agreement(1, 1, (), (), ())


def test_a_difference_is_unlisted_until_an_exception_names_both_figures() -> None:
    compared = [second(20)]

    assert [one.field for one in agreement({"v/m": price(10)}, compared, []).unlisted] == ["input_usd_per_mtok"]
    assert agreement({"v/m": price(10)}, compared, [KNOWN]).listed == (KNOWN,)
    moved = agreement({"v/m": price(11)}, compared, [KNOWN])
    assert (len(moved.unlisted), moved.outdated) == (1, (KNOWN,))


def test_a_model_that_one_source_lacks_is_not_compared() -> None:
    assert agreement({}, [second(20)], []).compared == 0


def test_the_bundled_sources_agree_but_for_the_listed_exceptions() -> None:
    found = bundled_agreement()

    assert str(found) == "117 of 122 API prices agree in two sources; exceptions are listed for 5"
    assert (found.unlisted, found.outdated) == ((), ())
    assert {one.id for one in second_prices()} <= {model.id for model in load().models}


def test_verify_has_no_error_for_them_and_one_for_each_that_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(verify.price_agreement(load(), DAY)) == []

    monkeypatch.setattr("catalog.price_agreement.exceptions", lambda: exceptions()[1:])
    problems = list(verify.price_agreement(load(), DAY))

    assert [(one.severity, one.record) for one in problems] == [("error", exceptions()[0].id)]


def test_a_price_that_changes_later_is_compared_as_of_the_day_of_the_second_source() -> None:
    """The library knows of a price that doubles on 2026-12-01; the second source was read before."""
    assert list(verify.price_agreement(load(), date(2026, 12, 2))) == []


def test_verify_runs_the_check() -> None:
    assert verify.price_agreement in verify.CHECKS


def test_a_negative_price_in_the_second_source_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "price_second_source.csv"
    path.write_text(
        "id,entry,input_usd_per_mtok,source,as_of,confidence\nv/m,m,-1,a list,2026-11-23,sourced\n", encoding="utf-8"
    )

    with pytest.raises(CatalogError, match="line 2 column input_usd_per_mtok: '-1'"):
        second_prices(path)
