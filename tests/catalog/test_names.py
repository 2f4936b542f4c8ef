"""Finding records by what a person types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.errors import UnknownId
from catalog.load import load
from catalog.names import name_index, nearest


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("META-LLAMA/llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("llama-3.1-8b", "meta-llama/Llama-3.1-8B-Instruct"),
        ("Llama 3.1 8B", "meta-llama/Llama-3.1-8B-Instruct"),
        ("gpt-4o", "openai/gpt-4o"),
        ("claude-3.5", "anthropic/claude-3-5-sonnet"),
        ("gemma-3-4b", "google/gemma-3-4b-it"),
        ("smollm2-135m", "HuggingFaceTB/SmolLM2-135M-Instruct"),
    ],
)
def test_models_answer_to_short_names_in_any_case(typed: str, found: str) -> None:
    assert load().model(typed).id == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("H100", "h100-sxm"),
        ("h100-pcie", "h100-pcie"),
        ("A100", "a100-80gb-sxm"),
        ("a100-40gb", "a100-40gb-sxm"),
        ("RTX 4090", "rtx-4090"),
        ("GeForce RTX 4090", "rtx-4090"),
        ("4090", "rtx-4090"),
        ("T4", "t4"),
    ],
)
def test_gpus_answer_to_short_and_printed_names(typed: str, found: str) -> None:
    assert load().gpu(typed).id == found


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownId) as caught:
        load().model("lama-3.1-8b")
    assert caught.value.nearest[0] == "meta-llama/Llama-3.1-8B-Instruct"
    with pytest.raises(UnknownId, match="no GPU 'h1000' in the catalog") as missing:
        load().gpu("h1000")
    assert "h100-sxm" in missing.value.nearest


def test_a_short_name_of_two_models_means_neither() -> None:
    index = name_index(["a/gpt-oss-20b", "b/gpt-oss-20b"], {})

    assert "gpt-oss-20b" not in index
    assert index["a/gpt-oss-20b"] == "a/gpt-oss-20b"


def test_an_alias_without_its_model_is_no_name() -> None:
    assert "h100" not in name_index(["t4"], {"h100": "h100-sxm"})


@given(some.text(max_size=300))
def test_any_name_whatever_is_found_or_answered_with_at_most_three(name: str) -> None:
    index = name_index([model.id for model in load().models], {})

    assert len(nearest(name, index)) <= 3
    assert set(nearest(name, index)) <= set(index.values())
