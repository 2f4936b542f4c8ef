"""Decoders whose layers are not all alike in kind: some keep every token, some a state.

Read from the modelling code of transformers 5.19, ``models/<model_type>/modeling_<model_type>.py``.
"""

from __future__ import annotations

from catalog.arithmetic.attention import Grouped, grouped, grouped_cache, latent, latent_cache
from catalog.arithmetic.config import Fields, UnknownField
from catalog.arithmetic.feed_forward import EXPERTS, Mixture, gated, mixture, plain
from catalog.arithmetic.recurrent import (
    Mamba,
    delta,
    delta_cache,
    kimi_delta,
    kimi_delta_cache,
    mamba,
    mamba_cache,
    short_convolution,
    short_convolution_cache,
)
from catalog.arithmetic.regular import TWO_NORMS, embedding, norms, shared_width, sparse_from
from catalog.arithmetic.tensors import Cache, Layer, Structure, Tensor, linear, norm, within

QWEN_ATTENTION = Grouped(qk_norm="head", gated=True)
QWEN_EXPERTS = Mixture(shared="shared_expert", shared_gate=True)
CORRECTED = Mixture(correction="gate.e_score_correction_bias", shared="shared_experts")


def qwen_hybrid(f: Fields, *, fused: bool) -> Structure:
    """Three layers of gated DeltaNet to one of gated attention (Qwen3-Next, Qwen3.5). Raises UnknownField."""
    feed = within("mlp", qwen_feed(f))
    full = Layer(
        "attention",
        (*within("self_attn", grouped(f, QWEN_ATTENTION)), *feed, *norms(f, TWO_NORMS)),
        grouped_cache(f),
    )
    linear_attention = (*within("linear_attn", delta(f, fused=fused)), *feed, *norms(f, TWO_NORMS))
    state = Layer("delta", linear_attention, delta_cache(f))
    every = f.whole("full_attention_interval", default=4)
    kinds = f.items("layer_types")
    layers = f.whole("num_hidden_layers")
    is_full = [kind == "full_attention" for kind in kinds] if kinds else [not (n + 1) % every for n in range(layers)]
    return Structure(
        embedding(f), tuple(full if yes else state for yes in is_full), norm("norm", f.whole("hidden_size"))
    )


def qwen_feed(f: Fields) -> tuple[Tensor, ...]:
    """Dense, or experts with a shared one behind a gate. Raises UnknownField."""
    if any(name in f for name in EXPERTS):
        return mixture(f, QWEN_EXPERTS, shared_width=shared_width(f))
    return gated(f.whole("hidden_size"), f.whole("intermediate_size"))


def kimi_linear(f: Fields) -> Structure:
    """Kimi delta attention, and now and then latent attention. Raises UnknownField."""
    if "routed_expert_hidden_size" in f:
        raise LookupError("the architecture kimi_k3 is not covered: transformers 5.19 has no code of it")
    full = f.items("linear_attn_config.full_attn_layers")
    if full is None:
        raise UnknownField("linear_attn_config.full_attn_layers")
    return Structure(
        embedding(f),
        tuple(_kimi_layer(f, index, full=index + 1 in full) for index in range(f.whole("num_hidden_layers"))),
        norm("norm", f.whole("hidden_size")),
    )


def _kimi_layer(f: Fields, index: int, *, full: bool) -> Layer:
    """Layers are counted from one in this family's config.json."""
    dense = index < sparse_from(f)
    feed = (
        gated(f.whole("hidden_size"), f.whole("intermediate_size"))
        if dense
        else mixture(f, CORRECTED, shared_width=shared_width(f))
    )
    mixer, cache = (latent(f), latent_cache(f)) if full else (kimi_delta(f), kimi_delta_cache(f))
    tensors = (*within("self_attn", mixer), *within("mlp", feed), *norms(f, TWO_NORMS))
    return Layer("latent" if full else "delta", tensors, cache)


NEMOTRON = {"M": "mamba", "*": "attention", "E": "moe", "-": "mlp"}
NEMOTRON_EXPERTS = Mixture(correction="gate.e_score_correction_bias", shared="shared_experts", gated=False)


def nemotron_h(f: Fields) -> Structure:
    """One mixer or one feed-forward part in each layer, in the order of ``hybrid_override_pattern``. Raises UnknownField."""
    pattern = f.text("hybrid_override_pattern")
    kinds = {letter: _nemotron_layer(f, NEMOTRON[letter]) for letter in set(pattern)}
    return Structure(embedding(f), tuple(kinds[letter] for letter in pattern), norm("norm_f", f.whole("hidden_size")))


def _nemotron_layer(f: Fields, kind: str) -> Layer:
    tensors, cache = nemotron_mixer(f, kind)
    return Layer(kind, (*within("mixer", tensors), *norms(f, ("norm",))), cache)


def nemotron_mixer(f: Fields, kind: str) -> tuple[tuple[Tensor, ...], Cache]:
    """One part of a Nemotron-H layer, and what it keeps. Raises UnknownField."""
    if kind == "mamba":
        of = _nemotron_mamba(f)
        return mamba(of), mamba_cache(of)
    if kind == "attention":
        return grouped(f, Grouped()), grouped_cache(f)
    if kind == "mlp":
        return plain(f.whole("hidden_size"), f.whole("intermediate_size")), Cache()
    return _nemotron_experts(f), Cache()


def _nemotron_experts(f: Fields) -> tuple[Tensor, ...]:
    """Experts that work in a narrower space, if ``moe_latent_size`` says so."""
    hidden, inner = f.whole("hidden_size"), f.whole("moe_latent_size", default=0)
    squeeze = (*linear("fc1_latent_proj", hidden, inner), *linear("fc2_latent_proj", inner, hidden)) if inner else ()
    return (*mixture(f, NEMOTRON_EXPERTS, shared_width=shared_width(f), inner=inner or None), *squeeze)


