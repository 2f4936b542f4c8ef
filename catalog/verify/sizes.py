"""Models: counts in their units, dimensions that fit each other, and windows that extend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from catalog.arithmetic import Sizes, parse, sizes
from catalog.arithmetic.of_model import NAMES
from catalog.load import Catalog
from catalog.records import Model
from catalog.verify.limits import CONTEXT_TOKENS, HEADLINE_PERCENT, PARAMETERS
from catalog.verify.problem import Problem, Severity, outside

BILLIONS = re.compile(r"(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])", re.IGNORECASE)
"""``8B`` in a name, but neither ``A3B`` (active) nor ``8x7B`` (a mixture) nor ``E2B`` (effective) nor the revision ``17b1795f``."""
OWN = ("overlay", "imported")
COUNT_TO_NAME = (0.5, 2.0)
"""A "1B" has up to 1.7 billion parameters, embeddings included (Falcon3-1B)."""


def parameter_counts(catalog: Catalog, _: date) -> Iterator[Problem]:
    """What is marked exact is exact, a part is never more than the whole, and cache and active part are computed."""
    for model in catalog.models:
        yield from _units(model)
        if model.active_params and model.total_params and model.active_params > model.total_params:
            yield Problem("error", model.id, "more active parameters than parameters")
        yield from _computed(model)
        yield from _name(model)


def _units(model: Model) -> Iterator[Problem]:
    """Counts that look like millions; one of one's own that its dimensions give to the unit is in units, however small."""
    if not (model.origin in OWN and model.param_check == "exact"):
        yield from outside(model.id, "total_params", model.total_params, PARAMETERS, "parameters")
        yield from outside(model.id, "active_params", model.active_params, PARAMETERS, "parameters")


def _computed(model: Model) -> Iterator[Problem]:
    """What is stated beside what follows from the configuration; of a user's own facts a difference is a doubt."""
    if model.kind != "open":
        return
    try:
        of = sizes(model)
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        yield Problem("error", model.id, f"its fields do not fit together ({str(error)[:80]})")
        return
    severity: Severity = "warning" if model.origin in OWN else "error"
    if model.param_check == "exact":
        yield from _exact(model, of.checkpoint_params if model.params_counted == "stored" else of.total_params)
    for field, computed in (("kv_bytes_per_token", of.kv_bytes_per_token), ("active_params", _active(model, of))):
        stated = getattr(model, field)
        if computed is not None and stated is not None and stated != computed:
            yield Problem(severity, model.id, f"{field} {stated}, its configuration gives {computed}")


def _exact(model: Model, computed: int | None) -> Iterator[Problem]:
    if computed != model.total_params:
        given = "nothing" if computed is None else computed
        yield Problem("error", model.id, f"its dimensions give {given}, it states {model.total_params}")


def _active(model: Model, of: Sizes) -> int | None:
    """No more than the published total, which may be rounded down."""
    if of.active_params is None or model.total_params is None:
        return of.active_params
    return min(of.active_params, model.total_params)


def _name(model: Model) -> Iterator[Problem]:
    """The count that a name promises, for models without experts."""
    promised = BILLIONS.findall(model.name)
    if not promised or not model.total_params or model.num_experts:
        return
    low, high = COUNT_TO_NAME
    billions = max(map(float, promised))
    if not low <= model.total_params / (billions * 1e9) <= high:
        severity: Severity = "warning" if model.origin in OWN else "error"
        yield Problem(severity, model.id, f"named {billions:g}B, it states {model.total_params} parameters")


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
    for ours, theirs in NAMES.items():
        stated, configured = getattr(model, ours), model.config.get(theirs)
        if stated is not None and configured is not None and parse(configured) not in (stated, None):
            yield f"{ours} {stated}, its configuration has {theirs}={configured}"
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
