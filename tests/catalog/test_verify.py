"""The integrity suite catches what it is there to catch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.load import Catalog, load
from catalog.records import ApiPrice
from catalog.verify import CHECKS, Check, Problem, verify
from catalog.verify.money import token_prices
from catalog.verify.sizes import parameter_counts
from tests.catalog.conftest import Edit

TODAY = date(2026, 11, 23)
H100 = "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-11-09"
EIGHT = "lambda-on-demand-h100-sxm-x8-on-demand-us-2026-09-20"
TUNING = "openai-gpt-4o-2024-08-06-sft-dpo-2026-11"
RANGE = "together-up-to-16b-lora-sft-low-to-full-dpo-high-2026-05-08"
QWEN = "Qwen/Qwen2.5-7B-Instruct"
MIXTURE = "Qwen/Qwen3.5-35B-A3B"
STORED = "Qwen/Qwen3.6-35B-A3B"
"""Its published count holds a layer that predicts further ahead."""
SCORE = "o1-mmlu-simple-evals-prompt-n-a-2025-07"


QUICK = tuple(check for check in CHECKS if check is not parameter_counts)
"""Counting the parameters of 99 models takes longer than all else; only what concerns models needs it."""


def errors(folder: Path, checks: Iterable[Check] = CHECKS) -> list[str]:
    found = verify(load(folder), TODAY, checks)
    return [f"{one.record}: {one.message}" for one in found if one.severity == "error"]


FAULTS = [
    # ids
    ("models", "openai/gpt-4o", "id", "openai/gpt-4o-mini", "stands for 2 records of models"),
    ("models", "openai/gpt-4o", "id", "OpenAI/GPT-4o-mini", "stands for 2 records of models"),
    ("gpus", "t4", "id", "l4", "stands for 2 records of gpus"),
    ("offers", H100, "id", EIGHT, "stands for 2 records of offers"),
    ("finetune_prices", TUNING, "id", RANGE, "stands for 2 records of finetune_prices"),
    ("lifecycle", "openai/gpt-4o", "id", "openai/gpt-4", "stands for 2 records of lifecycle"),
    ("scores", SCORE, "id", "o3-mmlu-simple-evals-prompt-n-a-2025-07", "stands for 2 records of scores"),
    ("architectures", QWEN, "id", "Qwen/Qwen2.5-3B-Instruct", "stands for 2 records of architectures"),
    ("offers", H100, "gpu_id", "h100", "GPU 'h100' is not in gpus.csv"),
    ("lifecycle", "openai/gpt-4o", "model_id", "openai/gpt-4x", "model 'openai/gpt-4x' is not in models.csv"),
    ("finetune_prices", TUNING, "model_id", "openai/gpt-4x", "model 'openai/gpt-4x' is not in models.csv"),
    ("scores", SCORE, "model_id", "openai/o11", "model 'openai/o11' is not in models.csv"),
    ("architectures", QWEN, "id", "Qwen/Qwen2.5-7B", "model 'Qwen/Qwen2.5-7B' is not in models.csv"),
    ("scores", SCORE, "headline", "GPQA", "headline GPQA has 2 scores"),
    ("scores", SCORE, "model_id", "", "headline MMLU has no model"),
    # dates, sources, marks
    ("models", "openai/gpt-4o", "as_of", "2026-11-24", "in the future"),
    ("gpus", "t4", "as_of", "2062-11-23", "in the future"),
    ("offers", H100, "as_of", "1970-01-01", "is before 2012-01-01"),
    ("scores", SCORE, "as_of", "2026-12-01", "in the future"),
    ("lifecycle", "openai/gpt-4o", "announced", "2026-12-14", "in the future"),
    ("models", QWEN, "release_date", "2027-09-19", "in the future"),
    ("gpus", "t4", "source", "unknown", "source 'unknown' names none"),
    ("offers", H100, "source", "N/A", "names none"),
    ("models", "openai/gpt-6-luna", "lifecycle_source", "", "current without source and date"),
    ("models", "openai/gpt-6-luna", "lifecycle_as_of", "", "current without source and date"),
    ("offers", H100, "source", "recalled", "recalled by its own words, sourced by its mark"),
    ("offers", H100, "note", "UNVERIFIED", "by its own words"),
    ("models", "openai/gpt-4o", "recalled_fields", "strengths", "names 'strengths', which it does not have"),
    # money in other units
    ("offers", H100, "usd_per_gpu_hour", "399", "price 399 is outside"),
    ("offers", H100, "usd_per_gpu_hour", "1e400", "price 1e+400 is outside"),
    ("offers", H100, "usd_per_gpu_hour", "0.0399", "price 0.0399 is outside"),
    ("offers", EIGHT, "usd_per_gpu_hour", "PER_MACHINE", "a price per machine in the column per GPU?"),
    ("offers", EIGHT, "usd_per_instance_hour", "10", "8 GPUs at"),
    ("finetune_prices", TUNING, "train_usd_per_mtok", "0.025", "train_usd_per_mtok 0.025 is outside"),
    ("finetune_prices", TUNING, "train_usd_per_mtok", "25000", "train_usd_per_mtok 25000 is outside"),
    ("finetune_prices", TUNING, "train_usd_per_mtok", "0", "train_usd_per_mtok 0 is outside"),
    ("finetune_prices", TUNING, "input_usd_per_mtok", "0.00375", "input_usd_per_mtok 0.00375 is outside"),
    ("finetune_prices", TUNING, "hosting_unit", "", "a hosting price without its unit"),
    ("finetune_prices", RANGE, "train_high_usd_per_mtok", "0.135", "a range of training prices"),
    # sizes in other units
    ("models", QWEN, "total_params", "7", "total_params 7 is outside"),
    ("models", QWEN, "total_params", "7616", "total_params 7616 is outside"),
    ("models", MIXTURE, "active_params", "3", "active_params 3 is outside"),
    ("models", MIXTURE, "active_params", "99999999999", "more active parameters"),
    ("models", "Qwen/Qwen3.5-9B", "total_params", "90000000000", "named 9B, it states 90000000000"),
    ("models", QWEN, "num_layers", "29", "its dimensions give"),
    ("models", STORED, "params_counted", "model", "its dimensions give 35107181936, it states 35951822704"),
    ("models", STORED, "kv_bytes_per_token", "10240", "kv_bytes_per_token 10240, its configuration gives 20480"),
    ("models", "google/gemma-4-31B-it", "kv_bytes_per_token", "983040", "its configuration gives 901120"),
    ("models", MIXTURE, "active_params", "3000000000", "active_params 3000000000, its configuration gives 3454988928"),
    ("models", "google/gemma-3-4b-it", "vocab_size", "262144", "its configuration has vocab_size=262208"),
    ("models", QWEN, "num_kv_heads", "5", "cannot share 5 heads"),
    ("models", MIXTURE, "experts_per_token", "800", "800 of 256 experts"),
    ("models", MIXTURE, "full_attention_layers", "11", "layers are not 40"),
    ("models", "openai/gpt-4o", "num_layers", "96", "whose weights are not public"),
    ("models", QWEN, "native_context_tokens", "32", "native window 32 is outside"),
    ("models", "openai/gpt-4o", "native_context_tokens", "128", "native window 128 is outside"),
    ("models", "openai/gpt-4o", "max_output_tokens", "16", "output window 16 is outside"),
    ("models", QWEN, "extended_context_tokens", "32768", "not above the native"),
    ("models", QWEN, "extended_context_note", "", "does not say how"),
    ("scores", SCORE, "score", "0.918", "MMLU 0.918 is outside"),
    ("scores", SCORE, "score", "918", "MMLU 918 is outside"),
    # hardware in other units
    ("gpus", "h100-sxm", "memory_gb", "81920", "memory 81920 is outside"),
    ("gpus", "a100-40gb-sxm", "memory_gb", "37.25", "no whole number of gigabytes: gibibytes?"),
    ("gpus", "a100-40gb-sxm", "memory_gb", "43", "memory 43, sold as 40GB"),
    ("gpus", "h100-sxm", "bandwidth_gb_s", "3.35", "bandwidth 3.35 is outside"),
    ("gpus", "h100-sxm", "bf16_dense_tflops", "0.9895", "bf16_dense_tflops 0.9895 is outside"),
    ("gpus", "h100-sxm", "bf16_dense_tflops", "1979", "a rate with sparsity?"),
    ("gpus", "h100-sxm", "fp8_dense_tflops", "3958", "fp8 over bf16 is 4"),
    ("gpus", "h100-sxm", "tdp_w", "0.7", "power 0.7 is outside"),
    ("gpus", "h100-sxm", "nvlink_gb_s", "7200", "NVLink 7200 is outside"),
    # ends
    ("lifecycle", "openai/gpt-4o", "shutdown_date", "2026-11-20", "shut down on 2026-11-20, yet deprecated"),
    ("lifecycle", "openai/gpt-4", "shutdown_date", "2027-10-23", "retired on 2026-11-23, yet shut down on 2027"),
    ("lifecycle", "openai/gpt-4", "announced", "2026-11-01", "announced on 2026-11-01, after its end"),
    ("lifecycle", "openai/gpt-4o", "fine_tuning_ends", "2027-02-06", "fine-tuning ends on 2027-02-06, after"),
    ("lifecycle", "openai/gpt-4", "model_id", "openai/gpt-4o", "ends on 2026-10-23 and 2027-01-14"),
    ("lifecycle", "openai/gpt-4", "model_id", "openai/gpt-5.5", "current in models.csv, yet its end was announced"),
]


@pytest.mark.parametrize(("name", "record", "column", "value", "message"), FAULTS)
def test_one_wrong_fact_is_an_error(edit: Edit, name: str, record: str, column: str, value: str, message: str) -> None:
    if value == "PER_MACHINE":
        value = str(next(one.usd_per_instance_hour for one in load().offers if one.id == record))

    found = errors(edit(f"{name}.csv", record, column, value), CHECKS if name == "models" else QUICK)

    assert any(message in line for line in found), found


def test_the_shipped_facts_give_none_of_these(folder: Path) -> None:
    assert errors(folder) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"input_usd_per_mtok": "0.0025", "output_usd_per_mtok": "0.01"}, "input price 0.0025 is outside"),
        ({"input_usd_per_mtok": "2.5", "output_usd_per_mtok": "0.010"}, "output price over input price 0.004"),
        ({"input_usd_per_mtok": "0.004", "output_usd_per_mtok": "15"}, "another unit?"),
        ({"input_usd_per_mtok": "2500", "output_usd_per_mtok": "10000"}, "input price 2500 is outside"),
        ({"input_usd_per_mtok": "0", "output_usd_per_mtok": "0"}, "input price 0 is outside"),
        ({"input_usd_per_mtok": "2.5"}, "only one of input and output"),
        ({"cached_input_usd_per_mtok": "3"}, "cached_input_usd_per_mtok 3 is above the plain price 2.5"),
        ({"cached_input_usd_per_mtok": "0.00125"}, "cached_input_usd_per_mtok 0.00125 is outside"),
        ({"batch_input_usd_per_mtok": "5"}, "batch_input_usd_per_mtok 5 is above"),
        ({"long_input_usd_per_mtok": "1", "long_input_from_tokens": "200000"}, "long_input_usd_per_mtok 1 is below"),
    ],
)
def test_a_wrong_price_of_an_api_is_an_error(fields: dict[str, str], message: str) -> None:
    plain = (
        {}
        if len(fields) == 1 and "input_usd_per_mtok" in fields
        else {"input_usd_per_mtok": "2.5", "output_usd_per_mtok": "10"}
    )

    found = [one for one in token_prices(priced(plain | fields), TODAY) if one.severity == "error"]

    assert any(message in one.message for one in found), found
    assert {one.record for one in found} == {"openai/gpt-4o"}


def test_a_right_price_of_an_api_is_none() -> None:
    right = {"input_usd_per_mtok": "2.5", "output_usd_per_mtok": "10", "cached_input_usd_per_mtok": "1.25"}

    assert list(token_prices(priced(right), TODAY)) == []


def priced(fields: Mapping[str, str]) -> Catalog:
    """The catalog, with prices for one model."""
    money = {name: Decimal(text) for name, text in fields.items()}
    price = ApiPrice(id="openai/gpt-4o", as_of=TODAY, source="a price list", confidence="sourced", **money)

    def quote(asked: Iterable[str], day: date | None) -> Mapping[str, ApiPrice]:
        return {price.id: price} if price.id in set(asked) else {}

    return Catalog(quote=quote)


def test_an_offer_far_from_all_others_is_doubted(edit: Edit) -> None:
    edit("offers.csv", H100, "usd_per_instance_hour", "0.399")
    folder = edit("offers.csv", H100, "usd_per_gpu_hour", "0.399")

    assert doubts(folder, H100) == ["0.399 USD per GPU-hour, where the median is 3.99"]


@pytest.mark.parametrize(
    ("name", "record", "column", "value", "message"),
    [
        ("lifecycle", "openai/gpt-4o", "replacement", "gpt-9", "replacement 'gpt-9' is not in models.csv"),
        ("models", "openai/gpt-4o", "max_output_tokens", "256000", "answers of 256000 tokens in a window of 128000"),
        ("finetune_prices", TUNING, "last_job_date", "", "closing, yet the last day of training is not known"),
        ("offers", H100, "note", "the region was recalled", "recalled by its own words, sourced by its mark"),
    ],
)
def test_what_may_be_right_is_a_warning(
    edit: Edit, name: str, record: str, column: str, value: str, message: str
) -> None:
    folder = edit(f"{name}.csv", record, column, value)

    assert message in doubts(folder, record)
    assert errors(folder, QUICK) == []


def doubts(folder: Path, record: str) -> list[str]:
    found = verify(load(folder), TODAY, QUICK)
    return [one.message for one in found if one.record == record and one.severity == "warning"]


def test_a_row_is_not_left_out_and_carried_at_once(folder: Path) -> None:
    with (folder / "exclusions.csv").open("a", encoding="utf-8") as file:
        file.write(f"gpu_prices,{H100},too cheap\ngpu_prices,x,undated\ngpu_prices,x,undated\n")

    assert f"{H100}: carried and left out at the same time" in errors(folder)
    assert "x: left out of gpu_prices twice" in errors(folder)


def test_a_notice_that_went_into_effect_is_no_error_on_a_later_day() -> None:
    later = [one for one in verify(load(), date(2027, 6, 1)) if one.severity == "error"]

    assert later == []


@pytest.mark.parametrize(("column", "days"), [("lifecycle_as_of", 14)])
def test_a_fact_is_stale_on_the_day_after_its_limit(edit: Edit, column: str, days: int) -> None:
    facts = load(edit("models.csv", "openai/gpt-6-luna", column, str(TODAY - timedelta(days=days))))

    assert aged(verify(facts, TODAY), "openai/gpt-6-luna") == []
    later = aged(verify(facts, TODAY + timedelta(days=1)), "openai/gpt-6-luna")
    assert later == [f"lifecycle of 2026-11-09 is {days + 1} days old; {days} are trusted"]


def aged(problems: list[Problem], record: str) -> list[str]:
    return [one.message for one in problems if one.record == record and "days old" in one.message]


def test_prices_of_training_grow_old_while_they_are_sold() -> None:
    stale = {one.record for one in verify(load(), TODAY) if "fine-tuning price" in one.message}

    assert RANGE in stale
    assert "tinker-qwen3-8b-lora-sft-rl-2026-10-07" not in stale
    assert "tinker-qwen3-8b-lora-2026-01-05" not in stale  # superseded


def test_only_the_newest_observation_of_an_offer_goes_stale() -> None:
    stale = {one.record for one in verify(load(), TODAY) if "days old" in one.message}

    assert H100 not in stale
    assert "runpod-pod-h100-sxm-x1-secure-on-demand-global-2026-09-25" not in stale
    assert "runpod-pod-l4-x1-community-spot-min-bid-global-2026-04-12" in stale
