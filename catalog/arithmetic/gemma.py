"""Gemma 3n and Gemma 4: an embedding for each layer, keys shared between layers, wider heads in full layers.

Read from transformers 5.19, ``models/gemma3n/modeling_gemma3n.py`` and ``models/gemma4/modeling_gemma4.py``.
"""

from __future__ import annotations

from catalog.arithmetic.attention import Grouped, grouped, grouped_cache
from catalog.arithmetic.config import Fields, UnknownField
from catalog.arithmetic.feed_forward import Mixture, gated, mixture
from catalog.arithmetic.regular import FOUR_NORMS, embedding, norms
from catalog.arithmetic.tensors import Cache, Layer, Structure, Tensor, linear, norm, within

HEAD_NORM = Grouped(qk_norm="head")
QUERIES = ("q_proj", "q_norm", "o_proj")
"""All that a layer has which reads the keys of an earlier one."""


def gemma4(f: Fields) -> Structure:
    """Gemma 4. Raises UnknownField."""
    layers = tuple(_gemma4_layer(f, index, kind) for index, kind in enumerate(_kinds(f)))
    return Structure(embedding(f), layers, (*norm("norm", f.whole("hidden_size")), *_tables(f)))


def _kinds(f: Fields) -> tuple[str, ...]:
    kinds = f.items("layer_types")
    if kinds is None:
        raise UnknownField("layer_types")
    return tuple(str(kind) for kind in kinds)


def _gemma4_layer(f: Fields, index: int, kind: str) -> Layer:
    sliding, shared = kind == "sliding_attention", _shares(f, index)
    inner = f if sliding else _global(f)
    alike = not sliding and f.flag("attention_k_eq_v", default=False)
    drop = {"v_proj"} if alike else set()
    attention = tuple(
        one for one in grouped(inner, HEAD_NORM) if (one.name in QUERIES if shared else one.name not in drop)
    )
    double = 2 if shared and f.flag("use_double_wide_mlp", default=False) else 1
    tensors = (
        *within("self_attn", attention),
        *within("mlp", gated(f.whole("hidden_size"), f.whole("intermediate_size") * double)),
        *norms(f, FOUR_NORMS),
        *_experts(f),
        *_per_layer(f),
        Tensor("layer_scalar", (1,)),
    )
    cache = Cache() if shared else grouped_cache(inner, f.whole("sliding_window") if sliding else None)
    return Layer("sliding" if sliding else "attention", tensors, cache)


def _shares(f: Fields, index: int) -> bool:
    """Whether a layer reads the keys of an earlier one."""
    shared = f.whole("num_kv_shared_layers", default=0)
    return shared > 0 and index >= f.whole("num_hidden_layers") - shared


def _global(f: Fields) -> Fields:
    """Heads of the layers that see everything: wider, and fewer where key and value are the same."""
    alike = f.flag("attention_k_eq_v", default=False)
    kept = f.whole("num_global_key_value_heads", "num_key_value_heads") if alike else f.whole("num_key_value_heads")
    return f.but(head_dim=f.whole("global_head_dim"), num_key_value_heads=kept)


def unread_keys(f: Fields) -> tuple[Tensor, ...]:
    """Keys and values of the layers that read those of another: in the checkpoint, dropped on loading. Raises UnknownField."""
    return tuple(
        one
        for index, kind in enumerate(_kinds(f))
        if _shares(f, index)
        for one in grouped(f if kind == "sliding_attention" or "global_head_dim" not in f else _global(f), HEAD_NORM)
        if one.name not in QUERIES
    )


def _experts(f: Fields) -> tuple[Tensor, ...]:
    """Beside the dense part, with norms of their own."""
    if not f.flag("enable_moe_block", default=False):
        return ()
    hidden = f.whole("hidden_size")
    extra = ("post_feedforward_layernorm_1", "post_feedforward_layernorm_2", "pre_feedforward_layernorm_2")
    return (
        *mixture(f, Mixture(router="router.proj", fused=True)),
        Tensor("router.scale", (hidden,)),
        Tensor("router.per_expert_scale", (f.whole("num_experts"),)),
        *norms(f, extra),
    )


def _per_layer(f: Fields) -> tuple[Tensor, ...]:
    """How a layer takes in its own embedding of the token."""
    hidden, width = f.whole("hidden_size"), f.whole("hidden_size_per_layer_input", default=0)
    if not width:
        return ()
    gate, back = linear("per_layer_input_gate", hidden, width), linear("per_layer_projection", width, hidden)
    return (*gate, *back, *norm("post_per_layer_input_norm", hidden))


def _tables(f: Fields) -> tuple[Tensor, ...]:
    """Embeddings for all layers, of which one token uses a row."""
    width, layers = f.whole("hidden_size_per_layer_input", default=0), f.whole("num_hidden_layers")
    if not width:
        return ()
    words = f.whole("vocab_size_per_layer_input")
    return (
        Tensor("embed_tokens_per_layer", (layers * width,), copies=words, used=1),
        Tensor("per_layer_model_projection", (layers * width, f.whole("hidden_size"))),
        *norm("per_layer_projection_norm", width),
    )


def gemma3n(f: Fields) -> Structure:
    """Gemma 3n: several predictions of the residual in parallel (AltUp, arXiv:2301.13310), and LAuReL. Raises UnknownField."""
    hidden, streams = f.whole("hidden_size"), f.whole("altup_num_inputs")
    layers = tuple(_gemma3n_layer(f, index, kind) for index, kind in enumerate(_kinds(f)))
    streamed = (
        Tensor(f"{name}.{index}", (hidden, hidden))
        for name in ("altup_projections", "altup_unembed_projections")
        for index in range(streams - 1)
    )
    return Structure(embedding(f), layers, (*norm("norm", hidden), *_tables(f), *streamed))


def _gemma3n_layer(f: Fields, index: int, kind: str) -> Layer:
    hidden, sliding = f.whole("hidden_size"), kind == "sliding_attention"
    shared = _shares(f, index)
    attention = tuple(one for one in grouped(f, HEAD_NORM) if not shared or one.name in QUERIES)
    widths = f.items("intermediate_size") or ()
    width = int(widths[min(index, len(widths) - 1)]) if widths else f.whole("intermediate_size")
    tensors = (
        *within("self_attn", attention),
        *within("mlp", gated(hidden, width)),
        *norms(f, FOUR_NORMS),
        *_altup(hidden, f.whole("altup_num_inputs")),
        *_laurel(hidden, f.whole("laurel_rank")),
        *_per_layer(f),
    )
    window = f.whole("sliding_window") if sliding else None
    return Layer("sliding" if sliding else "attention", tensors, Cache() if shared else grouped_cache(f, window))


def _altup(hidden: int, streams: int) -> tuple[Tensor, ...]:
    return (
        Tensor("altup.correct_output_scale", (hidden,)),
        *linear("altup.correction_coefs", streams, streams),
        *linear("altup.prediction_coefs", streams, streams**2),
        *linear("altup.modality_router", hidden, streams),
        *norm("altup.router_norm", hidden),
    )


def _laurel(hidden: int, rank: int) -> tuple[Tensor, ...]:
    narrow, wide = linear("laurel.linear_left", hidden, rank), linear("laurel.linear_right", rank, hidden)
    return (*narrow, *wide, *norm("laurel.post_laurel_norm", hidden))
