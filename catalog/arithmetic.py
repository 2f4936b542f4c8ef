"""Parameters, cache and adapter sizes from the fields of a configuration, never from a stated total.

A decoder layer is attention (q, k, v, o), a feed-forward part and norms; what differs between families is which
biases and norms exist. Sources: the modelling code of transformers 5.x for each ``model_type``, checked against the
published parameter counts of the catalog's own models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from catalog.records import Model

Target = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGETS: tuple[Target, ...] = get_args(Target)
"""The linear layers that adapters attach to, as peft names them."""


@dataclass(frozen=True)
class Layout:
    """What a family adds to the bare matrices."""

    norms_per_layer: int = 2
    qkv_bias: bool = False
    qk_norm: Literal["none", "head", "full"] = "none"
    """``head``: one scale per head dimension; ``full``: one per projected value (OLMo 2)."""


LAYOUTS: Mapping[str, Layout] = {
    "cohere": Layout(norms_per_layer=1),
    "gemma": Layout(),
    "gemma2": Layout(norms_per_layer=4),
    "gemma3_text": Layout(norms_per_layer=4, qk_norm="head"),
    "granite": Layout(),
    "llama": Layout(),
    "mistral": Layout(),
    "mixtral": Layout(),
    "olmo2": Layout(qk_norm="full"),
    "olmo3": Layout(qk_norm="full"),
    "phi3": Layout(),
    "qwen2": Layout(qkv_bias=True),
    "qwen3": Layout(qk_norm="head"),
    "qwen3_moe": Layout(qk_norm="head"),
    "smollm3": Layout(),
}
"""Keyed by ``model_type`` of config.json; a family that is not here is not guessed at."""


@dataclass(frozen=True)
class Dims:
    """The fields of a configuration that decide sizes."""

    layout: Layout
    num_layers: int
    hidden_size: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    intermediate_size: int
    """Of the dense feed-forward part, or of one expert."""
    vocab_size: int
    tied_embeddings: bool
    num_experts: int = 0
    experts_per_token: int = 0


@dataclass(frozen=True)
class Parameters:
    """Counts of parameters."""

    total: int
    active: int
    """Used for one token; the same as total unless there are experts."""
    per_layer: int
    embedding: int
    """Input embedding, and the output head where it is not tied."""


def dims(model: Model) -> Dims | None:
    """The sizes of a catalog model, or None where its family is not covered or a field is unknown."""
    layout = LAYOUTS.get(model.model_type or "")
    width = model.expert_size if model.num_experts else model.intermediate_size
    sizes = (model.num_layers, model.hidden_size, model.num_heads, model.num_kv_heads, model.head_dim, width)
    layers, hidden, heads, kv_heads, head_dim, feed = sizes
    if layout is None or model.tied_embeddings is None or not model.vocab_size:
        return None
    if not (layers and hidden and heads and kv_heads and head_dim and feed):
        return None
    return Dims(
        layout=layout,
        num_layers=layers,
        hidden_size=hidden,
        num_heads=heads,
        num_kv_heads=kv_heads,
        head_dim=head_dim,
        intermediate_size=feed,
        vocab_size=model.vocab_size,
        tied_embeddings=model.tied_embeddings,
        num_experts=model.num_experts or 0,
        experts_per_token=model.experts_per_token or 0,
    )


def shapes(of: Dims) -> dict[Target, tuple[int, int]]:
    """Inputs and outputs of each linear layer that an adapter can attach to."""
    queries, keys = of.num_heads * of.head_dim, of.num_kv_heads * of.head_dim
    hidden, feed = of.hidden_size, of.intermediate_size
    return {
        "q_proj": (hidden, queries),
        "k_proj": (hidden, keys),
        "v_proj": (hidden, keys),
        "o_proj": (queries, hidden),
        "gate_proj": (hidden, feed),
        "up_proj": (hidden, feed),
        "down_proj": (feed, hidden),
    }


def parameters(of: Dims) -> Parameters:
    """Counts that reproduce a published checkpoint to the unit."""
    shared = _attention(of) + of.layout.norms_per_layer * of.hidden_size + of.num_experts * of.hidden_size
    feed = _feed_forward(of)
    layer = shared + feed * (of.num_experts or 1)
    embedding = of.vocab_size * of.hidden_size * (1 if of.tied_embeddings else 2)
    rest = embedding + of.hidden_size
    used = shared + feed * (of.experts_per_token if of.num_experts else 1)
    return Parameters(of.num_layers * layer + rest, of.num_layers * used + rest, layer, embedding)


def _attention(of: Dims) -> int:
    queries, keys = of.num_heads * of.head_dim, of.num_kv_heads * of.head_dim
    matrices = 2 * of.hidden_size * (queries + keys)
    bias = queries + 2 * keys if of.layout.qkv_bias else 0
    return matrices + bias + {"none": 0, "head": 2 * of.head_dim, "full": queries + keys}[of.layout.qk_norm]


def _feed_forward(of: Dims) -> int:
    """Gate, up and down."""
    return 3 * of.hidden_size * of.intermediate_size


def kv_bytes_per_token(of: Dims, *, bytes_per_value: float = 2) -> float:
    """Bytes of cache for one token when every layer keeps it: a key and a value per KV head (GQA, arXiv:2305.13245)."""
    return 2 * of.num_layers * of.num_kv_heads * of.head_dim * bytes_per_value


def lora_parameters(of: Dims, *, rank: int, targets: Iterable[Target] = TARGETS) -> int:
    """Parameters of an adapter: rank times inputs plus outputs of each target (LoRA, arXiv:2106.09685).

    In a mixture of experts every expert gets its own. Counted on separate projections; where a checkpoint fuses them
    (``phi3``), an adapter on the fused layer shares its input side and is smaller. Raises ValueError for a rank below one or an unknown target.
    """
    if rank < 1:
        raise ValueError(f"rank {rank} is below 1")
    chosen, known = frozenset(targets), shapes(of)
    if unknown := sorted(chosen - known.keys()):
        raise ValueError(f"unknown target {unknown[0]!r}; allowed: {', '.join(known)}")
    return of.num_layers * sum(_copies(of, name) * rank * sum(known[name]) for name in chosen)


def _copies(of: Dims, target: Target) -> int:
    return of.num_experts if of.num_experts and target in ("gate_proj", "up_proj", "down_proj") else 1
