"""Whether a folder holds a LoRA adapter that may be loaded onto a model, said from its headers alone.

peft builds objects from what adapter_config.json names (modules to import, classes to patch), so every field is held
against a list of what is allowed before peft sees the file. Only safetensors weights are accepted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import InputError
from harness.model_folder import read_json, weight_files
from harness.safetensors_header import FLOAT_TYPES, contents, read_header

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MODULE = re.compile(r"[A-Za-z0-9_.]{1,200}")
TENSOR = re.compile(r"base_model\.model\.(?P<module>[A-Za-z0-9_.]{1,300})\.lora_(?P<side>[AB])\.weight")
MAX_RANK = 1024


class AdapterFacts(NamedTuple):
    """What an adapter's headers say."""

    rank: int
    params: int


class Field(NamedTuple):
    """What a field of adapter_config.json may hold, as a test and in words."""

    allows: Callable[[Any], bool]
    words: str


def is_int(value: Any, low: int, high: int) -> bool:
    """Whether a JSON value is a whole number between two bounds; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_number(value: Any, low: float, high: float) -> bool:
    """Whether a JSON value is a finite number between two bounds."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and low <= value <= high
    )


def is_modules(value: Any) -> bool:
    """Whether a value is a list of module names; a single string would be a pattern to search with."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(name, str) and MODULE.fullmatch(name) for name in value)
    )


def is_text(value: Any) -> bool:
    """Whether a value is absent or a short text."""
    return value is None or (isinstance(value, str) and len(value) <= 4096)


TEXT = Field(is_text, "text")
REQUIRED: Mapping[str, Field] = {
    "peft_type": Field(lambda value: value == "LORA", "LORA"),
    "r": Field(lambda value: is_int(value, 1, MAX_RANK), f"1 to {MAX_RANK}"),
    "lora_alpha": Field(lambda value: is_number(value, 1e-6, 1e6), "a number above 0"),
    "target_modules": Field(is_modules, "a list of module names"),
}
OPTIONAL: Mapping[str, Field] = {
    "task_type": Field(lambda value: value in (None, "CAUSAL_LM"), "CAUSAL_LM"),
    "bias": Field(lambda value: value in (None, "none"), "none"),
    "lora_dropout": Field(lambda value: is_number(value, 0, 1), "0 to 1"),
    "use_rslora": Field(lambda value: isinstance(value, bool), "true or false"),
    "inference_mode": Field(lambda value: isinstance(value, bool), "true or false"),
    "init_lora_weights": Field(lambda value: isinstance(value, bool) or value == "gaussian", "true, false or gaussian"),
    "base_model_name_or_path": TEXT,
    "peft_version": TEXT,
    "revision": TEXT,
}
ABSENT = frozenset(
    {
        "alora_invocation_tokens", "alpha_pattern", "arrow_config", "auto_mapping", "corda_config",
        "ensure_weight_tying", "eva_config", "exclude_modules", "fan_in_fan_out", "kasa_config", "layer_replication",
        "layers_pattern", "layers_to_transform", "lora_bias", "lora_ga_config", "loftq_config", "megatron_config",
        "modules_to_save", "monteclora_config", "rank_pattern", "runtime_config", "target_parameters",
        "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "velora_config",
    }
)  # fmt: skip
"""Fields that peft 0.21 writes and that must be null, false or empty: what they switch on is not supported here."""
INERT: Mapping[str, Field] = {
    "megatron_core": Field(lambda value: value in (None, "megatron.core"), "its default, megatron.core"),
    "qalora_group_size": Field(lambda value: is_int(value, 1, 1 << 20), "a number"),
}
"""Fields that peft writes with a default which does nothing unless another field is set, which ABSENT forbids."""


def check_adapter(folder: Path, model_dir: Path) -> AdapterFacts:
    """The facts of an adapter that fits a model. Raises InputError with one clear line."""
    config = check_config(folder)
    rank = int(config["r"])
    tensors = check_weights(folder)
    check_fit(folder, tensors, base_shapes(model_dir), rank)
    return AdapterFacts(rank, contents(folder / WEIGHTS).params)


def check_config(folder: Path) -> dict[str, Any]:
    """adapter_config.json with nothing in it but what is allowed."""
    path = folder / CONFIG
    if not path.is_file():
        raise InputError(f"{folder}: has no {CONFIG}", "give the adapter folder of a training run")
    config = read_json(path)
    unknown = sorted(set(config) - set(REQUIRED) - set(OPTIONAL) - set(INERT) - ABSENT)
    if unknown:
        raise InputError(f"{path}: field {unknown[0]!r} is not allowed", "allowed are the fields of a plain LoRA")
    used = sorted(name for name in ABSENT & set(config) if config[name] not in (None, False, [], {}))
    if used:
        raise InputError(f"{path}: {used[0]} is set", "allowed: null; only plain LoRA on linear modules is loaded")
    for name, field in {**REQUIRED, **OPTIONAL, **INERT}.items():
        check_field(path, name, config, field)
    return config


def check_field(path: Path, name: str, config: Mapping[str, Any], field: Field) -> None:
    """One field, absent where it may be, and holding what it may hold."""
    if name not in config and name not in REQUIRED:
        return
    if name not in config:
        raise InputError(f"{path}: {name} is missing", f"allowed: {field.words}")
    if not field.allows(config[name]):
        raise InputError(f"{path}: {name} is {config[name]!r}", f"allowed: {field.words}")


def check_weights(folder: Path) -> dict[str, tuple[int, ...]]:
    """The tensors' shapes by name; only LoRA matrices of float type in a whole safetensors file."""
    path = folder / WEIGHTS
    if not path.is_file():
        raise InputError(f"{folder}: has no {WEIGHTS}", "pickle weights can run code when loaded; convert them")
    strange = sorted(contents(path).dtypes - FLOAT_TYPES)
    if strange:
        raise InputError(f"{path}: holds {', '.join(strange)}", "allowed: bf16, fp16 and fp32")
    shapes = shapes_of(path)
    foreign = [name for name in shapes if not TENSOR.fullmatch(name)]
    if foreign or not shapes:
        raise InputError(f"{path}: holds {foreign[0] if foreign else 'nothing'!r}", "allowed: lora_A and lora_B only")
    return shapes


def shapes_of(path: Path) -> dict[str, tuple[int, ...]]:
    """Every tensor's shape in a safetensors file that was checked."""
    header, _ = read_header(path, path.stat().st_size)
    return {name: tuple(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def base_shapes(model_dir: Path) -> dict[str, tuple[int, ...]]:
    """Every tensor's shape in a model folder."""
    return {name: shape for path in weight_files(model_dir) for name, shape in shapes_of(path).items()}


def check_fit(
    folder: Path, tensors: Mapping[str, tuple[int, ...]], base: Mapping[str, tuple[int, ...]], rank: int
) -> None:
    """Each pair of matrices multiplies to the shape of the module that it changes."""
    sides = {
        (match["module"], match["side"]): shape for name, shape in tensors.items() if (match := TENSOR.fullmatch(name))
    }
    for module in sorted({module for module, _ in sides}):
        target = base.get(f"{module}.weight")
        if target is None:
            raise InputError(f"{folder}: changes {module}, which the model does not have", "use its own base model")
        down, up = sides.get((module, "A")), sides.get((module, "B"))
        if len(target) != 2 or down != (rank, target[1]) or up != (target[0], rank):
            raise InputError(
                f"{folder}: {module} has lora_A {down} and lora_B {up}, the model's weight is {target}, rank {rank}",
                "use the base model that the adapter was trained on",
            )
