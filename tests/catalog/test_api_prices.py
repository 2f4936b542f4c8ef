import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import api_prices, price_cache, price_library
from catalog.api_prices import quote
from catalog.load import load
from catalog.tariff import batch, standard, usd

ORACLE = Path(__file__).parent / "oracle" / "api_prices.csv"
EXCEPTIONS = Path(__file__).parent / "oracle" / "exceptions.csv"
DAY = date(2026, 11, 23)
COLUMNS = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cached_input": "cached_input_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
    "batch_input": "batch_input_usd_per_mtok",
    "batch_output": "batch_output_usd_per_mtok",
    "long_from_tokens": "long_input_from_tokens",
    "long_input": "long_input_usd_per_mtok",
    "long_output": "long_output_usd_per_mtok",
    "off_peak_input": "off_peak_input_usd_per_mtok",
    "off_peak_output": "off_peak_output_usd_per_mtok",
}
SECOND = {"second_input": "input_usd_per_mtok", "second_output": "output_usd_per_mtok"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tunewise" / "api-prices"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def hosted() -> tuple[str, ...]:
    return tuple(model.id for model in load().models if model.kind == "api")


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


# --------------------------------------------------------------------------------------------------- the oracle


def differing(columns: dict[str, str], *, absent_differs: bool) -> Iterator[tuple[str, str]]:
    oracle = rows(ORACLE)
    prices = quote([row["id"] for row in oracle], DAY)
    for row in oracle:
        for column, field in columns.items():
            given, found = number(row[column]), getattr(prices[row["id"]], field)
            if given != found and (absent_differs or given is not None):
                yield row["id"], column


def test_every_price_is_the_one_of_the_oracle_but_for_the_listed_exceptions() -> None:
    listed = {(row["id"], row["column"]) for row in rows(EXCEPTIONS) if row["column"] in COLUMNS}

    assert set(differing(COLUMNS, absent_differs=True)) == listed


def test_a_second_source_agrees_on_all_but_the_listed_exceptions() -> None:
    both = [row for row in rows(ORACLE) if row["second_input"]]
    listed = {(row["id"], row["column"]) for row in rows(EXCEPTIONS) if row["column"] in SECOND}

    assert set(differing(SECOND, absent_differs=False)) == listed
    assert (len(both), len({name for name, _ in listed})) == (303, 14)


def test_every_exception_has_a_reason() -> None:
    assert all(len(row["reason"]) > 10 for row in rows(EXCEPTIONS))


# ------------------------------------------------------------------------------------- tiers, batch, cache, hours

BATCH = {"processing": "batch"}
tokens = st.one_of(st.integers(0, 3_000_000), st.sampled_from([99_999, 100_000, 100_001, 200_000, 272_000, 272_001]))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone


def library_usd(name: str, usage: Usage, moment: datetime, context: dict[str, str] | None = None) -> Decimal:
    """By the library's own ``calc_price``, of its model with this very id: its search by name finds another for some."""
    vendor, _, ref = name.partition("/")
    provider = next(one for one in get_snapshot().providers if one.id == vendor)
    model = next(one for one in provider.models if one.id == ref)
    return model.calc_price(usage, provider, genai_request_timestamp=moment, price_context=context).total_price


@settings(max_examples=600, deadline=None)
@given(st.data(), tokens, st.integers(0, 100_000), st.booleans(), moments)
def test_a_request_costs_what_the_library_says(
    data: st.DataObject, tokens_in: int, tokens_out: int, waits: bool, moment: datetime
) -> None:
    name = data.draw(st.sampled_from(hosted()))
    cached = data.draw(st.integers(0, tokens_in))
    written = data.draw(st.integers(0, tokens_in - cached))
    price = quote([name], moment)[name]
    tariff = (batch(price) if waits else None) or standard(price)
    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached, cache_write_tokens=written)  # fmt: skip

    assert tariff is not None
    found = usd(tariff, tokens_in=tokens_in, tokens_out=tokens_out, cached_tokens=cached, written_tokens=written)
    assert found == library_usd(name, usage, moment, BATCH if waits else None)


