"""A GGUF file's metadata in the names of config.json, so that one reading serves both.

Keys: github.com/ggml-org/ggml docs/gguf.md and llama.cpp gguf-py/gguf/constants.py (gguf 0.19.0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from catalog.errors import CatalogError
from catalog.importing.gguf import Header, Length

FAMILIES: Mapping[str, str] = {
    "llama": "llama", "llama4": "llama4_text", "qwen2": "qwen2", "qwen2moe": "qwen2_moe", "qwen2vl": "qwen2_vl_text",
    "qwen3": "qwen3", "qwen3moe": "qwen3_moe", "qwen3next": "qwen3_next", "qwen35": "qwen3_5_text",
    "qwen35moe": "qwen3_5_moe_text", "qwen3vl": "qwen3_vl_text", "qwen3vlmoe": "qwen3_vl_moe_text",
    "gemma": "gemma", "gemma2": "gemma2", "gemma3": "gemma3_text", "gemma3n": "gemma3n_text", "gemma4": "gemma4_text",
    "phi2": "phi", "phi3": "phi3", "phimoe": "phimoe", "command-r": "cohere", "cohere2": "cohere2", "olmo": "olmo",
    "olmo2": "olmo2", "olmoe": "olmoe", "granite": "granite", "granitemoe": "granitemoe",
    "granitehybrid": "granitemoehybrid", "smollm3": "smollm3", "starcoder2": "starcoder2", "stablelm": "stablelm",
    "deepseek2": "deepseek_v2", "glm4": "glm4", "glm4moe": "glm4_moe", "glm-dsa": "glm_moe_dsa", "gpt-oss": "gpt_oss",
    "exaone4": "exaone4", "falcon": "falcon", "falcon-h1": "falcon_h1", "nemotron": "nemotron",
    "nemotron_h": "nemotron_h", "nemotron_h_moe": "nemotron_h", "lfm2": "lfm2", "lfm2moe": "lfm2_moe",
    "apertus": "apertus", "minimax-m2": "minimax_m2", "kimi-linear": "kimi_linear", "mamba": "mamba",
    "mamba2": "mamba2", "jamba": "jamba", "gpt2": "gpt2", "mistral3": "ministral3", "arcee": "arcee",
    "ernie4_5": "ernie4_5", "ernie4_5-moe": "ernie4_5_moe", "seed_oss": "seed_oss", "bloom": "bloom", "mpt": "mpt",
    "internlm2": "internlm2", "baichuan": "baichuan", "minicpm": "minicpm", "hunyuan-dense": "hunyuan_v1_dense",
    "hunyuan-moe": "hunyuan_v1_moe", "bailingmoe2": "bailing_moe_v2", "dots1": "dots1", "afmoe": "afmoe",
}  # fmt: skip
"""``general.architecture`` to ``model_type``."""
KEYS: Mapping[str, str] = {
    "block_count": "num_hidden_layers",
    "embedding_length": "hidden_size",
    "context_length": "max_position_embeddings",
    "vocab_size": "vocab_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim",
    "attention.sliding_window": "sliding_window",
    "attention.q_lora_rank": "q_lora_rank",
    "attention.kv_lora_rank": "kv_lora_rank",
    "attention.indexer.head_count": "index_n_heads",
    "attention.indexer.key_length": "index_head_dim",
    "attention.indexer.top_k": "index_topk",
    "expert_count": "num_experts",
    "expert_used_count": "num_experts_per_tok",
    "expert_feed_forward_length": "moe_intermediate_size",
    "expert_shared_feed_forward_length": "shared_expert_intermediate_size",
    "expert_shared_count": "n_shared_experts",
    "leading_dense_block_count": "first_k_dense_replace",
    "full_attention_interval": "full_attention_interval",
    "nextn_predict_layers": "num_nextn_predict_layers",
    "shortconv.l_cache": "conv_L_cache",
}
"""What follows the architecture in a key, to the field of config.json."""
SSM = ("conv_kernel", "state_size", "group_count", "time_step_rank")
"""Keys below ``<architecture>.ssm``: width of the convolution, of a state, number of groups and of heads."""
SSM_NAMES: Mapping[str, tuple[str, str, str, str, str]] = {
    **dict.fromkeys(
        ("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"),
        ("linear_conv_kernel_dim", "linear_key_head_dim", "linear_num_key_heads", "linear_num_value_heads",
         "linear_value_head_dim"),
    ),
    **dict.fromkeys(
        ("granitemoehybrid", "falcon_h1"),
        ("mamba_d_conv", "mamba_d_state", "mamba_n_groups", "mamba_n_heads", "mamba_d_head"),
    ),
    "nemotron_h": ("conv_kernel", "ssm_state_size", "n_groups", "mamba_num_heads", "mamba_head_dim"),
}  # fmt: skip
"""The same in config.json by family, and last the width of a head: ``ssm.inner_size`` over the heads."""
EXPERT_NAMES: Mapping[str, str] = {
    "llama": "num_local_experts", "mixtral": "num_local_experts", "phimoe": "num_local_experts",
    "gpt_oss": "num_local_experts", "minimax_m2": "num_local_experts", "granitemoe": "num_local_experts",
    "granitemoehybrid": "num_local_experts", "deepseek_v2": "n_routed_experts", "deepseek_v3": "n_routed_experts",
    "glm4_moe": "n_routed_experts", "glm_moe_dsa": "n_routed_experts", "nemotron_h": "n_routed_experts",
    "llama4_text": "num_local_experts",
}  # fmt: skip


class Translated(NamedTuple):
    """A configuration in the names of config.json."""

    config: dict[str, Any]
    assumed: tuple[str, ...]
    """What the file does not say."""


def to_config(header: Header, where: str) -> Translated:
    """The file's configuration. Raises CatalogError for a file that holds no language model."""
    metadata = header.metadata
    architecture = _text(metadata, "general.architecture")
    if architecture is None:
        raise CatalogError(f"{where}: no general.architecture", "a GGUF file of a model")
    kind = _text(metadata, "general.type") or "model"
    if kind != "model" or architecture == "clip":
        raise CatalogError(f"{where}: holds {'part of a model' if kind == 'model' else kind}", "the model itself")
    config = {name: _plain(metadata.get(f"{architecture}.{key}")) for key, name in KEYS.items()}
    config |= {
        "model_type": _family(architecture, config, header),
        "tie_word_embeddings": not header.stored.output_head,
    }
    config |= _latent(metadata, architecture) if config["kv_lora_rank"] else _head(config)
    config |= _vocabulary(header)
    config |= _layers(metadata, architecture)
    config |= _recurrent(str(config["model_type"]), metadata, f"{architecture}.ssm")
    config |= _biases(header)
    _rename_experts(config)
    return Translated(config, _assumed(architecture, config, metadata))


