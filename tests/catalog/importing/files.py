"""Model files of a few kilobytes, written by hand so that a test decides every byte."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.errors import CatalogError

LLAMA: Mapping[str, Any] = {
    "model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 120, "tie_word_embeddings": True, "max_position_embeddings": 512,
}  # fmt: skip
"""A Llama of 69,440 parameters: 120 x 64 + 2 x (12,288 + 18,432 + 128) + 64."""
BYTES = {"BF16": 2, "F32": 4, "I32": 4, "U8": 1, "I64": 8, "F8_E4M3": 1}
Shapes = Mapping[str, tuple[str, Sequence[int]]]


def refusal(read: Callable[[], object]) -> str:
    """What reading is refused with, empty where it is not; every other error is a bug and goes through."""
    try:
        read()
    except CatalogError as error:
        return error.message
    return ""


def llama_shapes(dtype: str = "BF16", layers: int = 2) -> dict[str, tuple[str, Sequence[int]]]:
    """The tensors of ``LLAMA``."""
    layer = {
        "self_attn.q_proj": (64, 64), "self_attn.k_proj": (32, 64), "self_attn.v_proj": (32, 64),
        "self_attn.o_proj": (64, 64), "mlp.gate_proj": (96, 64), "mlp.up_proj": (96, 64), "mlp.down_proj": (64, 96),
        "input_layernorm": (64,), "post_attention_layernorm": (64,),
    }  # fmt: skip
    blocks = {f"model.layers.{n}.{name}.weight": (dtype, shape) for n in range(layers) for name, shape in layer.items()}
    return {"model.embed_tokens.weight": (dtype, (120, 64)), **blocks, "model.norm.weight": (dtype, (64,))}


def header_of(shapes: Shapes) -> dict[str, Any]:
    """The JSON header of tensors that lie one behind the other."""
    header, at = {}, 0
    for name, (dtype, shape) in shapes.items():
        end = at + math.prod(shape) * BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return header


def safetensors(header: object, *, data: int = 0, length: int | None = None) -> bytes:
    """A safetensors file with so many zero bytes of weights; ``length`` is what it claims of its header."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(data)


def write_weights(path: Path, shapes: Shapes) -> Path:
    """A whole safetensors file, its weights a hole."""
    header = header_of(shapes)
    data = max((entry["data_offsets"][1] for entry in header.values()), default=0)
    path.write_bytes(safetensors(header, data=data))
    return path


