"""Money: rounding, requests, and the closed form of the break-even."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cost import DAYS_PER_MONTH, amount, break_even_requests_per_day, request_usd, rounded

DOLLARS = st.decimals("0.000001", "1000000", places=6)


@pytest.mark.parametrize(("given_", "kept"), [("1.00005", "1.0001"), ("1.00004", "1.0000"), ("0", "0.0000")])
def test_amounts_are_rounded_half_up_to_four_places(given_: str, kept: str) -> None:
    assert str(rounded(Decimal(given_))) == kept


def test_without_a_price_there_is_no_amount() -> None:
    assert amount(12.5, None) is None
    assert amount(12.5, Decimal(2)) == Decimal("25.0000")
    assert amount(0.0, Decimal(2)) == 0


def test_a_request_costs_its_tokens_at_the_price_of_a_million() -> None:
    """GPT-4o at $2.50 and $10 per million: 1,000 in and 100 out cost 0.35 cents, not 3.50 dollars."""
    price = request_usd(
        tokens_in=1000, tokens_out=100, input_usd_per_mtok=Decimal("2.5"), output_usd_per_mtok=Decimal(10)
    )
    assert price == Decimal("0.0035")


def test_the_break_even_is_the_closed_form() -> None:
    """$730 a month against $0.0035: 730 / (365/12 x 0.0035) = 6857.14 requests a day."""
    found = break_even_requests_per_day(Decimal(730), Decimal("0.0035"))
    assert found is not None
    assert round(found, 2) == Decimal("6857.14")


@given(DOLLARS, DOLLARS)
def test_at_the_break_even_both_bills_are_equal(monthly: Decimal, per_request: Decimal) -> None:
    found = break_even_requests_per_day(monthly, per_request)
    assert found is not None
    assert abs(found * DAYS_PER_MONTH * per_request - monthly) <= monthly * Decimal("1e-20")


def test_a_free_api_is_never_undercut() -> None:
    assert break_even_requests_per_day(Decimal(1), Decimal(0)) is None
