"""What multimodal models have besides the language model: encoders of images, and what joins them to it.

Read from the modelling code of transformers 5.19; fields under ``vision_config`` and ``audio_config``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from catalog.arithmetic.config import Fields
from catalog.arithmetic.feed_forward import gated, plain
from catalog.arithmetic.tensors import Tensor, linear, norm, within

FOUR_NORMS = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")
MEL_BINS = 128
"""Of the spectrogram that Gemma 4 hears; halved by each of two convolutions."""

Tower = Callable[[Fields, Fields], tuple[Tensor, ...]]
"""Takes all fields and those of the vision part."""


def _encoder(layers: int, *parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The same layer so many times."""
    inner = tuple(tensor for part in parts for tensor in part)
    return tuple(Tensor(f"layers.{one.name}", one.shape, layers) for one in inner)


def _attention(width: int, *, bias: bool, kv_bias: bool | None = None) -> tuple[Tensor, ...]:
    """Query, key, value and output of full width."""
    named = {"q_proj": bias, "k_proj": bias if kv_bias is None else kv_bias, "v_proj": bias, "o_proj": bias}
    return tuple(tensor for name, has in named.items() for tensor in linear(name, width, width, bias=has))


def _layer_norms(width: int, *names: str) -> tuple[Tensor, ...]:
    return tuple(tensor for name in names for tensor in norm(name, width, bias=True))


