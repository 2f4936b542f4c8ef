"""Whether a folder holds a model that we can train, said before anything heavy is loaded.

Only configuration files and safetensors headers are read. Weights as pickle and models that bring their own code are
refused: both run whatever their author wrote (CVE-2025-32434, CVE-2025-66448).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.protocol import ModelFacts
from harness.safetensors_header import FLOAT_TYPES, contents

PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})
PLAIN_WORD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
GENERATIVE = ("ForCausalLM", "ForConditionalGeneration")
MAX_CONFIG_BYTES = 10_000_000
MAX_TEMPLATE_CHARACTERS = 200_000


def check_folder(folder: Path) -> ModelFacts:
    """The facts of a model folder; light. Raises InputError with one clear line for each thing that forbids its use."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: is not a folder", "give a folder with config.json, safetensors weights and a tokenizer"
        )
    config = check_config(folder)
    weights = weight_files(folder)
    check_tokenizer(folder)
    counted = [contents(path) for path in weights]
    strange = sorted(frozenset().union(*(part.dtypes for part in counted)) - FLOAT_TYPES)
    if strange:
        raise InputError(
            f"{folder}: its weights are quantised ({', '.join(strange)})", "give a model in bf16, fp16 or fp32"
        )
    return facts(
        folder,
        config,
        params=sum(part.params for part in counted),
        weight_bytes=sum(part.weight_bytes for part in counted),
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a configuration file. Raises InputError with line and column."""
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise InputError(f"{path}: is larger than {MAX_CONFIG_BYTES} bytes", "this is not a configuration file")
    try:
        value = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}:{error.lineno}: not JSON (column {error.colno}: {error.msg})", "copy it again"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}", "copy it again") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: is not a JSON object", "copy it again")
    return value


def check_config(folder: Path) -> dict[str, Any]:
    """config.json, if it is one of a text-generating model that needs no code of its own."""
    path = folder / "config.json"
    if not path.is_file():
        adapter = (folder / "adapter_config.json").is_file()
        raise InputError(
            f"{folder}: {'holds an adapter, not a model' if adapter else 'has no config.json, so it is not a model folder'}",
            "give a folder with config.json, safetensors weights and a tokenizer",
        )
    config = read_json(path)
    refuse_remote_code(path, config)
    if "quantization_config" in config:
        raise InputError(f"{path}: the model is quantised", "give a model in bf16, fp16 or fp32")
    for name in ("model_type", "architectures"):
        check_words(path, name, config.get(name))
    if not str(config["architectures"][0]).endswith(GENERATIVE):
        raise InputError(
            f"{path}: {config['architectures'][0]} does not generate text", f"allowed: …{' and …'.join(GENERATIVE)}"
        )
    return config


def refuse_remote_code(path: Path, config: dict[str, Any]) -> None:
    """auto_map names Python files that loading would run."""
    if config.get("auto_map"):
        raise InputError(
            f"{path}: the model needs code of its own (auto_map)", "use a model that transformers itself knows"
        )


def check_words(path: Path, name: str, value: Any) -> None:
    """A name that libraries turn into module or class names must be a plain word."""
    words = value if isinstance(value, list) and value else [value]
    if not all(isinstance(word, str) and PLAIN_WORD.fullmatch(word) for word in words):
        raise InputError(f"{path}: {name} is {value!r}", "allowed: letters, digits, '.', '_' and '-'")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that would be loaded: the ones an index names, or the single one."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        return indexed_files(folder, index)
    single = folder / "model.safetensors"
    if single.is_file():
        return [single]
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        raise InputError(
            f"{folder}: its weights are pickle files ({', '.join(pickles[:3])}), which can run code when loaded",
            "convert them to safetensors where you trust them",
        )
    raise InputError(f"{folder}: has no model.safetensors", "give a folder with safetensors weights")


def indexed_files(folder: Path, index: Path) -> list[Path]:
    """The shards that an index names, all present and all inside the folder."""
    mapping = read_json(index).get("weight_map")
    names = sorted({str(name) for name in mapping.values()}) if isinstance(mapping, dict) else []
    if not names or any(Path(name).name != name or not name.endswith(".safetensors") for name in names):
        raise InputError(f"{index}: does not name safetensors files of this folder", "copy or download it again")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder}: {len(missing)} of {len(names)} weight files are missing, {missing[0]} first", "copy it again"
        )
    return [folder / name for name in names]


def check_tokenizer(folder: Path) -> None:
    """A tokenizer that needs no code of its own and a chat template of sane size."""
    if not (folder / "tokenizer.json").is_file() and not (folder / "tokenizer.model").is_file():
        raise InputError(
            f"{folder}: has no tokenizer (tokenizer.json)", "copy the tokenizer's files beside the weights"
        )
    path = folder / "tokenizer_config.json"
    config = read_json(path) if path.is_file() else {}
    refuse_remote_code(path, config)
    template = chat_template(folder, config)
    if template is None:
        raise InputError(
            f"{folder}: has no chat template", "use an instruction-tuned model, or add chat_template.jinja"
        )
    if len(template) > MAX_TEMPLATE_CHARACTERS:
        raise InputError(
            f"{folder}: its chat template has {len(template)} characters", f"at most {MAX_TEMPLATE_CHARACTERS}"
        )


def chat_template(folder: Path, tokenizer_config: dict[str, Any]) -> str | None:
    """The template's text, from its own file or the tokenizer's configuration."""
    own = folder / "chat_template.jinja"
    if own.is_file():
        return own.read_text(encoding="utf-8", errors="replace")
    template = tokenizer_config.get("chat_template")
    if isinstance(template, list):
        named = {entry.get("name"): entry.get("template") for entry in template if isinstance(entry, dict)}
        template = named.get("default")
    return template if isinstance(template, str) and template else None


def facts(folder: Path, config: dict[str, Any], *, params: int, weight_bytes: int) -> ModelFacts:
    """The architecture's numbers; a multimodal model's are those of its text part."""
    text = config.get("text_config") or config
    try:
        heads, hidden = int(text["num_attention_heads"]), int(text["hidden_size"])
        return ModelFacts(
            architecture=str(config["architectures"][0]),
            total_params=params,
            num_layers=int(text["num_hidden_layers"]),
            hidden_size=hidden,
            num_heads=heads,
            num_kv_heads=int(text.get("num_key_value_heads") or heads),
            head_dim=int(text.get("head_dim") or hidden // heads),
            intermediate_size=int(text.get("intermediate_size") or 4 * hidden),
            vocab_size=int(text["vocab_size"]),
            tied_embeddings=bool(config.get("tie_word_embeddings", text.get("tie_word_embeddings", False))),
            weight_bytes=weight_bytes,
            context_length=text.get("max_position_embeddings"),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(
            f"{folder / 'config.json'}: the field {error} is missing or not a number", "copy it again"
        ) from error
