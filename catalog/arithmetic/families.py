"""From ``model_type`` to the builder of its structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from catalog.arithmetic import prediction
from catalog.arithmetic.config import Fields, UnknownField
from catalog.arithmetic.gemma import gemma3n, gemma4, unread_keys
from catalog.arithmetic.hybrid import falcon_h1, granite_hybrid, kimi_linear, lfm2, nemotron_h, qwen_hybrid
from catalog.arithmetic.regular import REGULAR, falcon, llama4, mllama, regular
from catalog.arithmetic.sparse import deepseek, deepseek_layer, deepseek_v4, v4_layer
from catalog.arithmetic.tensors import Structure, Tensor
from catalog.arithmetic.towers import TOWERS

Builder = Callable[[Fields], Structure]

TEXT: Mapping[str, Builder] = {
    **{family: partial(regular, family=family) for family in REGULAR},
    "deepseek_v2": partial(deepseek, corrected=False),
    "deepseek_v3": deepseek,
    "deepseek_v32": partial(deepseek, indexed=True),
    "deepseek_v4": deepseek_v4,
    "falcon": falcon,
    "falcon_h1": falcon_h1,
    "gemma3n_text": gemma3n,
    "gemma4_text": gemma4,
    "glm4_moe_lite": deepseek,
    "glm_moe_dsa": partial(deepseek, indexed=True),
    "granitemoehybrid": granite_hybrid,
    "kimi_k2": deepseek,
    "kimi_linear": kimi_linear,
    "lfm2": lfm2,
    "llama4_text": llama4,
    "mistral4": partial(deepseek, corrected=False),
    "mllama_text_model": mllama,
    "nemotron_h": nemotron_h,
    "qwen3_5_moe_text": partial(qwen_hybrid, fused=False),
    "qwen3_5_text": partial(qwen_hybrid, fused=False),
    "qwen3_next": partial(qwen_hybrid, fused=True),
}
"""Language models, by their ``model_type``."""

INNER: Mapping[str, str] = {
    "gemma3": "gemma3_text",
    "gemma3n": "gemma3n_text",
    "gemma4": "gemma4_text",
    "gemma4_unified": "gemma4_text",
    "kimi_k25": "deepseek_v3",
    "llama4": "llama4_text",
    "mistral3": "mistral",
    "mllama": "mllama_text_model",
    "qwen3_5": "qwen3_5_text",
    "qwen3_5_moe": "qwen3_5_moe_text",
}
"""Multimodal models, and the language model inside where ``text_model_type`` does not say."""

LAYERS_LIMIT = 10_000
"""The deepest published model has some hundred."""
CONTRADICTIONS = (IndexError, KeyError, TypeError, ValueError, ZeroDivisionError)
"""What a list that is too short, a letter that means nothing or a width of 0 ends in."""

LAST_LAYER = ("deepseek_v3", "deepseek_v32", "glm4_moe", "glm4_moe_lite", "glm_moe_dsa", "kimi_k2")
"""Families whose prediction layer is one more layer of the last kind."""
INDEXED = ("deepseek_v32", "glm_moe_dsa")
"""Of these, it always has an indexer of its own."""
OWN_TABLES = ("deepseek_v3", "deepseek_v32", "glm4_moe", "glm4_moe_lite")
"""Families whose prediction layer stores copies of the embedding and the head."""


def covered(model_type: str, fields: Fields) -> str | None:
    """The builder's name for a model, or None where its family is not covered."""
    inner = fields.text("text_model_type", default=INNER.get(model_type, model_type))
    return inner if inner in TEXT else None


def structure(model_type: str, fields: Fields) -> Structure:
    """All tensors of a model.

    Raises UnknownField for a field that is missing, LookupError for a family that is not covered or for fields that
    contradict each other.
    """
    family = covered(model_type, fields)
    if family is None:
        raise LookupError(f"the architecture {model_type} is not covered")
    if fields.whole("num_hidden_layers", default=0) > LAYERS_LIMIT:
        raise LookupError(f"num_hidden_layers is above {LAYERS_LIMIT}")
    try:
        built = TEXT[family](fields)
        return replace(built, towers=_towers(model_type, fields), spare=_spare(family, fields, built))
    except CONTRADICTIONS as error:
        raise LookupError("the fields of its configuration contradict each other") from error


def _towers(model_type: str, fields: Fields) -> tuple[Tensor, ...] | None:
    """None where there is an encoder whose size is not known."""
    if model_type not in INNER:
        return ()
    inner = fields.under("vision_config")
    if model_type not in TOWERS or inner is None:
        return None
    try:
        return TOWERS[model_type](fields, inner)
    except UnknownField:
        return None


def _spare(family: str, fields: Fields, built: Structure) -> tuple[Tensor, ...]:
    """What is stored and not needed to run the model."""
    if family.startswith("qwen3_"):
        return prediction.qwen(fields) if family != "qwen3_moe" else ()
    if family == "nemotron_h":
        return prediction.nemotron(fields)
    if family in ("gemma3n_text", "gemma4_text"):
        return unread_keys(fields)
    if family == "deepseek_v4":
        return prediction.deepseek_v4(fields, v4_layer(fields, 0, hashed=False))
    if family in LAST_LAYER:
        last = (
            deepseek_layer(fields, dense=False, corrected=True, indexed=True) if family in INDEXED else built.layers[-1]
        )
        return prediction.joined(
            fields, last, tables=fields.flag("mtp_use_dedicated_embeddings", default=family in OWN_TABLES)
        )
    return ()


def used(model_type: str, fields: Fields) -> frozenset[str]:
    """Names of the fields that a model's structure rests on. Raises as ``structure`` does."""
    structure(model_type, fields)
    return fields.seen
