"""The integrity suite catches what it is there to catch."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from catalog.load import load
from catalog.verify import verify
from tests.catalog.conftest import Edit

TODAY = date(2026, 11, 23)
H100 = "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-11-09"


def errors(folder: Path) -> list[str]:
    return [f"{one.record}: {one.message}" for one in verify(load(folder), TODAY) if one.severity == "error"]


@pytest.mark.parametrize(
    ("name", "record", "column", "value", "message"),
    [
        ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "0.0025", "input price 0.0025 is outside"),
        ("models.csv", "openai/gpt-4o", "output_usd_per_mtok", "0.010", "output price over input price 0.004"),
        ("models.csv", "anthropic/claude-opus-5-5", "input_usd_per_mtok", "0.004", "another unit?"),
        ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "2500", "input price 2500 is outside"),
        ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "0", "input price 0 is outside"),
        ("models.csv", "openai/gpt-4o", "input_usd_per_mtok", "", "only one of input and output"),
        ("models.csv", "openai/gpt-4o", "price_source", "", "a price without source and date"),
        ("models.csv", "openai/gpt-4o", "lifecycle_as_of", "", "a shutdown date without source and date"),
        ("models.csv", "openai/gpt-4o", "quality_source", "", "scores without a source"),
        ("models.csv", "openai/gpt-4o", "as_of", "2026-11-24", "in the future"),
        ("models.csv", "openai/gpt-4o", "price_as_of", "2027-01-01", "in the future"),
        ("models.csv", "openai/gpt-4o", "shutdown_date", "2026-11-23", "shut down on 2026-11-23, yet deprecated"),
        ("models.csv", "openai/gpt-4o", "id", "openai/gpt-4o-mini", "stands for 2 records"),
        ("models.csv", "Qwen/Qwen2.5-7B-Instruct", "extended_context_tokens", "32768", "not above the native"),
        ("models.csv", "Qwen/Qwen2.5-7B-Instruct", "num_layers", "29", "its dimensions give"),
        ("models.csv", "Qwen/Qwen3.5-35B-A3B", "active_params", "99999999999", "more active parameters"),
        ("offers.csv", H100, "gpu_id", "h100", "GPU 'h100' is not in gpus.csv"),
        ("offers.csv", H100, "usd_per_gpu_hour", "399", "price 399 is outside"),
    ],
)
def test_one_wrong_fact_is_one_error(edit: Edit, name: str, record: str, column: str, value: str, message: str) -> None:
    found = errors(edit(name, record, column, value))

    assert any(message in line for line in found), found


def test_an_offer_far_from_all_others_is_doubted(edit: Edit) -> None:
    folder = edit("offers.csv", H100, "usd_per_gpu_hour", "0.399")

    doubts = [one.message for one in verify(load(folder), TODAY) if one.record == H100]

    assert doubts == ["0.399 USD per GPU-hour, where the median is 3.99"]


@pytest.mark.parametrize(
    ("column", "kind", "days"), [("price_as_of", "price", 60), ("lifecycle_as_of", "lifecycle", 14)]
)
def test_a_fact_is_stale_on_the_day_after_its_limit(edit: Edit, column: str, kind: str, days: int) -> None:
    folder = edit("models.csv", "openai/gpt-6-luna", column, str(TODAY - timedelta(days=days)))
    facts = load(folder)

    assert not [one for one in verify(facts, TODAY) if one.record == "openai/gpt-6-luna" and kind in one.message]
    later = verify(facts, TODAY + timedelta(days=1))
    assert [one.severity for one in later if one.record == "openai/gpt-6-luna" and kind in one.message] == ["warning"]


def test_only_the_newest_observation_of_an_offer_goes_stale() -> None:
    stale = {one.record for one in verify(load(), TODAY) if "days old" in one.message}

    assert H100 not in stale
    assert "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-09-25" not in stale
    assert "runpod-pod-l4-x1-community-spot-min-bid-global-2026-04-12" in stale
