"""The fields of config.json that a catalog record carries."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.arithmetic.config import Fields, Value, parse
from catalog.records import Model

NAMES: Mapping[str, str] = {
    "num_layers": "num_hidden_layers",
    "hidden_size": "hidden_size",
    "num_heads": "num_attention_heads",
    "num_kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "intermediate_size": "intermediate_size",
    "vocab_size": "vocab_size",
    "tied_embeddings": "tie_word_embeddings",
    "num_experts": "num_experts",
    "experts_per_token": "num_experts_per_tok",
    "expert_size": "moe_intermediate_size",
    "shared_expert_size": "shared_expert_intermediate_size",
    "dense_layers": "first_k_dense_replace",
    "sliding_window": "sliding_window",
    "full_attention_layers": "full_attention_layers",
    "mla_kv_lora_rank": "kv_lora_rank",
    "mla_rope_dim": "qk_rope_head_dim",
    "mla_q_lora_rank": "q_lora_rank",
}
"""Our columns to the names in config.json. Counts of parameters are not among them."""


def fields_of(model: Model) -> Fields:
    """What is known of a model's configuration; its architecture's own fields win over the common columns."""
    common: dict[str, Value] = {theirs: getattr(model, ours) for ours, theirs in NAMES.items()}
    return Fields(common | {name: parse(text) for name, text in model.config.items()})