def test_every_model_is_priced_like_the_library_at_both_sides_of_every_threshold() -> None:
    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    for name, price in quote(hosted(), moment).items():
        tariff = standard(price)
        assert tariff is not None
        start = tariff.long_from_tokens or 1_000
        for tokens_in in (start - 1, start, start + 1):
            usage = Usage(input_tokens=tokens_in, output_tokens=77, cache_read_tokens=tokens_in // 3)
            found = usd(tariff, tokens_in=tokens_in, tokens_out=77, cached_tokens=tokens_in // 3)
            assert found == library_usd(name, usage, moment), name


def test_a_price_of_several_steps_is_never_told_too_low_and_says_so() -> None:
    name, moment = "openrouter/qwen/qwen3-coder-flash", datetime(2026, 11, 23, 2, tzinfo=UTC)
    price = quote([name], moment)[name]
    tariff = standard(price)
    assert tariff is not None
    for tokens_in in (32_000, 32_001, 128_000, 128_001):
        usage = Usage(input_tokens=tokens_in, output_tokens=100)
        least = library_usd(name, usage, moment)
        assert usd(tariff, tokens_in=tokens_in, tokens_out=100) >= least > 0

    assert usd(tariff, tokens_in=128_001, tokens_out=100) == least
    assert price.note is not None
    assert "several steps" in price.note


def test_the_function_that_callers_of_the_library_use_gives_the_same() -> None:
    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    usage = Usage(input_tokens=300_000, output_tokens=500, cache_read_tokens=1_000)
    for name in (
        "openai/gpt-6-luna",
        "anthropic/claude-haiku-5-5",
        "deepseek/deepseek-v4-pro",
        "google/gemini-2.5-pro",
    ):
        vendor, _, ref = name.partition("/")
        tariff = standard(quote([name], moment)[name])
        assert tariff is not None
        expected = calc_price(usage, ref, provider_id=vendor, genai_request_timestamp=moment).total_price
        assert usd(tariff, tokens_in=300_000, tokens_out=500, cached_tokens=1_000) == expected


def test_a_day_has_the_price_of_its_dear_hours_with_that_of_the_cheap_ones_beside() -> None:
    name = "deepseek/deepseek-v4-pro"
    day = quote([name], DAY)[name]
    at_peak = quote([name], datetime(2026, 11, 23, 7, tzinfo=UTC))[name]
    at_noon = quote([name], datetime(2026, 11, 23, 12, tzinfo=UTC))[name]

    assert day.input_usd_per_mtok == at_peak.input_usd_per_mtok == Decimal("1.32")
    assert day.off_peak_input_usd_per_mtok == at_noon.input_usd_per_mtok == Decimal("0.66")
    assert day.note is not None
    assert "01:00 to 04:00 and 06:00 to 10:00 UTC" in day.note


def test_a_price_of_the_past_and_one_of_the_future_are_those_of_their_days() -> None:
    def large(day: date) -> Decimal | None:
        return quote(["mistral/mistral-large-4"], day)["mistral/mistral-large-4"].input_usd_per_mtok

    found = [large(day) for day in (date(2026, 10, 19), date(2026, 10, 20), date(2026, 10, 28), date(2026, 10, 29))]

    assert found == [Decimal("0.68"), Decimal("1.36"), Decimal("1.36"), Decimal("0.7")]
    later = quote(["google/gemini-4-argon"], date(2026, 12, 1))["google/gemini-4-argon"]
    assert (later.input_usd_per_mtok, later.batch_input_usd_per_mtok) == (Decimal(4), Decimal(2))


# -------------------------------------------------------------------------------------- unknown, sources, dates


def test_a_model_that_the_library_does_not_know_is_unpriced() -> None:
    assert quote(["openai/no-such-model", "nobody/gpt-4o", "gpt-4o", "openai/"], DAY) == {}


@pytest.mark.parametrize("field", ["input_mtok", "output_mtok"])
@pytest.mark.parametrize("value", [None, Decimal(0)])
def test_a_missing_or_zero_price_is_unknown(monkeypatch: pytest.MonkeyPatch, field: str, value: Decimal | None) -> None:
    model = next(one for one in provider_models("openai") if one.id == "gpt-6-luna")
    both = {"input_mtok": Decimal(1), "output_mtok": Decimal(2)}
    monkeypatch.setattr(model, "prices", ModelPrice(**(both | {field: value})))

    assert quote(["openai/gpt-6-luna"], DAY) == {}


def test_the_library_lists_no_free_model() -> None:
    every = [model for provider in get_snapshot().providers for model in provider.models]
    prices = [model.get_prices(datetime(2026, 11, 23, tzinfo=UTC)) for model in every]

    assert len(prices) > 2_000
    assert not [price for price in prices if price.input_mtok == 0 or price.output_mtok == 0]


def test_a_price_says_where_it_is_from_when_it_was_seen_and_who_confirms_it() -> None:
    prices = quote(["openai/gpt-6-luna", "openai/gpt-5.3", "mistral/mistral-large-4"], DAY)

    luna = prices["openai/gpt-6-luna"]
    assert luna.source == f"https://developers.openai.com/api/docs/pricing through genai-prices {version()}"
    assert luna.as_of == date(2026, 10, 14)
    assert {name: price.confidence for name, price in prices.items()} == {
        "openai/gpt-6-luna": "verified",
        "openai/gpt-5.3": "sourced",
        "mistral/mistral-large-4": "sourced",
    }


def test_no_price_is_from_after_the_day_that_was_asked_for() -> None:
    for day in (date(2025, 3, 1), date(2026, 10, 14), DAY):
        assert max(price.as_of for price in quote(hosted(), day).values()) <= day


def version() -> str:
    return metadata.version("genai-prices")


def provider_models(name: str) -> list[ModelInfo]:
    return next(provider.models for provider in get_snapshot().providers if provider.id == name)


# --------------------------------------------------------------------------------------------------- the cache

ASKED = ("openai/gpt-6-luna", "openai/no-such-model")


def forbid_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    def computed(*_: object) -> None:
        raise AssertionError("asked the library")

    monkeypatch.setattr(api_prices, "_computed", computed)


def test_what_was_asked_before_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = quote(ASKED, DAY)
    forbid_computing(monkeypatch)

    assert quote(ASKED, DAY) == first
    assert quote(ASKED[:1], DAY) == first


def test_a_day_with_other_prices_another_version_or_second_source_is_asked_for_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quote(ASKED, DAY)
    forbid_computing(monkeypatch)
    with pytest.raises(AssertionError):
        quote(ASKED, date(2026, 12, 1))
    with monkeypatch.context() as patch:
        patch.setattr("catalog.api_prices.metadata.version", lambda _: "9.9.9")
        with pytest.raises(AssertionError):
            quote(ASKED, DAY)
    other = tmp_path / "second.csv"
    other.write_text("id\n")
    monkeypatch.setattr(price_cache, "SECOND", other)
    with pytest.raises(AssertionError):
        quote(ASKED, DAY)


def test_the_answer_is_kept_until_the_next_day_on_which_any_price_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = price_library.span(DAY)
    expected = quote(hosted(), DAY)
    direct = [api_prices._computed(hosted(), day) for day in (first, last)]
    forbid_computing(monkeypatch)

    assert (first, last) == (date(2026, 11, 9), date(2026, 11, 30))
    assert [quote(hosted(), first), quote(hosted(), last)] == direct == [expected, expected]


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2027, 6, 1)))
def test_prices_are_the_same_on_every_day_of_a_span(day: date) -> None:
    first, last = price_library.span(day)

    assert first <= day <= last
    some = hosted()[:: 1 + day.day]
    assert price_library.prices(some, first) == price_library.prices(some, day)
    assert price_library.prices(some, min(last, date(2028, 1, 1))) == price_library.prices(some, day)


