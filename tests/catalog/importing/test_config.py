from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError
from catalog.importing.config import Configuration, configuration, read_config
from tests.catalog.importing.files import LLAMA, refusal

NESTED_GEMMA = {
    "model_type": "gemma3",
    "text_config": {
        "model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
        "sliding_window": 1024,
    },
    "vision_config": {"hidden_size": 1152, "num_hidden_layers": 27},
}  # fmt: skip
"""As google/gemma-3-4b-it has it: heads, vocabulary and context are left to the defaults of the family."""


def read(**fields: Any) -> Configuration:
    return configuration({**LLAMA, **fields}, "config.json")


def fault(document: object) -> str:
    with pytest.raises(CatalogError) as caught:
        read_config(json.dumps(document).encode(), "config.json")
    assert "\n" not in caught.value.message
    assert caught.value.allowed
    return caught.value.message


def test_absent_heads_are_those_that_transformers_takes() -> None:
    fields = configuration({k: v for k, v in LLAMA.items() if k != "num_key_value_heads"}, "c").fields

    assert (fields["num_kv_heads"], fields["head_dim"], fields["attention"]) == (4, 16, "mha")


def test_fields_that_a_nested_part_leaves_out_are_the_family_s_defaults_and_are_named() -> None:
    found = configuration(NESTED_GEMMA, "config.json")

    fields = found.fields
    assert (fields["num_heads"], fields["num_kv_heads"], fields["head_dim"]) == (8, 4, 256)
    assert (fields["vocab_size"], fields["native_context_tokens"], fields["tied_embeddings"]) == (
        262_208,
        131_072,
        True,
    )
    assert (fields["attention"], fields["full_attention_layers"]) == ("gqa+sliding(1024) 5:1", 5)
    assert (found.modality, found.model_type) == ("text+image", "gemma3")
    assert "num_attention_heads 8" in found.assumed[0]
    assert "transformers" in found.assumed[0]


def test_other_names_of_the_same_fields_are_read() -> None:
    fields = configuration(
        {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257},
        "c",
    ).fields

    assert (fields["hidden_size"], fields["num_layers"], fields["intermediate_size"]) == (768, 12, 3072)
    assert (fields["native_context_tokens"], fields["tied_embeddings"]) == (1024, True)


def test_an_unknown_architecture_says_what_is_assumed() -> None:
    found = read(model_type="frobnicator")

    assert not found.known
    assert "unknown architecture" in found.assumed[0]
    assert found.fields["hidden_size"] == 64


def test_mixtures_of_experts() -> None:
    mixtral = read(model_type="mixtral", num_local_experts=8, num_experts_per_tok=2).fields
    deepseek = read(
        model_type="deepseek_v3", n_routed_experts=16, n_shared_experts=2, moe_intermediate_size=24,
        first_k_dense_replace=1, kv_lora_rank=32, q_lora_rank=48, qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16,
    ).fields  # fmt: skip

    assert (mixtral["num_experts"], mixtral["expert_size"]) == (8, 96)
    assert (deepseek["expert_size"], deepseek["shared_expert_size"], deepseek["dense_layers"]) == (24, 48, 1)
    assert (deepseek["attention"], deepseek["head_dim"], deepseek["mla_kv_lora_rank"]) == ("mla", 24, 32)


def test_a_window_that_is_switched_off_is_none() -> None:
    assert read(model_type="qwen2", sliding_window=128, use_sliding_window=False).fields["attention"] == "gqa"
    assert read(model_type="mistral", sliding_window=128).fields["attention"] == "gqa+sliding(128)"


def test_layers_by_kind() -> None:
    kinds = ["linear_attention"] * 3 + ["full_attention"]
    found = read(model_type="qwen3_next", num_hidden_layers=4, layer_types=kinds).fields

    assert (found["attention"], found["full_attention_layers"]) == ("hybrid gated-deltanet 3:1", 1)
    assert found["sliding_window"] is None


def test_yarn_beyond_the_native_context_extends_it() -> None:
    scaling = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512}
    fields = read(rope_scaling=scaling).fields

    assert (fields["native_context_tokens"], fields["extended_context_tokens"]) == (512, 2048)


def test_a_list_by_layer_gives_its_usual_value_and_is_noted() -> None:
    found = read(intermediate_size=[96, 96, 48])

    assert found.fields["intermediate_size"] == 96
    assert "intermediate_size differs from layer to layer" in found.assumed[0]


def test_packed_weights_are_named() -> None:
    assert read(quantization_config={"quant_method": "gptq", "bits": 4}).quantized == "gptq"


@pytest.mark.parametrize("place", [(), ("text_config",)])
def test_code_of_its_own_is_refused(place: tuple[str, ...]) -> None:
    code = {"auto_map": {"AutoModel": "modeling.py--Evil"}}
    document = {**LLAMA, **({place[0]: {**LLAMA, **code}} if place else code)}

    assert "auto_map" in fault(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "not an object but a list"),
        ({}, "no model_type"),
        ({"model_type": "llama\x1b[2J"}, "model_type is"),
        ({"model_type": 7}, "model_type is '7'"),
        ({"model_type": "frobnicator"}, "no num_hidden_layers"),
        ({**LLAMA, "hidden_size": -5}, "hidden_size is '-5'"),
        ({**LLAMA, "hidden_size": "64"}, "hidden_size is '64'"),
        ({**LLAMA, "hidden_size": 64.5}, "hidden_size is '64.5'"),
        ({**LLAMA, "hidden_size": True}, "hidden_size is 'True'"),
        ({**LLAMA, "num_hidden_layers": 10**9}, "num_hidden_layers is"),
        ({**LLAMA, "vocab_size": 10**300}, "vocab_size is"),
        ({**LLAMA, "num_attention_heads": [[1], [2]]}, "num_attention_heads is"),
        ({**LLAMA, "num_attention_heads": {"a": 1}, "hidden_size": None, "n_embd": None}, "no hidden_size"),
    ],
)
def test_numbers_that_no_model_has_are_named(document: object, told: str) -> None:
    assert told in fault(document)


@pytest.mark.parametrize("levels", [20, 900, 50_000])
def test_a_nest_without_end_is_refused(levels: int) -> None:
    raw = b'{"model_type": "llama", "x": ' + b'{"a": ' * levels + b"1" + b"}" * levels + b"}"

    assert "nested" in refusal(lambda: read_config(raw, "config.json"))


def test_not_a_number_is_refused() -> None:
    raw = b'{"model_type": "llama", "hidden_size": NaN}'

    assert "NaN is no number" in refusal(lambda: read_config(raw, "config.json"))


def test_text_that_would_multiply_is_not_kept() -> None:
    found = read(layer_types=["a*1000000000", "b"], hybrid="x*999999999")

    assert not [text for text in found.config.values() if "*" in text]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from([
    "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
    "vocab_size", "layer_types", "sliding_window", "text_config", "rope_scaling", "num_experts", "auto_map",
    "hybrid_override_pattern", "tie_word_embeddings", "quantization_config", "first_k_dense_replace", "kv_lora_rank",
])  # fmt: skip


@given(changes=st.dictionaries(NAMES, VALUES, max_size=4))
def test_whatever_the_fields_hold_it_is_read_or_refused(changes: dict[str, Any]) -> None:
    assert "\n" not in refusal(lambda: configuration({**LLAMA, **changes}, "config.json"))
