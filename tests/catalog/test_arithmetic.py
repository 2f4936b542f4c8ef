"""Sizes from configurations: the published counts, what follows from them, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.arithmetic import (
    Fields,
    Structure,
    adapter_parameters,
    cache_bytes,
    covered,
    dims,
    kv_bytes_per_token,
    parameters,
    shapes,
    sizes,
    structure,
    structure_of,
    targets_of,
)
from catalog.arithmetic.families import TEXT
from catalog.load import load
from catalog.records import Model

OPEN = [model for model in load().models if model.kind == "open"]
EXACT = [model for model in OPEN if model.param_check == "exact"]
TINY = Fields({
    "num_hidden_layers": 2,
    "hidden_size": 8,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 2,
    "intermediate_size": 16,
    "vocab_size": 10,
    "tie_word_embeddings": True,
})  # fmt: skip
ALL_SEVEN = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def llama(**changes: int | bool) -> Structure:
    return structure("llama", TINY.but(**changes))


def known(name: str) -> Model:
    return load().model(name)


@pytest.mark.parametrize("model", EXACT, ids=lambda model: model.id)
def test_the_published_count_is_reproduced_to_the_unit(model: Model) -> None:
    of = sizes(model)

    assert {"model": of.total_params, "stored": of.checkpoint_params}[model.params_counted or ""] == model.total_params


def test_models_of_many_families_are_checked() -> None:
    assert len(EXACT) == 144
    assert len({model.model_type for model in EXACT}) >= 20
    assert {model.tied_embeddings for model in EXACT} >= {True, False}
    assert sum(bool(model.num_experts) for model in EXACT) >= 6
    assert any(model.num_kv_heads == 1 for model in EXACT)


@pytest.mark.parametrize("model", OPEN, ids=lambda model: model.id)
def test_stated_totals_are_not_looked_at(model: Model) -> None:
    blind = model.model_copy(update={"total_params": None, "active_params": None, "param_check": None})

    assert sizes(blind) == sizes(model)


@pytest.mark.parametrize("model", OPEN, ids=lambda model: model.id)
def test_cache_and_active_part_are_what_the_table_says(model: Model) -> None:
    of = sizes(model)
    rounded = model.id == "tiiuae/falcon-40b-instruct"  # its published total lies below its active part

    assert of.kv_bytes_per_token in (model.kv_bytes_per_token, None)
    assert of.active_params in (model.active_params, None) or rounded


def test_a_llama_by_hand() -> None:
    attention = 8 * 8 + 2 * 8 * 4 + 8 * 8
    layer = attention + 3 * 8 * 16 + 2 * 8
    counts = parameters(llama())

    assert counts.per_layer == layer
    assert counts.total == counts.active == 2 * layer + 10 * 8 + 8
    assert counts.embedding == 10 * 8
    assert kv_bytes_per_token(llama()) == 2 * 2 * 2 * 2 * 2
    assert kv_bytes_per_token(llama(), bytes_per_value=1) == 16


def test_an_untied_head_is_a_second_embedding() -> None:
    untied = llama(tie_word_embeddings=False)

    assert parameters(untied).total - parameters(llama()).total == 10 * 8


def test_biases_follow_the_switches_of_the_configuration() -> None:
    with_attention = parameters(llama(attention_bias=True)).total - parameters(llama()).total
    with_feed = parameters(llama(mlp_bias=True)).total - parameters(llama()).total

    assert with_attention == 2 * (8 + 4 + 4 + 8)
    assert with_feed == 2 * (16 + 16 + 8)


@given(some.sampled_from([1, 2, 4]), some.sampled_from([1, 2, 4]))
def test_fewer_heads_of_keys_never_make_a_model_or_its_cache_larger(one: int, other: int) -> None:
    few, many = (llama(num_key_value_heads=count) for count in sorted((one, other)))

    assert parameters(few).total <= parameters(many).total
    assert kv_bytes_per_token(few) * max(one, other) == kv_bytes_per_token(many) * min(one, other)


def test_of_a_mixture_only_the_chosen_experts_are_active() -> None:
    mixtral = sizes(known("Mixtral-8x7B-Instruct-v0.1"))

    assert mixtral.total_params == 46_702_792_704
    assert mixtral.active_params == 12_879_925_248  # its card says 12.9 billion


@pytest.mark.parametrize(
    ("name", "published_billions"),
    [
        ("DeepSeek-V3", 37),  # arXiv:2412.19437, abstract: 37B activated for each token
        ("Mixtral-8x22B-Instruct-v0.1", 39),  # mistral.ai/news/mixtral-8x22b: 39B active out of 141B
        ("Llama-4-Scout-17B-16E-Instruct", 17),
        ("Llama-4-Maverick-17B-128E-Instruct", 17),
        ("Kimi-K2-Instruct", 32),  # arXiv:2507.20534, abstract: 32 billion activated
        ("Qwen3-235B-A22B-Instruct-2507", 22),
        ("zai-org/GLM-4.5", 32),  # arXiv:2508.06471, abstract: 32B activated
        ("NVIDIA-Nemotron-3-Super-120B-A12B-BF16", 12),
    ],
)
def test_active_parameters_are_about_what_the_publisher_says(name: str, published_billions: float) -> None:
    active = sizes(known(name)).active_params

    assert active is not None
    assert active / 1e9 == pytest.approx(published_billions, rel=0.08)


def test_latent_attention_keeps_one_narrow_vector_for_all_heads() -> None:
    deepseek = sizes(known("DeepSeek-V3"))

    assert deepseek.kv_bytes_per_token == 61 * (512 + 64) * 2
    assert deepseek.kv_bytes_per_token == known("DeepSeek-V3").kv_bytes_per_token


def test_a_full_window_stops_growing() -> None:
    gemma = structure_of(
        known("gemma-3-1b-it")
    )  # 4 of 26 layers see everything, the others 512 tokens; one KV head of 256
    per_layer = 2 * 256 * 2

    assert cache_bytes(gemma, 512) == 26 * per_layer * 512
    assert cache_bytes(gemma, 100_000) == per_layer * (4 * 100_000 + 22 * 512)
    assert cache_bytes(gemma, 0) == 0


def test_a_state_is_there_from_the_first_token_and_never_grows() -> None:
    qwen = structure_of(known("Qwen3.5-27B"))
    state, each = sizes(known("Qwen3.5-27B")).state_bytes, kv_bytes_per_token(qwen)

    assert state == 48 * (48 * 128 * 128 + (2 * 16 * 128 + 48 * 128) * 3) * 4
    assert each == 16 * 2 * 4 * 256 * 2
    assert cache_bytes(qwen, 1000) == state + 1000 * each


@given(some.integers(0, 300_000), some.integers(0, 300_000), some.sampled_from(OPEN))
def test_a_longer_context_never_needs_less(one: int, other: int, model: Model) -> None:
    of = dims(model)
    if of is None:
        return
    short, long = sorted((one, other))

    assert cache_bytes(of, short) <= cache_bytes(of, long) <= cache_bytes(of, 0) + kv_bytes_per_token(of) * long


def test_layers_are_given_one_by_one() -> None:
    nemotron = sizes(known("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"))

    assert len(nemotron.layer_params) == len(nemotron.layer_kinds) == 52
    assert {kind: nemotron.layer_kinds.count(kind) for kind in set(nemotron.layer_kinds)} == {
        "mamba": 23,
        "moe": 23,
        "attention": 6,
    }
    assert nemotron.text_params is not None
    assert nemotron.embedding_params is not None
    assert sum(nemotron.layer_params) + nemotron.embedding_params + 2688 == nemotron.text_params


def test_the_adapter_of_llama_3_1_8b_at_rank_16_has_the_known_size() -> None:
    # peft prints 41,943,040 trainable parameters for r=16 on all linear layers of Llama 3.1 8B, 6,815,744 for q and v
    whole = sizes(known("Llama-3.1-8B-Instruct"), rank=16)

    assert (whole.lora_params, whole.lora_bytes) == (41_943_040, 83_886_080)
    assert whole.lora_targets == tuple(sorted(ALL_SEVEN))
    assert sizes(known("Llama-3.1-8B-Instruct"), rank=16, targets=("q_proj", "v_proj")).lora_params == 6_815_744


@given(some.integers(1, 256), some.sets(some.sampled_from(ALL_SEVEN), min_size=1))
def test_an_adapter_grows_in_proportion_to_its_rank_and_adds_over_targets(rank: int, targets: set[str]) -> None:
    whole = adapter_parameters(llama(), rank=rank, targets=targets)

    assert whole == rank * adapter_parameters(llama(), rank=1, targets=targets)
    assert whole == sum(adapter_parameters(llama(), rank=rank, targets=(name,)) for name in targets)


@given(some.sampled_from(OPEN), some.integers(1, 64))
def test_an_adapter_has_fewer_parameters_than_full_rank_would(model: Model, rank: int) -> None:
    of = dims(model)
    if of is None:
        return

    assert 0 < adapter_parameters(of, rank=rank) < adapter_parameters(of, rank=rank + 1)
    assert adapter_parameters(of, rank=rank) == rank * adapter_parameters(of, rank=1)


def test_every_expert_has_its_own_adapter() -> None:
    mixture = structure("mixtral", TINY.but(num_experts=4, num_experts_per_tok=2))

    assert adapter_parameters(mixture, rank=1, targets=("up_proj",)) == 2 * 4 * (8 + 16)
    assert adapter_parameters(mixture, rank=1, targets=("q_proj",)) == 2 * (8 + 8)


def test_a_fused_matrix_shares_the_input_side_of_its_adapter() -> None:
    fused = structure("phi3", TINY)

    assert targets_of(fused) == ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
    assert adapter_parameters(fused, rank=1, targets=("qkv_proj",)) == 2 * (8 + 16)
    assert parameters(fused).total == parameters(llama()).total


def test_latent_attention_has_targets_of_its_own() -> None:
    v3, lite = structure_of(known("DeepSeek-V3")), structure_of(known("DeepSeek-V2-Lite-Chat"))

    assert targets_of(v3)[:5] == ("q_a_proj", "q_b_proj", "kv_a_proj_with_mqa", "kv_b_proj", "o_proj")
    assert targets_of(lite)[:4] == ("q_proj", "kv_a_proj_with_mqa", "kv_b_proj", "o_proj")
    assert shapes(v3)["kv_b_proj"] == (512, 128 * (128 + 128))
    assert adapter_parameters(v3, rank=8, targets=("q_a_proj",)) == 61 * 8 * (7168 + 1536)


def test_impossible_adapters_and_contexts_are_refused() -> None:
    with pytest.raises(ValueError, match="rank 0"):
        adapter_parameters(llama(), rank=0)
    with pytest.raises(ValueError, match="unknown target 'lm_head'; allowed: q_proj"):
        adapter_parameters(llama(), rank=1, targets=("lm_head",))
    with pytest.raises(ValueError, match="-1 tokens"):
        cache_bytes(llama(), -1)


def test_an_unknown_family_is_not_guessed_at() -> None:
    llama_8b = known("llama-3.1-8b")
    strange = sizes(llama_8b.model_copy(update={"model_type": "brand_new"}), rank=8)

    assert dims(llama_8b.model_copy(update={"model_type": "brand_new"})) is None
    assert (strange.total_params, strange.kv_bytes_per_token, strange.lora_params) == (None, None, None)
    assert strange.reasons == ("the architecture brand_new is not covered",)
    assert covered("brand_new", Fields({})) is None


def test_a_missing_field_is_named() -> None:
    assert sizes(known("llama-3.1-8b").model_copy(update={"num_layers": None})).reasons == (
        "num_hidden_layers is not known",
    )
    assert sizes(known("Qwen3.5-4B").model_copy(update={"config": {}})).reasons == (
        "linear_num_key_heads is not known",
    )


def test_a_model_behind_an_api_has_no_sizes() -> None:
    hosted = next(model for model in load().models if model.kind == "api")

    assert dims(hosted) is None
    assert sizes(hosted).reasons == ("its architecture is not published",)


def test_unknown_encoders_leave_the_language_model_known() -> None:
    gemma = sizes(known("gemma-3n-E4B-it"), rank=8)

    assert gemma.total_params is None
    assert gemma.checkpoint_params is None
    assert gemma.text_params is not None
    assert gemma.lora_params is not None
    assert gemma.reasons == ("the size of its encoders of images or sound is not known",)


@pytest.mark.parametrize("family", sorted(TEXT))
def test_no_family_fails_on_an_empty_configuration_other_than_by_naming_a_field(family: str) -> None:
    with pytest.raises(LookupError, match=r"not (known|covered)"):
        structure(family, Fields({}))


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [
        ("deepseek-ai/DeepSeek-V4-Flash", "compress_ratios", "4,128"),
        ("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "hybrid_override_pattern", "MX"),
        ("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "hybrid_override_pattern", "M" * 3 + "E,E"),
        ("granite-4.0-h-tiny", "mamba_n_heads", "0"),
        ("Qwen3.5-27B", "num_hidden_layers", "1000000000000"),
    ],
)
def test_fields_that_make_no_sense_are_a_reason_and_no_crash(name: str, field: str, text: str) -> None:
    model = known(name)
    odd = sizes(model.model_copy(update={"config": {**model.config, field: text}}), rank=8, context_tokens=100)

    assert odd.text_params is None
    assert len(odd.reasons) == 1


def test_copies_of_one_structure_are_equal() -> None:
    assert replace(llama(), spare=()) == llama()
