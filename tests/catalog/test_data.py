"""The facts that ship."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from catalog.load import DATA, TABLES, Catalog, load
from catalog.names import resolve
from catalog.records import FineTunePrice, Lifecycle
from catalog.verify import verify

SNAPSHOT = date(2026, 11, 23)
RESEARCHED = {"models": 378, "gpus": 35, "gpu_prices": 235, "finetune_prices": 63, "lifecycle": 135, "benchmarks": 787}
"""Rows of the tables that the catalog was made from."""
ADDED = {"gpus": 9}
"""Rows that were added to those: GPUs of published measurements, from memory of data sheets."""
CARRIED_AS = {"gpu_prices": "offers", "benchmarks": "scores"}


@pytest.fixture
def facts() -> Catalog:
    return load()


def end(facts: Catalog, name: str) -> Lifecycle:
    return next(one for one in facts.lifecycle if one.id == name)


def tuning(facts: Catalog, name: str) -> FineTunePrice:
    return next(one for one in facts.finetune_prices if one.id == name)


def test_the_shipped_data_have_no_errors(facts: Catalog) -> None:
    assert [problem for problem in verify(facts, SNAPSHOT) if problem.severity == "error"] == []


@pytest.mark.parametrize(("table", "rows"), RESEARCHED.items())
def test_every_row_of_the_research_is_carried_or_left_out_with_a_reason(facts: Catalog, table: str, rows: int) -> None:
    left_out = [one for one in facts.exclusions if one.table == table]

    assert len(facts.table(CARRIED_AS.get(table, table))) + len(left_out) == rows + ADDED.get(table, 0)
    assert all(len(one.reason) > 6 for one in left_out)


def test_nothing_else_is_left_out(facts: Catalog) -> None:
    assert Counter(one.table for one in facts.exclusions) == {"gpu_prices": 27, "models": 2}


def test_added_gpus_are_marked_recalled(facts: Catalog) -> None:
    for name, memory, nvlink in (("a800", 80, 400), ("h800", 80, 400), ("h20", 96, 900), ("rtx 3060", 12, None)):
        gpu = facts.gpu(name)
        assert (gpu.memory_gb, gpu.nvlink_gb_s, gpu.confidence) == (memory, nvlink, "recalled")
    assert facts.gpu("h800").bf16_dense_tflops == facts.gpu("h100").bf16_dense_tflops


def test_facts_of_platforms_from_memory_are_marked() -> None:
    marks = {one.id: one.confidence for one in load().platform_facts}

    for name in ("dstack.cloud.scales_to_zero", "kubernetes.control_plane_usd_per_hour", "kubernetes.hipaa"):
        assert marks[name] == "recalled"


@pytest.mark.parametrize(
    ("name", "bytes_per_token"),
    [
        ("gemma-3n-E2B-it", 40_960),  # a third of its layers read the keys of an earlier one
        ("gemma-3n-E4B-it", 40_960),
        ("gemma-4-E2B-it", 18_432),
        ("gemma-4-E4B-it", 57_344),
        ("gemma-4-12B-it", 344_064),
        ("gemma-4-26B-A4B-it", 225_280),
        ("gemma-4-31B-it", 901_120),
        ("Kimi-Linear-48B-A3B-Instruct", 7 * (512 + 64) * 2),  # 7 of its 27 layers keep a latent vector
        ("deepseek-ai/DeepSeek-V4-Flash", 49_568),
        ("deepseek-ai/DeepSeek-V4-Pro", 70_392),
    ],
)
def test_the_cache_of_a_model_is_what_its_configuration_gives(facts: Catalog, name: str, bytes_per_token: int) -> None:
    assert facts.model(name).kv_bytes_per_token == bytes_per_token


def test_a_column_that_the_configuration_has_too_says_the_same(facts: Catalog) -> None:
    gemma = facts.model("gemma-3-4b-it")
    assert (gemma.vocab_size, gemma.config["vocab_size"]) == (262_208, "262208")
    assert "262144 in the source" in (gemma.note or "")
    assert "vocab_size" in gemma.recalled_fields
    assert facts.model("DeepSeek-V2-Lite-Chat").intermediate_size == 10_944


def test_active_parameters_are_of_the_language_model(facts: Catalog) -> None:
    seeing, mixture, text = (facts.model(name) for name in ("gemma-3-4b-it", "gpt-oss-20b", "llama-3.1-8b"))
    assert (seeing.total_params, seeing.active_params) == (4_300_079_472, 3_880_263_168)
    assert (mixture.active_params, mixture.note) == (4_187_440_704, "active parameters in the source: 3.6 billion")
    assert text.active_params == text.total_params


def test_forty_five_more_models_than_the_research_had_are_marked_exact(facts: Catalog) -> None:
    assert Counter(model.param_check for model in facts.models if model.kind == "open") == {
        "exact": 99 + 45,
        "approximate": 65 - 45,
    }
    assert all(model.param_note for model in facts.models if model.param_check == "approximate")


@pytest.mark.parametrize("table", [name for name in TABLES if name != "exclusions"])
def test_every_fact_has_a_day_a_source_and_a_mark(facts: Catalog, table: str) -> None:
    for record in facts.table(table):
        assert date(2023, 1, 1) <= record.as_of <= SNAPSHOT
        assert len(record.source) >= 3
        assert record.confidence in ("verified", "sourced", "recalled", "judgement")
        assert record.origin == "bundled"


def test_every_model_family_of_the_guide_and_its_successors_are_there(facts: Catalog) -> None:
    families = {model.family for model in facts.models}
    assert {"Llama 3.1", "Llama 3.3", "Qwen2.5", "Qwen3", "Qwen3.5", "Gemma 3", "Gemma 4", "Aya Expanse"} <= families
    for name in ("gpt-4o", "claude-3.5", "mistral-7b", "mistral-nemo", "aya-23-8b", "gpt-6-luna", "claude-haiku-5-5"):
        assert facts.model(name).source


@pytest.mark.parametrize(
    ("name", "native", "extended"),
    [
        ("Qwen2.5-0.5B-Instruct", 32768, None),
        ("Qwen2.5-1.5B-Instruct", 32768, None),
        ("Qwen2.5-3B-Instruct", 32768, None),
        ("Qwen2.5-7B-Instruct", 32768, 131072),
        ("Qwen2.5-14B-Instruct", 32768, 131072),
        ("Qwen2.5-72B-Instruct", 32768, 131072),
        ("Qwen2.5-Coder-7B-Instruct", 32768, 131072),
        ("Qwen3-0.6B", 32768, None),
        ("Qwen3-8B", 32768, 131072),
        ("Qwen3-4B-Instruct-2507", 262144, None),
        ("SmolLM3-3B", 65536, 131072),
        ("Mistral-7B-Instruct-v0.1", 8192, None),
        ("Mistral-7B-Instruct-v0.3", 32768, None),
        ("Llama-3.1-8B-Instruct", 131072, None),
    ],
)
def test_native_and_extended_context_are_separate_facts(
    facts: Catalog, name: str, native: int, extended: int | None
) -> None:
    model = facts.model(name)
    assert (model.native_context_tokens, model.extended_context_tokens) == (native, extended)
    assert bool(model.extended_context_note) is bool(extended)


def test_what_is_recalled_is_marked_recalled(facts: Catalog) -> None:
    assert facts.model("aya-expanse-8b").confidence == "recalled"
    assert facts.gpu("rtx-4090").confidence == "recalled"
    assert facts.gpu("h100").confidence == "verified"
    assert {one.confidence for one in facts.offers if "recalled" in one.source} == {"recalled"}
    assert Counter(one.provider for one in facts.offers if one.recalled) == {"aws-sagemaker": 7, "gcp": 4}
    recalled = Counter(one.provider for one in facts.finetune_prices if one.recalled)
    assert recalled == {"bedrock": 6, "together": 4, "google-vertex": 3}
    assert {one.id for one in facts.lifecycle if one.recalled} == {"google/gemini-1.5-pro", "google/gemini-1.5-flash"}


def test_fields_from_memory_are_named_in_records_that_were_looked_up(facts: Catalog) -> None:
    assert facts.model("Llama-3.1-8B-Instruct").recalled_fields == ("release_date", "chat_template", "strengths")
    assert facts.model("Qwen3.5-9B").recalled_fields == ("chat_template", "strengths", "tied_embeddings")
    assert facts.model("gpt-4o").recalled_fields == ()


def test_aya_is_not_for_commercial_use_and_gpt_4o_ends_in_january_2027(facts: Catalog) -> None:
    assert facts.model("aya-expanse-8b").commercial_use == "no"
    ending = facts.model("gpt-4o")
    assert ending.shutdown_date == date(2027, 1, 14)
    assert (ending.fine_tunable, ending.replacement) == ("closing", "gpt-6-luna")
    assert ending.lifecycle_as_of == SNAPSHOT
    assert "2026-10-14" in (ending.lifecycle_source or "")


def test_an_end_says_when_it_was_announced_and_until_when_tuning_goes_on(facts: Catalog) -> None:
    notice = end(facts, "openai/gpt-4o")
    assert (notice.announced, notice.fine_tuning_ends) == (date(2026, 10, 14), date(2027, 1, 6))
    assert notice.fine_tuning == "existing_customers"
    assert end(facts, "openai/gpt-4").announced == date(2026, 4, 22)


def test_an_end_at_a_seller_or_of_tuning_alone_does_not_end_the_model(facts: Catalog) -> None:
    assert end(facts, "google-vertex/gemini-2.5-pro").scope == "Google Vertex AI"
    assert facts.model("google/gemini-2.5-pro").shutdown_date is None
    assert end(facts, "fireworks/gpt-oss-120b").model_id == "openai/gpt-oss-120b"
    assert facts.model("openai/gpt-oss-120b").lifecycle == "open_weights"
    closed = end(facts, "cohere/fine-tuning API")
    assert (closed.scope, closed.fine_tuning_ends, closed.model_id) == ("fine-tuning", date(2025, 9, 15), None)


def test_a_dated_version_is_not_taken_for_the_undated_name(facts: Catalog) -> None:
    assert end(facts, "openai/gpt-4o-2024-11-20").model_id is None
    assert end(facts, "openai/gpt-4o-2024-05-13").model_id == "openai/gpt-4o-2024-05-13"
    assert end(facts, "anthropic/claude-3-7-sonnet").model_id == "anthropic/claude-3-7-sonnet-latest"


def test_prices_of_training_stand_under_the_column_of_their_unit(facts: Catalog) -> None:
    together = tuning(facts, "together-up-to-16b-lora-sft-low-to-full-dpo-high-2026-05-08")
    assert (together.train_usd_per_mtok, together.train_high_usd_per_mtok) == (Decimal("0.48"), Decimal("1.35"))
    by_hour = tuning(facts, "azure-o4-mini-rft-global-2026-08-11")
    assert (by_hour.train_usd_per_hour, by_hour.train_usd_per_mtok) == (Decimal(100), None)
    by_job = next(one for one in facts.finetune_prices if one.provider == "mistral")
    assert (by_job.minimum_usd_per_job, by_job.train_usd_per_mtok) == (Decimal(4), None)
    vertex = tuning(facts, "google-vertex-gemini-2.5-pro-sft-lora-2025")
    assert (vertex.inference_as_base, vertex.input_usd_per_mtok) == (True, None)
    assert tuning(facts, "bedrock-nova-2-lite-sft-rft-2026").train_usd_per_mtok is None


def test_tuning_that_closes_says_until_when(facts: Catalog) -> None:
    closing = {one.model_id: one.last_job_date for one in facts.finetune_prices if one.status == "closing"}
    assert set(closing) == {"openai/gpt-4o", "openai/gpt-4o-mini", "openai/gpt-4.1", "openai/gpt-4.1-mini"}
    assert set(closing.values()) == {date(2027, 1, 6)}


def test_headline_scores_are_those_that_the_research_shows_for_each_model(facts: Catalog) -> None:
    """Llama 3.1 by its card, which counts MMLU with a chain of thought; GPT-4o by OpenAI's simple-evals."""
    counts = Counter(name for model in facts.models for name in model.quality)
    assert sum(counts.values()) == 114
    assert (counts["MMLU"], counts["MATH"], counts["GPQA"]) == (23, 21, 17)
    assert facts.model("Llama-3.1-8B-Instruct").quality["MMLU"] == 73.0
    assert facts.model("gpt-4o").quality == {"MMLU": 88.7, "GPQA": 53.1, "MATH": 75.9, "HumanEval": 90.2}
    assert facts.model("Qwen2.5-72B-Instruct").quality["IFEval"] == 84.1
    assert facts.model("Qwen2.5-7B-Instruct").quality == {}
    assert facts.model("gpt-4o").quality_source == "openai/simple-evals README @ee3b031"


