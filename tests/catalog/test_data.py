"""The facts that ship."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.load import DATA, Catalog, load
from catalog.verify import verify

SNAPSHOT = date(2026, 11, 23)


@pytest.fixture
def facts() -> Catalog:
    return load()


def test_the_shipped_data_have_no_errors(facts: Catalog) -> None:
    assert [problem for problem in verify(facts, SNAPSHOT) if problem.severity == "error"] == []


def test_every_model_family_of_the_guide_and_its_successors_are_there(facts: Catalog) -> None:
    families = {model.family for model in facts.models}
    assert {"Llama 3.1", "Llama 3.3", "Qwen2.5", "Qwen3", "Qwen3.5", "Gemma 3", "Gemma 4", "Aya Expanse"} <= families
    for name in ("gpt-4o", "claude-3.5", "mistral-7b", "mistral-nemo", "aya-23-8b", "gpt-6-luna", "claude-haiku-5-5"):
        assert facts.model(name).source


@pytest.mark.parametrize(
    ("name", "native", "extended"),
    [
        ("Qwen2.5-0.5B-Instruct", 32768, None),
        ("Qwen2.5-3B-Instruct", 32768, None),
        ("Qwen2.5-7B-Instruct", 32768, 131072),
        ("Qwen2.5-72B-Instruct", 32768, 131072),
        ("Qwen3-8B", 32768, 131072),
        ("SmolLM3-3B", 65536, 131072),
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


def test_aya_is_not_for_commercial_use_and_gpt_4o_ends_in_january_2027(facts: Catalog) -> None:
    assert facts.model("aya-expanse-8b").commercial_use == "no"
    retired = facts.model("gpt-4o")
    assert (retired.lifecycle, retired.shutdown_date) == ("deprecated", date(2027, 1, 14))
    assert (retired.fine_tunable, retired.replacement) == ("closing", "gpt-6-luna")


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


def test_no_fact_names_a_machine_or_a_registry() -> None:
    for path in DATA.iterdir():
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in ("seed_", "shared/") if word in text], path.name