def test_further_ids_are_added_to_what_is_known(own_cache: Path) -> None:
    quote(ASKED, DAY)
    both = quote([*ASKED, "openai/gpt-6-sol"], DAY)

    assert set(both) == {"openai/gpt-6-luna", "openai/gpt-6-sol"}
    assert len(list(own_cache.iterdir())) == 1


@pytest.mark.parametrize("damage", ["cut", "digit", "empty", "binary", "folder", "other"])
def test_a_damaged_cache_is_as_if_it_were_not_there(own_cache: Path, damage: str) -> None:
    expected = quote(ASKED, DAY)
    path = next(own_cache.iterdir())
    text = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        harmed = {
            "cut": text[: len(text) // 2],
            "digit": text.replace(b'"0.5"', b'"0.1"'),
            "empty": b"",
            "binary": bytes(range(256)),
            "other": json.dumps({"openai/gpt-6-luna": {"input_usd_per_mtok": "NaN"}}).encode(),
        }[damage]
        assert harmed != text
        path.write_bytes(harmed)

    assert quote(ASKED, DAY) == expected


def test_without_a_place_for_the_cache_prices_are_computed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = quote(ASKED, DAY)
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))

    assert quote(ASKED, DAY) == expected


def test_old_files_go(own_cache: Path) -> None:
    for days in range(price_cache.KEPT_FILES + 4):
        quote(ASKED[1:], date(2026, 6, 1) - timedelta(days=days))

    assert len(list(own_cache.iterdir())) == price_cache.KEPT_FILES


def test_the_library_is_imported_only_when_a_price_is_not_remembered(tmp_path: Path) -> None:
    program = (
        "import sys, datetime; from catalog.api_prices import quote; before = 'genai_prices' in sys.modules;"
        "quote(['openai/gpt-6-luna'], datetime.date(2026, 11, 23)); print(before, 'genai_prices' in sys.modules)"
    )

    def loaded() -> str:
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert loaded() == "False True\n"
    assert loaded() == "False False\n"
