"""Sizes from configurations."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.arithmetic import (
    LAYOUTS,
    TARGETS,
    Dims,
    Target,
    dims,
    kv_bytes_per_token,
    lora_parameters,
    parameters,
    shapes,
)
from catalog.load import load
from catalog.records import Model

EXACT = [model for model in load().models if model.param_check == "exact"]
TINY = Dims(
    layout=LAYOUTS["llama"],
    num_layers=2,
    hidden_size=8,
    num_heads=4,
    num_kv_heads=2,
    head_dim=2,
    intermediate_size=16,
    vocab_size=10,
    tied_embeddings=True,
)


def sized(model: Model) -> Dims:
    found = dims(model)
    assert found is not None, model.id
    return found


@pytest.mark.parametrize("model", EXACT, ids=lambda model: model.id)
def test_the_published_count_is_reproduced_to_the_unit(model: Model) -> None:
    assert parameters(sized(model)).total == model.total_params


def test_fifty_models_of_fourteen_families_are_checked() -> None:
    assert len(EXACT) == 50
    assert len({model.model_type for model in EXACT}) >= 13
    assert {model.tied_embeddings for model in EXACT} == {True, False}


@pytest.mark.parametrize("model", EXACT, ids=lambda model: model.id)
def test_the_cache_is_what_the_table_says(model: Model) -> None:
    assert kv_bytes_per_token(sized(model)) == model.kv_bytes_per_token


def test_a_llama_by_hand() -> None:
    attention = 8 * 8 + 2 * 8 * 4 + 8 * 8
    layer = attention + 3 * 8 * 16 + 2 * 8
    assert parameters(TINY).per_layer == layer
    assert parameters(TINY).total == 2 * layer + 10 * 8 + 8
    assert kv_bytes_per_token(TINY) == 2 * 2 * 2 * 2 * 2
    assert kv_bytes_per_token(TINY, bytes_per_value=1) == 16


def test_an_untied_head_is_a_second_embedding() -> None:
    untied = dataclasses.replace(TINY, tied_embeddings=False)

    assert parameters(untied).total - parameters(TINY).total == 10 * 8


def test_of_a_mixture_only_the_chosen_experts_are_active() -> None:
    mixtral = parameters(sized(load().model("Mixtral-8x7B-Instruct-v0.1")))

    assert mixtral.total == 46_702_792_704
    assert mixtral.active == 12_879_925_248  # its card says 12.9 billion
    dense = parameters(TINY)
    assert dense.active == dense.total


def test_the_adapter_of_llama_3_1_8b_at_rank_16_has_the_known_size() -> None:
    # peft prints 41,943,040 trainable parameters for r=16 on all linear layers of Llama 3.1 8B, 6,815,744 for q and v
    llama = sized(load().model("llama-3.1-8b"))

    assert lora_parameters(llama, rank=16) == 41_943_040
    assert lora_parameters(llama, rank=16, targets=("q_proj", "v_proj")) == 6_815_744


@given(some.integers(1, 256), some.sets(some.sampled_from(TARGETS), min_size=1))
def test_an_adapter_grows_in_proportion_to_its_rank_and_adds_over_targets(rank: int, targets: set[Target]) -> None:
    whole = lora_parameters(TINY, rank=rank, targets=targets)

    assert whole == rank * lora_parameters(TINY, rank=1, targets=targets)
    assert whole == sum(lora_parameters(TINY, rank=rank, targets=(name,)) for name in targets)


def test_every_expert_has_its_own_adapter() -> None:
    mixture = dataclasses.replace(TINY, num_experts=4, experts_per_token=2)

    assert lora_parameters(mixture, rank=1, targets=("up_proj",)) == 2 * 4 * sum(shapes(TINY)["up_proj"])
    assert lora_parameters(mixture, rank=1, targets=("q_proj",)) == lora_parameters(TINY, rank=1, targets=("q_proj",))


def test_impossible_adapters_are_refused() -> None:
    with pytest.raises(ValueError, match="rank 0"):
        lora_parameters(TINY, rank=0)
    with pytest.raises(ValueError, match="unknown target 'lm_head'; allowed: q_proj"):
        lora_parameters(TINY, rank=1, targets=("lm_head",))  # type: ignore[arg-type]  # what is refused


def test_an_unknown_family_is_not_guessed_at() -> None:
    known = load().model("llama-3.1-8b")

    assert dims(known.model_copy(update={"model_type": "brand_new"})) is None
    assert dims(known.model_copy(update={"num_layers": None})) is None
    assert dims(load().model("Qwen3.5-4B")) is None
    assert dims(load().model("gpt-4o")) is None
