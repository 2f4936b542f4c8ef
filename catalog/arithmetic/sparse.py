"""Mixtures of experts with latent or compressed attention: DeepSeek and the families that follow it.

Read from the modelling code of transformers 5.19, ``models/<model_type>/modeling_<model_type>.py``.
"""

from __future__ import annotations

from catalog.arithmetic.attention import indexer, latent, latent_cache
from catalog.arithmetic.config import Fields, UnknownField
from catalog.arithmetic.feed_forward import Mixture, gated, mixture
from catalog.arithmetic.regular import TWO_NORMS, embedding, norms, shared_width, sparse_from
from catalog.arithmetic.tensors import Cache, Layer, Structure, Tensor, linear, norm, within

SHARED = Mixture(shared="shared_experts")
CORRECTED = Mixture(correction="gate.e_score_correction_bias", shared="shared_experts")


def deepseek(f: Fields, *, corrected: bool = True, indexed: bool = False) -> Structure:
    """Latent attention, dense layers first, then experts beside a shared one. Raises UnknownField.

    ``corrected`` from DeepSeek-V3 on: the router has a stored vector that balances the experts. ``indexed`` from V3.2
    on: a small part of each layer, or of some, chooses the tokens to attend to.
    """
    layers = (
        deepseek_layer(f, dense=index < sparse_from(f), corrected=corrected, indexed=indexed and _chooses(f, index))
        for index in range(f.whole("num_hidden_layers"))
    )
    return Structure(embedding(f), tuple(layers), norm("norm", f.whole("hidden_size")))


def deepseek_layer(f: Fields, *, dense: bool, corrected: bool, indexed: bool) -> Layer:
    """One layer. Raises UnknownField."""
    how = CORRECTED if corrected else SHARED
    feed = (
        gated(f.whole("hidden_size"), f.whole("intermediate_size"))
        if dense
        else mixture(f, how, shared_width=shared_width(f))
    )
    attention = (*latent(f), *(indexer(f) if indexed else ()))
    return Layer(
        "latent", (*within("self_attn", attention), *within("mlp", feed), *norms(f, TWO_NORMS)), latent_cache(f)
    )


def _chooses(f: Fields, index: int) -> bool:
    """Whether a layer has an indexer of its own (GLM-5.3 shares one among several layers)."""
    kinds = f.items("indexer_types")
    return kinds is None or kinds[index] == "full"


def deepseek_v4(f: Fields) -> Structure:
    """A window of exact tokens beside compressed ones; several streams of the residual. Raises UnknownField."""
    ratios = f.items("compress_ratios")
    if ratios is None:
        raise UnknownField("compress_ratios")
    hashed = f.whole("num_hash_layers", default=3)
    layers = (v4_layer(f, int(ratios[n]), hashed=n < hashed) for n in range(f.whole("num_hidden_layers")))
    hidden, streams = f.whole("hidden_size"), f.whole("hc_mult")
    return Structure(embedding(f), tuple(layers), (*norm("norm", hidden), *streams_head(hidden, streams)))


def streams_head(hidden: int, streams: int) -> tuple[Tensor, ...]:
    """What makes one of the residual's streams at the end."""
    mix = Tensor("hc_head.fn", (streams, streams * hidden))
    return (mix, Tensor("hc_head.base", (streams,)), Tensor("hc_head.scale", (1,)))


def v4_layer(f: Fields, ratio: int, *, hashed: bool) -> Layer:
    """``ratio``: so many tokens become one; 0 is a window alone."""
    how = SHARED if hashed else CORRECTED
    table = (Tensor("gate.tid2eid", (f.whole("vocab_size"), f.whole("num_experts_per_tok"))),) if hashed else ()
    width = f.whole("head_dim")
    tensors = (
        *within("self_attn", (*_v4_attention(f), *_v4_compressor(f, ratio))),
        *within("mlp", (*mixture(f, how, shared_width=shared_width(f)), *table)),
        *norms(f, TWO_NORMS),
        *_streams(f, "attn_hc"),
        *_streams(f, "ffn_hc"),
    )
    cache = Cache(width, f.whole("sliding_window"), compressed_values_per_token=width / ratio if ratio else 0)
    return Layer("compressed" if ratio else "sliding", tensors, cache)


def _v4_attention(f: Fields) -> tuple[Tensor, ...]:
    """One key that is its own value, shared by all heads; queries and output through narrow matrices."""
    hidden, count, width = f.whole("hidden_size"), f.whole("num_attention_heads"), f.whole("head_dim")
    rank, groups, out = f.whole("q_lora_rank"), f.whole("o_groups"), f.whole("o_lora_rank")
    return (
        Tensor("sinks", (count,)),
        *linear("q_a_proj", hidden, rank),
        *norm("q_a_norm", rank),
        *linear("q_b_proj", rank, count * width),
        *linear("kv_proj", hidden, width),
        *norm("kv_norm", width),
        *linear("o_a_proj", count * width // groups, groups * out),
        *linear("o_b_proj", groups * out, hidden),
    )


def _v4_compressor(f: Fields, ratio: int) -> tuple[Tensor, ...]:
    """Four to one overlaps and has an indexer; 128 to one has neither."""
    if not ratio:
        return ()
    hidden, width = f.whole("hidden_size"), f.whole("head_dim")
    overlap = 2 if ratio == 4 else 1
    whole = _compressor(hidden, width, overlap, ratio)
    if overlap == 1:
        return within("compressor", whole)
    count, small, rank = f.whole("index_n_heads"), f.whole("index_head_dim"), f.whole("q_lora_rank")
    chooser = (
        *_compressor(hidden, small, overlap, ratio),
        *linear("q_b_proj", rank, count * small),
        *linear("scorer.weights_proj", hidden, count),
    )
    return within("compressor", (*whole, *within("indexer", chooser)))


def _compressor(hidden: int, width: int, overlap: int, ratio: int) -> tuple[Tensor, ...]:
    return (
        Tensor("position_bias", (ratio, overlap * width)),
        *linear("kv_proj", hidden, overlap * width),
        *linear("gate_proj", hidden, overlap * width),
        *norm("kv_norm", width),
    )


def _streams(f: Fields, name: str) -> tuple[Tensor, ...]:
    """Mixing of the residual's streams (hyper-connections, arXiv:2409.19606)."""
    streams, hidden = f.whole("hc_mult"), f.whole("hidden_size")
    mixes = (2 + streams) * streams
    return (
        Tensor(f"{name}.fn", (mixes, streams * hidden)),
        Tensor(f"{name}.base", (mixes,)),
        Tensor(f"{name}.scale", (3,)),
    )
