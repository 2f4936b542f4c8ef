"""Values of a configuration under any of their names, each a number that a model can have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from catalog.errors import CatalogError

NAMES: Mapping[str, tuple[str, ...]] = {
    "num_layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim"),
    "num_heads": ("num_attention_heads", "n_head", "n_heads"),
    "num_kv_heads": (
        "num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num", "attn_config.kv_n_heads",
    ),
    "head_dim": ("head_dim",),
    "intermediate_size": (
        "intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size", "ffn_config.ffn_hidden_size", "d_ff",
    ),
    "vocab_size": ("vocab_size", "padded_vocab_size"),
    "context": (
        "max_position_embeddings", "n_positions", "n_ctx", "seq_length", "max_seq_len", "max_sequence_length",
    ),
    "num_experts": ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "ffn_config.moe_num_experts"),
    "experts_per_token": (
        "num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_k", "top_k_experts", "ffn_config.moe_top_k",
    ),
    "expert_size": ("moe_intermediate_size", "expert_ffn_hidden_size"),
    "shared_expert_size": (
        "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size",
    ),
    "shared_experts": ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts"),
    "dense_layers": ("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index"),
    "sliding_window": ("sliding_window",),
    "chunk": ("attention_chunk_size",),
    "pattern": ("sliding_window_pattern", "_sliding_window_pattern"),
    "interval": ("full_attention_interval",),
    "mla_kv_lora_rank": ("kv_lora_rank",),
    "mla_q_lora_rank": ("q_lora_rank",),
    "mla_rope_dim": ("qk_rope_head_dim",),
    "nope_dim": ("qk_nope_head_dim",),
}  # fmt: skip
"""Our names to those that families give it in config.json."""
LIMITS: Mapping[str, int] = {"num_layers": 2**13, "context": 2**33, "vocab_size": 2**26}
USUAL_LIMIT = 2**24
"""More is no size of a model."""


class Values:
    """The fields of a configuration, nested ones as ``part.field``."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.flat, self.where = dict(_flat(values, "")), where
        self.uneven: set[str] = set()
        """Fields whose value differs from layer to layer."""

    def whole(self, ours: str) -> int | None:
        """A count above zero, None where it is absent or zero. Raises CatalogError for anything else."""
        for name in NAMES[ours]:
            if self.flat.get(name) is not None:
                return self._number(name, LIMITS.get(ours, USUAL_LIMIT))
        return None

    def given(self, name: str) -> bool:
        """Whether a field has a value."""
        return self.flat.get(name) is not None

    def flag(self, name: str) -> bool | None:
        """A switch; None where it is absent or no switch."""
        found = self.flat.get(name)
        return found if isinstance(found, bool) else None

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words, empty where there is none."""
        found = self.flat.get(name)
        return tuple(found) if isinstance(found, list) and all(isinstance(one, str) for one in found) else ()

    def _number(self, name: str, limit: int) -> int | None:
        found = self.flat[name]
        if isinstance(found, list) and found:
            found = self._usual(name, found)
        if type(found) is not int or not 0 <= found <= limit:
            raise CatalogError(
                f"{self.where}: {name} is {str(self.flat[name])[:40]!r}", f"a whole number from 0 to {limit}"
            )
        return found or None

    def _usual(self, name: str, found: list[Any]) -> Any:
        """Of a list by layer the most frequent value."""
        if len(set(map(str, found))) > 1:
            self.uneven.add(name)
        return Counter(found).most_common(1)[0][0] if all(map(_hashable, found)) else found


def _hashable(value: Any) -> bool:
    return isinstance(value, int | float | str)


def _flat(values: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found
