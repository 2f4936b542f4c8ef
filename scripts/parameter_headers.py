"""Write the tensor names and shapes of published models, as transformers builds them, for the tests of the arithmetic.

    python scripts/parameter_headers.py tests/catalog/headers

Needs the ``train`` extra. Models are built on the meta device from the catalog's configurations: no weights are read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from catalog.arithmetic.config import Value, parse
from catalog.arithmetic.families import INNER
from catalog.arithmetic.of_model import NAMES
from catalog.load import load
from catalog.records import Model

MODELS = (
    "meta-llama/Llama-3.1-8B-Instruct",
    "meta-llama/Llama-3.2-11B-Vision-Instruct",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
    "mistralai/Mistral-Small-4-119B-2603",
    "mistralai/Mixtral-8x7B-Instruct-v0.1",
    "Qwen/Qwen2.5-0.5B-Instruct",
    "Qwen/Qwen3-0.6B",
    "Qwen/Qwen3-30B-A3B-Instruct-2507",
    "Qwen/Qwen3-Next-80B-A3B-Instruct",
    "Qwen/Qwen3.5-4B",
    "Qwen/Qwen3.5-35B-A3B",
    "Qwen/Qwen3.6-27B",
    "google/gemma-2b-it",
    "google/gemma-2-2b-it",
    "google/gemma-3-4b-it",
    "google/gemma-4-E2B-it",
    "google/gemma-4-12B-it",
    "google/gemma-4-26B-A4B-it",
    "microsoft/phi-2",
    "microsoft/Phi-3.5-mini-instruct",
    "microsoft/Phi-3.5-MoE-instruct",
    "deepseek-ai/DeepSeek-V2-Lite-Chat",
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-V3.2",
    "deepseek-ai/DeepSeek-V4-Flash",
    "CohereLabs/c4ai-command-r-plus-08-2024",
    "allenai/OLMo-2-0425-1B-Instruct",
    "allenai/OLMoE-1B-7B-0125-Instruct",
    "ibm-granite/granite-4.0-h-tiny",
    "tiiuae/falcon-40b-instruct",
    "tiiuae/Falcon-H1-7B-Instruct",
    "openai/gpt-oss-20b",
    "zai-org/GLM-4-9B-0414",
    "zai-org/GLM-4.5-Air",
    "zai-org/GLM-4.7-Flash",
    "zai-org/GLM-5.3",
    "moonshotai/Kimi-K2-Instruct",
    "moonshotai/Kimi-K2.6",
    "moonshotai/Kimi-Linear-48B-A3B-Instruct",
    "MiniMaxAI/MiniMax-M2",
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
    "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16",
    "swiss-ai/Apertus-8B-Instruct-2509",
    "LiquidAI/LFM2.5-1.2B-Instruct",
    "LGAI-EXAONE/EXAONE-4.0-32B",
    "bigcode/starcoder2-15b",
)
"""One or more of every way to build a model: dense, grouped, multi-query, experts, latent, recurrent, with images."""

LAYER = re.compile(r"^(?:model\.|language_model\.|transformer\.)*(?:layers|h)\.(\d+)\.(.+)$")
NUMBERED = re.compile(r"^(.+?)\.(\d+)\.(.+)$")
EXPERTS = {
    "num_local_experts": ("mixtral", "phimoe", "gpt_oss", "minimax_m2", "granitemoehybrid", "llama4"),
    "num_experts": ("qwen", "olmoe", "kimi_linear", "gemma4"),
}
"""What transformers calls the number of experts; ``n_routed_experts`` elsewhere."""
SAME_CODE = {"kimi_k2": "deepseek_v3"}
"""Published with code of its own that builds what another family's code builds."""
RENAMED = {"num_key_value_heads": "num_kv_heads", "intermediate_size": "ffn_hidden_size"}
"""Falcon's own names."""