def write_folder(folder: Path, config: Mapping[str, Any] = LLAMA, shapes: Shapes | None = None) -> Path:
    """config.json and model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    write_weights(folder / "model.safetensors", llama_shapes() if shapes is None else shapes)
    return folder


def text(value: str) -> bytes:
    """A text of GGUF."""
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key: str, value: object) -> bytes:
    """A key and a value of GGUF: whole number, text, truth, or list of one of them."""
    return text(key) + kind(value) + body(value)


def kind(value: object) -> bytes:
    number = {bool: 7, int: 4, str: 8, list: 9, float: 6}[type(value)]
    return struct.pack("<I", number)


def body(value: object) -> bytes:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return kind(value[0]) + struct.pack("<Q", len(value)) + b"".join(map(body, value))
    return struct.pack({bool: "<?", int: "<I", float: "<f"}[type(value)], value)


def tensor(name: str, sides: Sequence[int], *, dtype: int = 0, offset: int = 0) -> bytes:
    """The description of a GGUF tensor; GGUF gives the shortest stride first."""
    return text(name) + struct.pack("<I", len(sides)) + struct.pack(f"<{len(sides)}QIQ", *sides, dtype, offset)


def gguf(
    pairs: Sequence[bytes], tensors: Sequence[bytes] = (), *, data: int = 0, version: int = 3,
    tensor_count: int | None = None, pair_count: int | None = None,
) -> bytes:  # fmt: skip
    """A GGUF file with so many zero bytes of weights."""
    counts = struct.pack(
        "<QQ", len(tensors) if tensor_count is None else tensor_count, len(pairs) if pair_count is None else pair_count
    )
    head = b"GGUF" + struct.pack("<I", version) + counts + b"".join((*pairs, *tensors))
    return head + bytes(-len(head) % 32) + bytes(data)


GGUF_NAMES = {
    "embed_tokens": "token_embd", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm", "norm": "output_norm",
}  # fmt: skip


def llama_gguf(*extra: bytes, keep: int | None = None) -> bytes:
    """The same model as ``LLAMA``, in F32."""
    tensors, at = [], 0
    for name, (_, shape) in llama_shapes().items():
        stem = name.removeprefix("model.").removesuffix(".weight")
        if stem.startswith("layers."):
            _, number, part = stem.split(".", 2)
            label = f"blk.{number}.{GGUF_NAMES[part]}.weight"
        else:
            label = f"{GGUF_NAMES[stem]}.weight"
        tensors.append(tensor(label, tuple(reversed(shape)), offset=at))
        at += math.prod(shape) * 4
    pairs = [
        pair("general.architecture", "llama"), pair("general.size_label", "69K"), pair("llama.block_count", 2),
        pair("llama.context_length", 512), pair("llama.embedding_length", 64), pair("llama.feed_forward_length", 96),
        pair("llama.attention.head_count", 4), pair("llama.attention.head_count_kv", 2),
        pair("tokenizer.ggml.tokens", [f"t{n}" for n in range(120)]), *extra,
    ]  # fmt: skip
    return gguf(pairs, tensors[:keep], data=at)


DEEPSEEK: Mapping[str, Any] = {
    "model_type": "deepseek_v3", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 4, "vocab_size": 120, "tie_word_embeddings": False,
    "q_lora_rank": 48, "kv_lora_rank": 32, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16,
    "n_routed_experts": 4, "n_shared_experts": 1, "num_experts_per_tok": 2, "moe_intermediate_size": 24,
    "first_k_dense_replace": 1, "num_nextn_predict_layers": 1, "max_position_embeddings": 512,
    "quantization_config": {"quant_method": "fp8"},
}  # fmt: skip
"""A small DeepSeek-V3."""


def deepseek_shapes() -> dict[str, tuple[str, Sequence[int]]]:
    """Its tensors by the names and types of the published checkpoint: FP8 with scales, and a prediction layer at the end."""
    attention = {
        "self_attn.q_a_proj": (48, 64), "self_attn.q_b_proj": (4 * 24, 48), "self_attn.kv_a_proj_with_mqa": (40, 64),
        "self_attn.kv_b_proj": (4 * 32, 32), "self_attn.o_proj": (64, 4 * 16),
    }  # fmt: skip
    norms = {
        "input_layernorm": 64,
        "post_attention_layernorm": 64,
        "self_attn.q_a_layernorm": 48,
        "self_attn.kv_a_layernorm": 32,
    }
    experts = {f"mlp.{name}.{part}": shape for name in ("shared_experts", *(f"experts.{n}" for n in range(4)))
               for part, shape in (("gate_proj", (24, 64)), ("up_proj", (24, 64)), ("down_proj", (64, 24)))}  # fmt: skip
    dense = {"mlp.gate_proj": (96, 64), "mlp.up_proj": (96, 64), "mlp.down_proj": (64, 96)}
    found: dict[str, tuple[str, Sequence[int]]] = {
        "model.embed_tokens.weight": ("BF16", (120, 64)), "lm_head.weight": ("BF16", (120, 64)),
        "model.norm.weight": ("BF16", (64,)), "model.layers.2.eh_proj.weight": ("BF16", (64, 128)),
        **{f"model.layers.2.{name}.weight": ("BF16", (64,)) for name in ("enorm", "hnorm", "shared_head.norm")},
        **{f"model.layers.2.{name}.weight": ("BF16", (120, 64)) for name in ("embed_tokens", "shared_head.head")},
    }  # fmt: skip
    for layer in range(3):
        for name, shape in {**attention, **(experts if layer else dense)}.items():
            found[f"model.layers.{layer}.{name}.weight"] = ("F8_E4M3", shape)
            found[f"model.layers.{layer}.{name}.weight_scale_inv"] = ("F32", (1, 1))
        found |= {f"model.layers.{layer}.{name}.weight": ("BF16", (width,)) for name, width in norms.items()}
        if layer:
            found[f"model.layers.{layer}.mlp.gate.weight"] = ("BF16", (4, 64))
            found[f"model.layers.{layer}.mlp.gate.e_score_correction_bias"] = ("F32", (4,))
    return found
