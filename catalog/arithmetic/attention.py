"""Attention that keeps keys and values: grouped, and latent (MLA)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.arithmetic.config import Fields
from catalog.arithmetic.tensors import Cache, Tensor, linear, norm

QkNorm = Literal["none", "head", "heads", "full"]
"""``head``: one scale for each dimension of a head; ``heads``: one for each of every head (Cohere); ``full``: one for
each projected value (OLMo 2, MiniMax M2)."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """How a family builds attention with queries, keys and values (MHA, GQA, MQA: arXiv:2305.13245)."""

    bias: bool = False
    """Of queries, keys and values."""
    out_bias: bool = False
    qk_norm: QkNorm = "none"
    out: str = "o_proj"
    names: tuple[str, str] = ("q_norm", "k_norm")
    fused: str | None = None
    """Name of the one matrix that holds queries, keys and values."""
    gated: bool = False
    """Whether the queries come with a gate of the same width (Qwen3-Next)."""
    sinks: bool = False
    """Whether each head has a learned sink (gpt-oss)."""


def heads(f: Fields) -> tuple[int, int, int]:
    """Query heads, key and value heads, and width of a head. Raises UnknownField."""
    count = f.whole("num_attention_heads")
    width = f.whole("head_dim", default=0) or f.whole("hidden_size") // count
    return count, f.whole("num_key_value_heads", default=count), width


def grouped(f: Fields, how: Grouped) -> tuple[Tensor, ...]:
    """Query, key, value and output matrices with their norms. Raises UnknownField."""
    hidden, (count, shared, width) = f.whole("hidden_size"), heads(f)
    queries, keys = count * width, shared * width
    out = linear(how.out, queries, hidden, bias=how.out_bias)
    sinks = (Tensor("sinks", (count,)),) if how.sinks else ()
    if how.fused:
        return (*linear(how.fused, hidden, queries + 2 * keys, bias=how.bias), *out, *sinks)
    return (
        *linear("q_proj", hidden, queries * (2 if how.gated else 1), bias=how.bias),
        *linear("k_proj", hidden, keys, bias=how.bias),
        *linear("v_proj", hidden, keys, bias=how.bias),
        *out,
        *sinks,
        *_qk_norm(how, count, shared, width),
    )


def _qk_norm(how: Grouped, count: int, shared: int, width: int) -> tuple[Tensor, ...]:
    if how.qk_norm == "none":
        return ()
    if how.qk_norm == "heads":
        return (Tensor(how.names[0], (count, width)), Tensor(how.names[1], (shared, width)))
    sizes = (width, width) if how.qk_norm == "head" else (count * width, shared * width)
    return tuple(tensor for name, size in zip(how.names, sizes, strict=True) for tensor in norm(name, size))


def grouped_cache(f: Fields, window_tokens: int | None = None) -> Cache:
    """A key and a value for each head that has its own."""
    _, shared, width = heads(f)
    return Cache(2 * shared * width, window_tokens)


def latent(f: Fields) -> tuple[Tensor, ...]:
    """Keys and values from a narrow shared vector (MLA, arXiv:2405.04434 section 2.1). Raises UnknownField."""
    hidden, count = f.whole("hidden_size"), f.whole("num_attention_heads")
    rope, nope, value = (f.whole(name) for name in ("qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"))
    rank, bias = f.whole("kv_lora_rank"), f.flag("attention_bias", default=False)
    return (
        *_latent_queries(f, hidden, count * (nope + rope), bias=bias),
        *linear("kv_a_proj_with_mqa", hidden, rank + rope, bias=bias),
        *norm("kv_a_layernorm", rank),
        *linear("kv_b_proj", rank, count * (nope + value)),
        *linear("o_proj", count * value, hidden, bias=bias),
    )


def _latent_queries(f: Fields, hidden: int, queries: int, *, bias: bool) -> tuple[Tensor, ...]:
    """Through a narrow vector too, unless the model is small (DeepSeek-V2-Lite, Kimi Linear)."""
    rank = f.whole("q_lora_rank", default=0)
    if not rank:
        return linear("q_proj", hidden, queries)
    narrow = linear("q_a_proj", hidden, rank, bias=bias)
    return (*narrow, *norm("q_a_layernorm", rank), *linear("q_b_proj", rank, queries))


def latent_cache(f: Fields) -> Cache:
    """The narrow vector and the part of the key that carries the position, once for all heads."""
    return Cache(f.whole("kv_lora_rank") + f.whole("qk_rope_head_dim"))


def indexer(f: Fields) -> tuple[Tensor, ...]:
    """What chooses the tokens of sparse attention (DSA, DeepSeek-V3.2). Raises UnknownField."""
    hidden, rank = f.whole("hidden_size"), f.whole("q_lora_rank")
    count, width = f.whole("index_n_heads"), f.whole("index_head_dim")
    return (
        *linear("indexer.wq_b", rank, count * width),
        *linear("indexer.wk", hidden, width),
        *norm("indexer.k_norm", width, bias=True),
        *linear("indexer.weights_proj", hidden, count),
    )