def qwen(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """Qwen3.5 vision: patches over two frames, learned positions, a merger of 2 x 2 patches. Raises UnknownField."""
    width, out = v.whole("hidden_size"), v.whole("out_hidden_size", default=0) or f.whole("hidden_size")
    merged = width * v.whole("spatial_merge_size", default=2) ** 2
    patch, frames = v.whole("patch_size"), v.whole("temporal_patch_size", default=2)
    layer = (*_attention(width, bias=True), *plain(width, v.whole("intermediate_size"), bias=True))
    return (
        Tensor("patch_embed", (width, v.whole("in_channels", default=3), frames, patch, patch)),
        Tensor("patch_embed_bias", (width,)),
        Tensor("pos_embed", (v.whole("num_position_embeddings"), width)),
        *_encoder(v.whole("depth"), layer, _layer_norms(width, "norm1", "norm2")),
        *_layer_norms(width, "merger.norm"),
        *plain(merged, merged, bias=True)[:2],
        *linear("merger.linear_fc2", merged, out, bias=True),
    )


def siglip(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """SigLIP (arXiv:2303.15343) as Gemma 3 joins it: one matrix and a norm. Raises UnknownField."""
    width, patch, image = v.whole("hidden_size"), v.whole("patch_size"), v.whole("image_size")
    layer = (*_attention(width, bias=True), *plain(width, v.whole("intermediate_size"), bias=True))
    return (
        Tensor("patch_embedding", (width, v.whole("num_channels", default=3), patch, patch)),
        Tensor("patch_embedding_bias", (width,)),
        Tensor("position_embedding", ((image // patch) ** 2, width)),
        *_encoder(v.whole("num_hidden_layers"), layer, _layer_norms(width, "layer_norm1", "layer_norm2")),
        *_layer_norms(width, "post_layernorm"),
        Tensor("mm_input_projection", (width, f.whole("hidden_size"))),
        *norm("mm_soft_emb_norm", width),
    )


def pixtral(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """Pixtral (arXiv:2410.07073) as Mistral 3 joins it: 2 x 2 patches merged, then two matrices. Raises UnknownField."""
    width, patch, hidden = v.whole("hidden_size"), v.whole("patch_size"), f.whole("hidden_size")
    merge, bias = f.whole("spatial_merge_size", default=2), f.flag("multimodal_projector_bias", default=False)
    layer = (*_attention(width, bias=False), *gated(width, v.whole("intermediate_size")))
    scales = (*norm("attention_norm", width), *norm("ffn_norm", width))
    return (
        Tensor("patch_conv", (width, v.whole("num_channels", default=3), patch, patch)),
        *norm("ln_pre", width),
        *_encoder(v.whole("num_hidden_layers"), layer, scales),
        *norm("projector.norm", width),
        *linear("projector.merging_layer", width * merge**2, width),
        *linear("projector.linear_1", width, hidden, bias=bias),
        *linear("projector.linear_2", hidden, hidden, bias=bias),
    )


def llama4(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """The encoder of Llama 4, its adapter and projector. Raises UnknownField."""
    width, patch, out = v.whole("hidden_size"), v.whole("patch_size"), v.whole("vision_output_dim")
    pixels = v.whole("num_channels", default=3) * patch**2
    places = (v.whole("image_size") // patch) ** 2 + 1
    layer = (*_attention(width, bias=True), *plain(width, v.whole("intermediate_size"), bias=True))
    into, over = v.whole("projector_input_dim"), v.whole("projector_output_dim")
    return (
        Tensor("class_embedding", (width,)),
        Tensor("positional_embedding", (places, width)),
        *linear("patch_embedding", pixels, width),
        *_layer_norms(width, "layernorm_pre", "layernorm_post"),
        *_encoder(
            v.whole("num_hidden_layers"), layer, _layer_norms(width, "input_layernorm", "post_attention_layernorm")
        ),
        *linear("adapter.fc1", v.whole("intermediate_size"), into),
        *linear("adapter.fc2", over, over),
        *linear("projector.linear_1", out, f.whole("hidden_size")),
    )


def mllama(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """The encoder of Llama 3.2 Vision: tiles, local and gated global layers. Raises UnknownField."""
    width, patch, tiles = v.whole("hidden_size"), v.whole("patch_size"), v.whole("max_num_tiles")
    ratios = v.whole("max_aspect_ratio_id", default=8) + 1
    places = (v.whole("image_size") // patch) ** 2 + 1
    layer = (*_attention(width, bias=False), *plain(width, v.whole("intermediate_size"), bias=True))
    scales = _layer_norms(width, "input_layernorm", "post_attention_layernorm")
    gates = (Tensor("gate_attn", (1,)), Tensor("gate_ffn", (1,)))
    return (
        Tensor("class_embedding", (width,)),
        Tensor("patch_embedding", (width, v.whole("num_channels", default=3), patch, patch)),
        Tensor("gated_positional_embedding", (places, width)),
        Tensor("gated_positional_embedding.gate", (1,)),
        Tensor("tile_embedding", (ratios, tiles * places * width)),
        *(Tensor(f"{side}_tile_positional_embedding", (ratios, tiles * width)) for side in ("pre", "post")),
        *(Tensor(f"{side}_tile_positional_embedding.gate", (1,)) for side in ("pre", "post")),
        *_layer_norms(width, "layernorm_pre", "layernorm_post"),
        *_encoder(v.whole("num_hidden_layers"), layer, scales),
        *within("global", _encoder(v.whole("num_global_layers"), layer, scales, gates)),
        *linear("multi_modal_projector", v.whole("vision_output_dim"), f.whole("hidden_size"), bias=True),
    )


def gemma4(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """The encoders of Gemma 4, of images and in the small models of sound. Raises UnknownField."""
    sound = f.under("audio_config")
    return (*_gemma4_images(f, v), *(gemma4_sound(f, sound) if sound else ()))


def _gemma4_images(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    width, head = v.whole("hidden_size"), v.whole("head_dim")
    count, shared = v.whole("num_attention_heads"), v.whole("num_key_value_heads")
    attention = (
        *linear("q_proj", width, count * head),
        *linear("k_proj", width, shared * head),
        *linear("v_proj", width, shared * head),
        *linear("o_proj", count * head, width),
        *norm("q_norm", head),
        *norm("k_norm", head),
    )
    scales = tuple(tensor for name in FOUR_NORMS for tensor in norm(name, width))
    standard = ("std_bias", "std_scale") if v.flag("standardize", default=False) else ()
    return (
        *(Tensor(name, (width,)) for name in standard),
        Tensor("position_embedding_table", (2, v.whole("position_embedding_size"), width)),
        Tensor("input_proj", (width, 3 * v.whole("patch_size") ** 2)),
        *_encoder(v.whole("num_hidden_layers"), attention, gated(width, v.whole("intermediate_size")), scales),
        Tensor("embedding_projection", (f.whole("hidden_size"), width)),
    )


def gemma4_sound(f: Fields, a: Fields) -> tuple[Tensor, ...]:
    """A conformer (arXiv:2005.08100) behind two convolutions. Raises UnknownField."""
    width, out = a.whole("hidden_size"), a.whole("output_proj_dims")
    first, second = (int(channels) for channels in a.items("subsampling_conv_channels") or (0, 0))
    layer = _conformer(width, a.whole("num_attention_heads"), a.whole("conv_kernel_size"))
    return (
        Tensor("subsample.layer0", (first, 1, 3, 3)),
        *norm("subsample.norm0", first),
        Tensor("subsample.layer1", (second, first, 3, 3)),
        *norm("subsample.norm1", second),
        *linear("subsample.input_proj_linear", second * MEL_BINS // 4, width),
        *_encoder(a.whole("num_hidden_layers"), layer),
        *linear("output_proj", width, out, bias=True),
        Tensor("embed_audio", (f.whole("hidden_size"), out)),
    )


def _conformer(width: int, heads: int, kernel: int) -> tuple[Tensor, ...]:
    """Two feed-forward parts around attention with relative positions and a convolution."""
    around = tuple(
        tensor
        for part in ("feed_forward1", "feed_forward2")
        for tensor in within(part, (*plain(width, 4 * width), *norm("pre", width), *norm("post", width)))
    )
    return (
        *around,
        *_attention(width, bias=False),
        *linear("relative_k_proj", width, width),
        Tensor("per_dim_scale", (width // heads,)),
        *linear("lconv1d.linear_start", width, 2 * width),
        *linear("lconv1d.linear_end", width, width),
        Tensor("lconv1d.depthwise_conv1d", (width, 1, kernel)),
        *norm("lconv1d.pre_layer_norm", width),
        *norm("lconv1d.conv_norm", width),
        *(tensor for name in ("norm_pre_attn", "norm_post_attn", "norm_out") for tensor in norm(name, width)),
    )


def gemma4_unified(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """Gemma 4 12B has no encoder: patches and frames of sound are projected into the language model. Raises UnknownField."""
    width, hidden, frame = v.whole("mm_embed_dim"), f.whole("hidden_size"), f.whole("audio_config.audio_embed_dim")
    pixels = 3 * (v.whole("patch_size") * v.whole("pooling_kernel_size")) ** 2
    return (
        Tensor("pos_embedding", (v.whole("mm_posemb_size"), 2, width)),
        *_layer_norms(pixels, "patch_ln1"),
        *linear("patch_dense", pixels, width, bias=True),
        *_layer_norms(width, "patch_ln2", "pos_norm"),
        Tensor("embedding_projection", (hidden, width)),
        Tensor("embed_audio", (hidden, frame)),
    )


def moonvit(f: Fields, v: Fields) -> tuple[Tensor, ...]:
    """MoonViT (arXiv:2504.07491) as Kimi K2.5 joins it. Raises UnknownField."""
    width, patch = v.whole("vt_hidden_size"), v.whole("patch_size")
    merge = (v.items("merge_kernel_size") or (2, 2))[:2]
    merged = width * int(merge[0]) * int(merge[1])
    layer = (*_attention(width, bias=True), *plain(width, v.whole("vt_intermediate_size"), bias=True))
    places = v.whole("init_pos_emb_height") * v.whole("init_pos_emb_width")
    return (
        Tensor("patch_embed", (width, 3, patch, patch)),
        Tensor("patch_embed_bias", (width,)),
        Tensor("position_embeddings", (places, width)),
        *_encoder(v.whole("vt_num_hidden_layers"), layer, _layer_norms(width, "norm1", "norm2")),
        *_layer_norms(width, "final_layernorm", "projector.pre_norm"),
        *linear("projector.in_proj", merged, merged, bias=True),
        *linear("projector.out_proj", merged, f.whole("hidden_size"), bias=True),
    )


TOWERS: Mapping[str, Tower] = {
    "gemma3": siglip,
    "gemma4": gemma4,
    "gemma4_unified": gemma4_unified,
    "kimi_k25": moonvit,
    "llama4": llama4,
    "mistral3": pixtral,
    "mllama": mllama,
    "qwen3_5": qwen,
    "qwen3_5_moe": qwen,
}
"""Keyed by the ``model_type`` of the whole model."""