def _family(architecture: str, config: Mapping[str, Any], header: Header) -> str:
    """Files of Mixtral say llama, files of DeepSeek-V3 say deepseek2."""
    if architecture == "llama" and config.get("num_experts"):
        return "mixtral"
    if architecture == "deepseek2" and "blk.N.exp_probs_b.bias" in header.names:
        return "deepseek_v3"
    return FAMILIES.get(architecture, architecture)


def _latent(metadata: Mapping[str, Any], architecture: str) -> dict[str, Any]:
    """Sizes of MLA; newer files give the width that is cached as ``key_length`` and the head's as ``key_length_mla``."""
    rope = _whole(metadata.get(f"{architecture}.rope.dimension_count"))
    key = _whole(metadata.get(f"{architecture}.attention.key_length_mla")) or _whole(
        metadata.get(f"{architecture}.attention.key_length")
    )
    value = _whole(metadata.get(f"{architecture}.attention.value_length_mla")) or _whole(
        metadata.get(f"{architecture}.attention.value_length")
    )
    heads = _whole(_plain(metadata.get(f"{architecture}.attention.head_count")))
    found = {"qk_rope_head_dim": rope, "v_head_dim": value, "num_key_value_heads": heads, "head_dim": None}
    return found | {"qk_nope_head_dim": key - rope if key and rope and key > rope else None}