def test_a_subset_of_a_benchmark_is_not_shown_as_the_benchmark(facts: Catalog) -> None:
    deepseek = facts.model("deepseek-ai/DeepSeek-V3").quality
    assert (deepseek["MATH-500"], deepseek["GPQA Diamond"]) == (90.2, 59.1)
    assert not {"MATH", "GPQA"} & set(deepseek)


def test_all_corrections_of_the_guide_have_their_evidence(facts: Catalog) -> None:
    assert len(facts.guide) == 29
    assert all(row.source and row.corrected_value != row.guide_value for row in facts.guide)
    assert sum(row.severity == "critical" for row in facts.guide) == 5


def test_offers_of_every_common_gpu_and_platform_are_there(facts: Catalog) -> None:
    for gpu in ("t4", "l4", "a10", "a100-40gb", "a100", "l40s", "h100", "h200", "rtx 4090"):
        assert facts.offers_for(facts.gpu(gpu).id), gpu
    assert {"runpod", "modal", "lambda", "aws", "aws-sagemaker", "azure", "gcp"} <= {
        one.provider for one in facts.offers
    }


def test_the_current_offer_is_the_newest_observation_of_it(facts: Catalog) -> None:
    prices = {
        (one.tier, one.as_of): one.usd_per_gpu_hour
        for one in facts.offers_for("h100-sxm")
        if one.provider == "runpod" and one.product == "pod" and one.tier == "secure on-demand"
    }
    assert list(prices) == [("secure on-demand", date(2026, 11, 9))]


def test_an_open_model_and_the_api_that_serves_it_answer_to_their_own_spelling(facts: Catalog) -> None:
    assert facts.model("moonshotai/Kimi-K2.6").kind == "open"
    assert facts.model("moonshotai/kimi-k2.6").kind == "api"


def test_every_id_finds_its_own_record(facts: Catalog) -> None:
    for model in facts.models:
        assert resolve("model", model.id, facts._model_names) == model.id


def test_no_model_carries_a_price_before_one_was_asked_for(facts: Catalog) -> None:
    assert {model.input_usd_per_mtok for model in facts.models} == {None}


def test_no_fact_names_a_machine_or_a_registry() -> None:
    for path in DATA.iterdir():
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in ("seed_", "shared/") if word in text], path.name


def test_the_description_of_the_files_counts_their_rows_right(facts: Catalog) -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    counted = dict(re.findall(r"^\| `(\w+)\.csv` \|.*\| (\d+) \|$", text, re.MULTILINE))

    assert len(counted) == 8
    assert {name: len(facts.table(name)) for name in counted} == {name: int(rows) for name, rows in counted.items()}
    assert all(f"`{path.name}`" in text for path in DATA.glob("*.csv"))