def _nemotron_mamba(f: Fields) -> Mamba:
    return Mamba(
        hidden=f.whole("hidden_size"),
        heads=f.whole("mamba_num_heads"),
        head_width=f.whole("mamba_head_dim"),
        groups=f.whole("n_groups"),
        state=f.whole("ssm_state_size"),
        kernel=f.whole("conv_kernel", default=4),
        conv_bias=f.flag("use_conv_bias", default=True),
        bias=f.flag("use_bias", default=False),
        out_bias=f.flag("use_bias", default=False),
        adapts_out=False,
    )


def _mamba(f: Fields, inner: int, *, out_bias: str, normed: bool, adapts_out: bool) -> Mamba:
    """As Granite and Falcon-H1 name it."""
    count = f.whole("mamba_n_heads")
    return Mamba(
        hidden=f.whole("hidden_size"),
        heads=count,
        head_width=inner // count,
        groups=f.whole("mamba_n_groups"),
        state=f.whole("mamba_d_state"),
        kernel=f.whole("mamba_d_conv", default=4),
        conv_bias=f.flag("mamba_conv_bias", default=True),
        bias=f.flag("mamba_proj_bias", default=False),
        out_bias=f.flag(out_bias, default=False),
        normed=normed,
        adapts_out=adapts_out,
    )


def granite_hybrid(f: Fields) -> Structure:
    """Granite 4: Mamba 2 or attention, then experts beside a shared feed-forward part. Raises UnknownField."""
    layers, kinds = f.whole("num_hidden_layers"), f.items("layer_types")
    if kinds is None:
        raise UnknownField("layer_types")
    feed = _granite_feed(f)
    built = {kind: _granite_layer(f, feed, attends="attention" in str(kind)) for kind in set(kinds)}
    return Structure(embedding(f), tuple(built[kind] for kind in kinds[:layers]), norm("norm", f.whole("hidden_size")))


def _granite_layer(f: Fields, feed: tuple[Tensor, ...], *, attends: bool) -> Layer:
    if attends:
        tensors, cache, mixer = within("self_attn", grouped(f, Grouped())), grouped_cache(f), "attention"
    else:
        of = _mamba(
            f,
            f.whole("mamba_expand") * f.whole("hidden_size"),
            out_bias="mamba_proj_bias",
            normed=True,
            adapts_out=True,
        )
        tensors, cache, mixer = within("mamba", mamba(of)), mamba_cache(of), "mamba"
    return Layer(mixer, (*tensors, *feed, *norms(f, TWO_NORMS)), cache)


def _granite_feed(f: Fields) -> tuple[Tensor, ...]:
    """Gate and up are one matrix, ``input_linear``."""
    hidden, width = f.whole("hidden_size"), f.whole("shared_intermediate_size")
    shared = (*linear("input_linear", hidden, 2 * width), *linear("output_linear", width, hidden))
    whole = within("shared_mlp", shared)
    if not f.whole("num_local_experts", "num_experts", default=0):
        return whole
    return (*within("block_sparse_moe", mixture(f, Mixture(router="router", fused=True))), *whole)


def falcon_h1(f: Fields) -> Structure:
    """Falcon-H1: Mamba 2 and attention side by side in every layer. Raises UnknownField."""
    inner = f.whole("mamba_d_ssm", default=0) or f.whole("mamba_expand") * f.whole("hidden_size")
    of = _mamba(f, inner, out_bias="projectors_bias", normed=f.flag("mamba_rms_norm", default=False), adapts_out=False)
    keys, state = grouped_cache(f), mamba_cache(of)
    tensors = (
        *within("self_attn", grouped(f, Grouped())),
        *within("mamba", mamba(of)),
        *within("feed_forward", gated(f.whole("hidden_size"), f.whole("intermediate_size"))),
        *norms(f, ("input_layernorm", "pre_ff_layernorm")),
    )
    layer = Layer("attention+mamba", tensors, Cache(keys.values_per_token, state_values=state.state_values))
    layers = (layer,) * f.whole("num_hidden_layers")
    return Structure(embedding(f), layers, norm("final_layernorm", f.whole("hidden_size")))


def lfm2(f: Fields) -> Structure:
    """LFM2: short convolutions, and now and then attention. Raises UnknownField."""
    hidden, full = f.whole("hidden_size"), f.items("full_attn_idxs")
    if full is None:
        raise UnknownField("full_attn_idxs")
    feed = (
        *within("feed_forward", gated(hidden, _lfm2_width(f), names=("w1", "w3", "w2"))),
        *norms(f, ("operator_norm", "ffn_norm")),
    )
    how = Grouped(qk_norm="head", out="out_proj", names=("q_layernorm", "k_layernorm"))
    attends = Layer("attention", (*within("self_attn", grouped(f, how)), *feed), grouped_cache(f))
    rolls = Layer("convolution", (*within("conv", short_convolution(f)), *feed), short_convolution_cache(f))
    layers = tuple(attends if index in full else rolls for index in range(f.whole("num_hidden_layers")))
    return Structure(embedding(f), layers, norm("embedding_norm", hidden))


def _lfm2_width(f: Fields) -> int:
    """Two thirds of the stated width, rounded up to a multiple, unless the configuration says that it is final."""
    stated = f.whole("block_ff_dim", "intermediate_size")
    if not f.flag("block_auto_adjust_ff_dim", default=True):
        return stated
    step, third = f.whole("block_multiple_of", default=256), 2 * stated // 3
    return step * -(-third // step)
