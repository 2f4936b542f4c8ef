"""Decoders whose layers are all attention, a feed-forward part and norms; families differ in biases and norms.

Read from the modelling code of transformers 5.19, ``models/<model_type>/modeling_<model_type>.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from catalog.arithmetic.attention import Grouped, grouped, grouped_cache, heads
from catalog.arithmetic.config import Fields
from catalog.arithmetic.feed_forward import Mixture, gated, mixture, plain
from catalog.arithmetic.tensors import Layer, Structure, Tensor, norm, within
from catalog.arithmetic.windows import windows

TWO_NORMS = ("input_layernorm", "post_attention_layernorm")
FOUR_NORMS = (*TWO_NORMS, "pre_feedforward_layernorm", "post_feedforward_layernorm")


PLAIN = Grouped()


@dataclass(frozen=True, slots=True)
class Regular:
    """What a family adds to the bare matrices."""

    attention: Grouped = PLAIN
    bias_field: str | None = None
    """The switch in config.json that adds biases to queries, keys and values ..."""
    bias_default: bool = False
    out_follows: bool = True
    """... and, if this is set, to the output."""
    norms: tuple[str, ...] = TWO_NORMS
    norm_bias: bool = False
    feed: Literal["gated", "fused", "plain"] = "gated"
    feed_bias_field: str | None = None
    feed_bias: bool = False
    feed_names: tuple[str, str] = ("up_proj", "down_proj")
    mixture: Mixture | None = None
    head_bias_field: str | None = None
    head_bias: bool = False
    norm_field: str | None = None
    """The switch that adds norms on queries and keys."""
    scalars: tuple[str, ...] = ()
    """Single stored numbers of a layer."""


LLAMA = Regular(bias_field="attention_bias", feed_bias_field="mlp_bias")
HEAD_NORM = Grouped(qk_norm="head")
FULL_NORM = Grouped(qk_norm="full")

REGULAR: Mapping[str, Regular] = {
    "apertus": Regular(
        HEAD_NORM,
        bias_field="attention_bias",
        norms=("attention_layernorm", "feedforward_layernorm"),
        feed="plain",
        scalars=("act_fn.alpha_p", "act_fn.alpha_n"),
    ),
    "cohere": Regular(
        Grouped(qk_norm="heads"), norm_field="use_qk_norm", bias_field="attention_bias", norms=("input_layernorm",)
    ),
    "cohere2": Regular(bias_field="attention_bias", norms=("input_layernorm",)),
    "exaone4": Regular(HEAD_NORM, norms=("post_attention_layernorm", "post_feedforward_layernorm")),
    "gemma": Regular(bias_field="attention_bias"),
    "gemma2": Regular(bias_field="attention_bias", norms=FOUR_NORMS),
    "gemma3_text": Regular(HEAD_NORM, bias_field="attention_bias", norms=FOUR_NORMS),
    "glm4": Regular(
        bias_field="attention_bias",
        out_follows=False,
        feed="fused",
        norms=(*TWO_NORMS, "post_self_attn_layernorm", "post_mlp_layernorm"),
    ),
    "glm4_moe": Regular(
        HEAD_NORM,
        bias_field="attention_bias",
        out_follows=False,
        norm_field="use_qk_norm",
        mixture=Mixture(correction="gate.e_score_correction_bias", shared="shared_experts"),
    ),
    "gpt_oss": Regular(
        Grouped(sinks=True),
        bias_field="attention_bias",
        bias_default=True,
        mixture=Mixture(router="router", router_bias=True, expert_bias=True, fused=True),
    ),
    "granite": LLAMA,
    "internlm3": Regular(bias_field="qkv_bias", out_follows=False),
    "llama": LLAMA,
    "minimax_m2": Regular(FULL_NORM, mixture=Mixture(correction="e_score_correction_bias")),
    "ministral3": Regular(),
    "mistral": Regular(),
    "mixtral": Regular(mixture=Mixture()),
    "olmo2": Regular(
        FULL_NORM, bias_field="attention_bias", norms=("post_attention_layernorm", "post_feedforward_layernorm")
    ),
    "olmo3": Regular(
        FULL_NORM, bias_field="attention_bias", norms=("post_attention_layernorm", "post_feedforward_layernorm")
    ),
    "olmoe": Regular(FULL_NORM, bias_field="attention_bias", mixture=Mixture()),
    "phi": Regular(
        Grouped(bias=True, out_bias=True, out="dense"),
        norms=("input_layernorm",),
        norm_bias=True,
        feed="plain",
        feed_bias=True,
        feed_names=("fc1", "fc2"),
        head_bias=True,
    ),
    "phi3": Regular(Grouped(fused="qkv_proj"), feed="fused"),
    "phimoe": Regular(
        bias_field="attention_bias", norm_bias=True, head_bias_field="lm_head_bias", mixture=Mixture(router="router")
    ),
    "qwen2": Regular(Grouped(bias=True)),
    "qwen3": Regular(HEAD_NORM, bias_field="attention_bias"),
    "qwen3_moe": Regular(HEAD_NORM, bias_field="attention_bias", mixture=Mixture()),
    "smollm3": LLAMA,
    "starcoder2": Regular(
        bias_field="use_bias",
        bias_default=True,
        norm_bias=True,
        feed="plain",
        feed_bias_field="use_bias",
        feed_names=("c_fc", "c_proj"),
    ),
}
"""Keyed by ``model_type``. A family that is not here, nor among the other builders, is not guessed at."""


def regular(f: Fields, family: str) -> Structure:
    """The structure of such a decoder. Raises UnknownField."""
    how = REGULAR[family]
    attention = _attention(f, how)
    return Structure(
        embedding=embedding(f, head_bias=how.head_bias or _switch(f, how.head_bias_field)),
        layers=tuple(_layer(f, how, attention, index, window) for index, window in enumerate(windows(f, family))),
        rest=norm("norm", f.whole("hidden_size"), bias=how.norm_bias),
    )


def embedding(f: Fields, *, head_bias: bool = False) -> tuple[Tensor, ...]:
    """Input embedding, and an output head where it is not the same matrix. Raises UnknownField."""
    hidden, words = f.whole("hidden_size"), f.whole("vocab_size")
    head = () if f.flag("tie_word_embeddings") else (Tensor("lm_head", (words, hidden)),)
    bias = (Tensor("lm_head_bias", (words,)),) if head_bias else ()
    return (Tensor("embed_tokens", (words, hidden)), *head, *bias)


def norms(f: Fields, names: tuple[str, ...], *, bias: bool = False) -> tuple[Tensor, ...]:
    """The norms of a layer, as wide as the model. Raises UnknownField."""
    return tuple(tensor for name in names for tensor in norm(name, f.whole("hidden_size"), bias=bias))


def sparse_from(f: Fields) -> int:
    """Layers before the first with experts."""
    return f.whole("first_k_dense_replace", default=0)


def shared_width(f: Fields) -> int:
    """Width of the expert that every token passes; 0 where there is none. Raises UnknownField."""
    stated = f.whole("moe_shared_expert_intermediate_size", "shared_expert_intermediate_size", default=0)
    return stated or f.whole("n_shared_experts", "num_shared_experts", default=0) * f.whole("moe_intermediate_size")


def _layer(f: Fields, how: Regular, attention: Grouped, index: int, window: int | None) -> Layer:
    return Layer(
        mixer="attention" if window is None else "sliding",
        tensors=(
            *within("self_attn", grouped(f, attention)),
            *within("mlp", _feed(f, how, index)),
            *norms(f, how.norms, bias=how.norm_bias),
            *(Tensor(f"mlp.{name}", (1,)) for name in how.scalars),
        ),
        cache=grouped_cache(f, window),
    )


def _attention(f: Fields, how: Regular) -> Grouped:
    """As the switches of the configuration have it."""
    of, bias = how.attention, how.attention.bias or _switch(f, how.bias_field, default=how.bias_default)
    named = how.norm_field is None or _switch(f, how.norm_field)
    out = of.out_bias or (how.out_follows and how.bias_field is not None and bias)
    return replace(of, bias=bias, out_bias=out, qk_norm=of.qk_norm if named else "none")


def _feed(f: Fields, how: Regular, index: int) -> tuple[Tensor, ...]:
    if how.mixture and index >= sparse_from(f):
        return mixture(f, how.mixture, shared_width=shared_width(f) if how.mixture.shared else 0)
    hidden, width = f.whole("hidden_size"), f.whole("intermediate_size")
    bias = how.feed_bias or _switch(f, how.feed_bias_field, default=how.bias_default)
    if how.feed == "plain":
        return plain(hidden, width, bias=bias, names=how.feed_names)
    return gated(hidden, width, bias=bias, fused=how.feed == "fused")


def _switch(f: Fields, name: str | None, *, default: bool = False) -> bool:
    return name is not None and f.flag(name, default=default)


def falcon(f: Fields) -> Structure:
    """Falcon with grouped attention (``new_decoder_architecture``). Raises UnknownField."""
    if not f.flag("new_decoder_architecture"):
        raise LookupError("Falcon with multi-query attention is not covered")
    hidden, bias = f.whole("hidden_size"), f.flag("bias", default=False)
    grouped_f = f.but(num_key_value_heads=f.whole("num_kv_heads", "num_key_value_heads"))
    how = Grouped(fused="query_key_value", out="dense", bias=bias, out_bias=bias)
    feed = plain(
        hidden, f.whole("ffn_hidden_size", "intermediate_size"), bias=bias, names=("dense_h_to_4h", "dense_4h_to_h")
    )
    tensors = (
        *within("self_attention", grouped(grouped_f, how)),
        *within("mlp", feed),
        *norms(f, ("ln_attn", "ln_mlp"), bias=True),
    )
    layer = Layer("attention", tensors, grouped_cache(grouped_f))
    return Structure(embedding(f), (layer,) * f.whole("num_hidden_layers"), norm("ln_f", hidden, bias=True))


def llama4(f: Fields) -> Structure:
    """Llama 4: experts in every layer or every second, windows cut in chunks. Raises UnknownField."""
    hidden, step = f.whole("hidden_size"), f.whole("interleave_moe_layer_step", default=1)
    how = Mixture(router="router", fused=True, shared="shared_expert")
    experts = mixture(
        f.but(moe_intermediate_size=f.whole("intermediate_size")), how, shared_width=f.whole("intermediate_size")
    )
    dense = gated(hidden, f.whole("intermediate_size_mlp")) if step > 1 else ()
    layers = (
        Layer(
            "attention" if window is None else "chunked",
            (
                *within("self_attn", grouped(f, Grouped())),
                *within("feed_forward", experts if (index + 1) % step == 0 else dense),
                *norms(f, TWO_NORMS),
            ),
            grouped_cache(f, window),
        )
        for index, window in enumerate(windows(f, "llama4"))
    )
    return Structure(embedding(f), tuple(layers), norm("norm", hidden))


def mllama(f: Fields) -> Structure:
    """Llama 3.2 Vision: every fifth layer looks at the image instead of the text. Raises UnknownField."""
    hidden, crossing = f.whole("hidden_size"), f.items("cross_attention_layers") or ()
    _, _, width = heads(f)
    feed = within("mlp", gated(hidden, f.whole("intermediate_size")))
    text = Layer(
        "attention", (*within("self_attn", grouped(f, Grouped())), *feed, *norms(f, TWO_NORMS)), grouped_cache(f)
    )
    gates = (Tensor("cross_attn_attn_gate", (1,)), Tensor("cross_attn_mlp_gate", (1,)))
    looks = grouped(f.but(head_dim=width), HEAD_NORM)
    image = Layer("image", (*within("cross_attn", looks), *feed, *norms(f, TWO_NORMS), *gates), grouped_cache(f, 0))
    words = f.whole("vocab_size")
    tables = (Tensor("embed_tokens", (words + 8, hidden)), Tensor("lm_head", (words, hidden)))
    layers = tuple(image if index in crossing else text for index in range(f.whole("num_hidden_layers")))
    return Structure(tables, layers, norm("norm", hidden))