def _head(config: Mapping[str, Any]) -> dict[str, Any]:
    """Without a key length a head's share of the width; the rotary part may be less."""
    hidden, heads = config.get("hidden_size"), config.get("num_attention_heads")
    if config["head_dim"] or not isinstance(hidden, int) or not isinstance(heads, int) or not heads:
        return {}
    return {"head_dim": hidden // heads}


def _vocabulary(header: Header) -> dict[str, int]:
    """Rows of the embedding, else the tokens."""
    tokens = header.metadata.get("tokenizer.ggml.tokens")
    length = tokens.elements if isinstance(tokens, Length) else len(tokens) if isinstance(tokens, list) else None
    found = header.stored.vocab or length
    return {"vocab_size": found} if found else {}


def _layers(metadata: Mapping[str, Any], architecture: str) -> dict[str, Any]:
    """Which layers see all tokens, where the file says it layer by layer."""
    windowed = metadata.get(f"{architecture}.attention.sliding_window_pattern")
    if isinstance(windowed, list) and all(isinstance(one, bool) for one in windowed):
        return {"layer_types": ["sliding_attention" if one else "full_attention" for one in windowed]}
    kept = metadata.get(f"{architecture}.attention.head_count_kv")
    if isinstance(kept, list) and 0 in kept:
        return {"layer_types": ["full_attention" if one else "recurrent" for one in kept]}
    return {}


def _recurrent(family: str, metadata: Mapping[str, Any], prefix: str) -> dict[str, int]:
    """Sizes of layers that keep a state."""
    *names, width = SSM_NAMES.get(family, ("",))
    found = dict(zip(names, (_whole(metadata.get(f"{prefix}.{key}")) for key in SSM), strict=False))
    heads, inner = _whole(metadata.get(f"{prefix}.time_step_rank")), _whole(metadata.get(f"{prefix}.inner_size"))
    told = found | ({width: inner // heads} if width and heads and inner else {})
    return {name: value for name, value in told.items() if value}


def _biases(header: Header) -> dict[str, bool]:
    return {
        "attention_bias": "blk.N.attn_q.bias" in header.names or "blk.N.attn_qkv.bias" in header.names,
        "mlp_bias": "blk.N.ffn_up.bias" in header.names,
    }


def _rename_experts(config: dict[str, Any]) -> None:
    """Families name their number of experts differently; none stays said, so that no default takes its place."""
    name = EXPERT_NAMES.get(config["model_type"], "num_experts")
    if config["num_experts"] and name != "num_experts":
        config[name] = config.pop("num_experts")


def _assumed(architecture: str, config: Mapping[str, Any], metadata: Mapping[str, Any]) -> tuple[str, ...]:
    told = []
    if architecture not in FAMILIES:
        told.append(f"{architecture} is taken for a model_type of its own: no other name is known for it")
    if config["model_type"] == "llama":
        told.append("model_type llama: GGUF files of Mistral and of Llama look the same")
    if f"{architecture}.ssm.state_size" in metadata and config["model_type"] not in SSM_NAMES:
        told.append("sizes of its recurrent layers are the defaults of its family")
    return tuple(told)


def _plain(value: Any) -> Any:
    """A number; of a list by layer the most frequent value above zero."""
    if isinstance(value, list) and value and all(type(one) is int for one in value):
        above = [one for one in value if one > 0]
        return Counter(above).most_common(1)[0][0] if above else 0
    return value if isinstance(value, int | float) else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _text(metadata: Mapping[str, Any], key: str) -> str | None:
    found = metadata.get(key)
    return found.strip()[:200] or None if isinstance(found, str) else None
