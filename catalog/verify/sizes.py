"""Models: counts in their units, dimensions that fit each other, and windows that extend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from catalog.arithmetic import dims, parameters
from catalog.load import Catalog
from catalog.records import Model
from catalog.verify.limits import CONTEXT_TOKENS, HEADLINE_PERCENT, PARAMETERS
from catalog.verify.problem import Problem, outside

BILLIONS = re.compile(r"(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z])", re.IGNORECASE)
"""``8B`` in a name, but neither ``A3B`` (active) nor ``8x7B`` (a mixture) nor ``E2B`` (effective)."""
COUNT_TO_NAME = (0.5, 2.0)
"""A "1B" has up to 1.7 billion parameters, embeddings included (Falcon3-1B)."""


def parameter_counts(catalog: Catalog, _: date) -> Iterator[Problem]:
    """What is marked exact is exact, and a part is never more than the whole."""
    for model in catalog.models:
        yield from outside(model.id, "total_params", model.total_params, PARAMETERS, "parameters")
        yield from outside(model.id, "active_params", model.active_params, PARAMETERS, "parameters")
        if model.active_params and model.total_params and model.active_params > model.total_params:
            yield Problem("error", model.id, "more active parameters than parameters")
        yield from _exact(model)
        yield from _name(model)


def _exact(model: Model) -> Iterator[Problem]:
    if model.param_check != "exact":
        return
    sized = dims(model)
    computed = parameters(sized).total if sized else None
    if computed != model.total_params:
        given = "nothing" if computed is None else computed
        yield Problem("error", model.id, f"its dimensions give {given}, it states {model.total_params}")


def _name(model: Model) -> Iterator[Problem]:
    """The count that a name promises, for models without experts."""
    promised = BILLIONS.findall(model.name)
    if not promised or not model.total_params or model.num_experts:
        return
    low, high = COUNT_TO_NAME
    billions = max(map(float, promised))
    if not low <= model.total_params / (billions * 1e9) <= high:
        yield Problem("error", model.id, f"named {billions:g}B, it states {model.total_params} parameters")


def dimensions(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Heads, experts and layers fit each other."""
    for model in catalog.models:
        for fault in _misfits(model):
            yield Problem("error", model.id, fault)


def _misfits(model: Model) -> Iterator[str]:
    if model.num_heads and model.num_kv_heads and model.num_heads % model.num_kv_heads:
        yield f"{model.num_heads} heads cannot share {model.num_kv_heads} heads of the cache evenly"
    if model.num_experts and (model.experts_per_token or 0) > model.num_experts:
        yield f"{model.experts_per_token} of {model.num_experts} experts for each token"
    full, other = model.full_attention_layers, model.sliding_or_linear_layers
    if full is not None and other is not None and full + other != model.num_layers:
        yield f"{full} full and {other} other layers are not {model.num_layers}"
    if (model.dense_layers or 0) > (model.num_layers or 0):
        yield f"{model.dense_layers} dense layers of {model.num_layers}"
    if model.kind == "api" and model.num_layers:
        yield "dimensions of a model whose weights are not public"


def contexts(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Windows are in tokens, an extension extends and says how, and an answer fits its window."""
    for model in catalog.models:
        native, extended, answer = model.native_context_tokens, model.extended_context_tokens, model.max_output_tokens
        for field, value in (("native", native), ("extended", extended), ("output", answer)):
            yield from outside(model.id, f"{field} window", value, CONTEXT_TOKENS, "tokens")
        if extended and (not native or extended <= native or not model.extended_context_note):
            yield Problem("error", model.id, "extended context is not above the native one, or does not say how")
        if native and answer and answer > max(native, extended or 0):
            yield Problem(
                "warning", model.id, f"answers of {answer} tokens in a window of {max(native, extended or 0)}"
            )


def scores(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Scores that stand in a model are in percent."""
    for score in catalog.scores:
        if score.headline:
            yield from outside(score.id, score.headline, score.score, HEADLINE_PERCENT, "percent")
