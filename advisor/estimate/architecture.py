"""Whose dimensions: inline in the workload, else the catalog's, else a typical decoder of the size that is stated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from advisor.errors import BadInput
from advisor.estimate import spec as read
from advisor.estimate.remembered import meaning
from advisor.estimate.shape import Shape, shape_from_size

if TYPE_CHECKING:
    from catalog.records import Confidence, Gpu, Model

INLINE = ("hidden", "layers", "heads", "kv_heads", "intermediate", "vocab")


class Facts(Protocol):
    """What the estimator needs of the catalog."""

    @property
    def built_models(self) -> tuple[Model, ...]:
        """Known models with their dimensions; scores and prices are not asked for."""

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """Known GPUs."""


class Found(NamedTuple):
    """Dimensions, where they are from, and how exact: 0 exact, 1 typical for the size."""

    shape: Shape
    said: str
    typical: bool
    experts: int | None = None
    """Of a layer, where the catalog has it."""
    confidence: Confidence | None = None
    """Of the catalog's record, where the dimensions are from there."""


def find_shape(spec: Mapping[str, object], facts: Facts) -> Found | None:
    """The workload's dimensions; None when not even a size is known. Raises BadInput for impossible ones."""
    inline = _inline(spec)
    if inline is not None:
        return Found(inline, "dimensions as given", typical=False)
    name = read.text(spec, "model")
    model = find_model(name, facts.built_models) if name else None
    if model is not None and model.num_layers:
        said = f"dimensions of {model.id} from the catalog{' (recalled)' if model.recalled else ''}"
        return Found(shape_of(model), said, typical=False, experts=model.num_experts, confidence=model.confidence)
    size = _stated_size(spec, name, model)
    if size is None:
        return None
    return Found(
        shape_from_size(*size), f"only the size is known ({size[0] / 1e9:.3g} B): dimensions typical for it", True
    )


def find_model(name: str, models: tuple[Model, ...]) -> Model | None:
    """The catalog's record by id, or by the last part of the id where only one has it; case does not matter."""
    low = name.strip().lower()
    return meaning(models, low, lambda: _found(low, models))


def _found(low: str, models: tuple[Model, ...]) -> Model | None:
    exact = next((model for model in models if low in (model.id.lower(), model.name.lower())), None)
    if exact is not None:
        return exact
    wanted = _tail(low)
    tail = [model for model in models if _tail(model.id) == wanted]
    return tail[0] if len(tail) == 1 else None


def shape_of(model: Model) -> Shape:
    """Dimensions of a catalog model. Raises BadInput when the catalog does not have them."""
    if not (model.total_params and model.num_layers and model.hidden_size and model.num_heads):
        raise BadInput(
            f"the catalog has no dimensions of {model.id}", "give them inline: params_b, hidden, layers, ..."
        )
    heads = model.num_heads
    return Shape(
        params=float(model.total_params),
        active=float(model.active_params or model.total_params),
        layers=model.num_layers,
        hidden=model.hidden_size,
        heads=heads,
        kv_heads=model.num_kv_heads or heads,
        head_dim=model.head_dim or model.hidden_size // heads,
        intermediate=model.intermediate_size or round(2.75 * model.hidden_size),
        vocab=model.vocab_size or 32000,
        tied=bool(model.tied_embeddings),
    )


def _inline(spec: Mapping[str, object]) -> Shape | None:
    size = read.number(spec, "params_b")
    hidden, layers, heads, kv_heads, intermediate, vocab = (read.whole(spec, key) for key in INLINE)
    if not (size and hidden and layers and heads and vocab):
        return None
    ff = intermediate or 4 * hidden
    attention, matrix = _attention_params(hidden, heads, kv_heads or heads), float(hidden * ff)
    outside = vocab * hidden * (1.0 if read.flag(spec, "tied_embeddings") else 2.0)
    plain, gated = (layers * (attention + count * matrix) + outside for count in (2, 3))
    return Shape(
        params=size * 1e9,
        active=min(size * 1e9, _active(spec, size * 1e9, gated)),
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=min(kv_heads or heads, heads),
        head_dim=max(1, hidden // heads),
        intermediate=ff,
        vocab=vocab,
        tied=bool(read.flag(spec, "tied_embeddings")),
        gated=abs(size * 1e9 - gated) <= abs(size * 1e9 - plain),
    )


def _attention_params(hidden: int, heads: int, kv_heads: int) -> float:
    """Query and output projections at full width, key and value at theirs."""
    return 2.0 * hidden * hidden + 2.0 * hidden * (hidden * kv_heads // heads)


def _active(spec: Mapping[str, object], params: float, dense: float) -> float:
    """Active parameters: as the name says, else by the dimensions when the count is far above what a dense model has.

    A mixture of experts routes each token to two of its experts (Jiang et al. 2024): twice the feed-forward.
    """
    named = _sizes_in(read.text(spec, "model") or "")[1]
    if named is not None:
        return named
    return min(params, 1.75 * dense) if params > 1.6 * dense else params


def _stated_size(
    spec: Mapping[str, object], name: str | None, model: Model | None
) -> tuple[float, float | None] | None:
    if model is not None and model.total_params:
        return float(model.total_params), float(model.active_params) if model.active_params else None
    size = read.number(spec, "params_b")
    named, active = _sizes_in(name or "")
    params = size * 1e9 if size else named
    return None if params is None else (params, active)


def _sizes_in(name: str) -> tuple[float | None, float | None]:
    """Total and active parameters that a model's name states, such as 30B-A3B; 8x7B counts as eight experts."""
    low = name.lower()
    active = re.search(r"\ba(\d+(?:\.\d+)?)b\b", low)
    total = re.search(r"(?<![a-z\d.])(\d+(?:\.\d+)?)\s?([bm])\b", low)
    scale = 1e9 if total and total[2] == "b" else 1e6
    return (float(total[1]) * scale if total else None), (float(active[1]) * 1e9 if active else None)


def _tail(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower().rsplit("/", maxsplit=1)[-1])