def main(folder: Path) -> None:
    """One file for each model."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        header = header_of(load().model(name))
        path = folder / f"{name.rpartition('/')[2]}.json"
        lines = ",\n".join(json.dumps(line) for line in header)
        path.write_text(
            f'{{"model": "{name}", "transformers": "{transformers.__version__}", "tensors": [\n{lines}\n]}}\n'
        )
        print(path, len(header))


def header_of(model: Model) -> list[tuple[str, list[int], str]]:
    """Name, shape, and numbers of the layers that have it (``0-3,8``; empty for what is in no layer).

    Names of the language model's layers start with ``layers.*``, those of an encoder keep what is before.
    """
    found: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for name, shape in stored(configuration(model)):
        text, other = LAYER.match(name), NUMBERED.match(name)
        if text or other:
            number = int(text[1] if text else other[2])  # type: ignore[index]  # one of them is there
            starred = f"layers.*.{text[2]}" if text else f"{other[1]}.*.{other[3]}"  # type: ignore[index]  # as above
            found.setdefault((starred, shape), []).append(number)
        else:
            found.setdefault((name, shape), [])
    return [(name, list(shape), runs(layers)) for (name, shape), layers in found.items()]


def runs(numbers: list[int]) -> str:
    """``0-3,8`` for 0, 1, 2, 3 and 8."""
    groups = (list(group) for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]))
    spans = ((group[0][1], group[-1][1]) for group in groups)
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def configuration(model: Model) -> dict[str, Any]:
    """What its config.json says, as far as the catalog has it."""
    kind = model.model_type or ""
    common: dict[str, Value] = {theirs: getattr(model, ours) for ours, theirs in NAMES.items()}
    fields = {name: value for name, value in common.items() if value is not None}
    fields |= {name: parse(text) for name, text in model.config.items()}
    inner = str(fields.pop("text_model_type", INNER.get(kind, "")))
    if "kv_lora_rank" in fields:
        fields.pop("head_dim", None)  # no such width with latent attention; transformers takes it for another
    if kind == "falcon":
        fields = {RENAMED.get(name, name): value for name, value in fields.items() if name != "head_dim"}
    count = fields.pop("num_experts", None)
    fields |= {expert_field(inner or kind): count} if count else {}
    nested = nest({name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()})
    if kind not in INNER:
        return {"model_type": SAME_CODE.get(kind, kind), **nested}
    parts = {name: value for name, value in nested.items() if name.endswith("_config") and name != "linear_attn_config"}
    text = {name: value for name, value in nested.items() if name not in parts}
    tied = {"tie_word_embeddings": text["tie_word_embeddings"]} if "tie_word_embeddings" in text else {}
    return {"model_type": kind, "text_config": {"model_type": inner, **text}, **parts, **tied}


def expert_field(kind: str) -> str:
    """What the family calls the number of experts."""
    return next((name for name, kinds in EXPERTS.items() if kind.startswith(kinds)), "n_routed_experts")


def nest(fields: Mapping[str, Any]) -> dict[str, Any]:
    """``part.field`` back into parts."""
    out: dict[str, Any] = {}
    for name, value in fields.items():
        part, dot, rest = name.partition(".")
        if dot:
            out.setdefault(part, {})[rest] = value
        else:
            out[name] = value
    return out


def stored(config: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes of what such a model stores; a tied head and single constants are not stored as parameters."""
    seen: set[int] = set()
    for name, tensor in build(config).state_dict(keep_vars=True).items():
        if id(tensor) not in seen and tensor.dim():
            seen.add(id(tensor))
            yield name, tuple(tensor.shape)


def build(config: Mapping[str, Any]) -> torch.nn.Module:
    """The model on the meta device."""
    of = CONFIG_MAPPING[config["model_type"]].from_dict(dict(config))
    for kind in (transformers.AutoModelForImageTextToText, transformers.AutoModelForCausalLM):
        if type(of) in kind._model_mapping:
            with torch.device("meta"):
                return kind.from_config(of)
    raise LookupError(config["model_type"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
