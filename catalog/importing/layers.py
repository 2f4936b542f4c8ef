"""How far each layer looks back, counted and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from catalog.importing.fields import Values

EVERY: Mapping[str, int] = {
    "gemma2": 2, "gpt_oss": 2, "gemma3_text": 6, "cohere2": 4, "olmo3": 4, "exaone4": 4, "llama4_text": 4,
    "qwen3_next": 4, "qwen3_5_text": 4, "qwen3_5_moe_text": 4,
}  # fmt: skip
"""One full layer in so many where config.json does not say (transformers 5.19, ``configuration_<model_type>.py``)."""
FULL = frozenset({"full_attention", "attention", "full", "global", "global_attention", "hybrid"})
NARROW = {"sliding_attention": "sliding", "sliding": "sliding", "local": "sliding", "chunked_attention": "chunked"}
RECURRENT = {
    "linear_attention": "gated-deltanet", "recurrent": "recurrent", "mamba": "mamba2", "mamba2": "mamba2",
    "conv": "short-conv", "ssm": "mamba2",
}  # fmt: skip


class Layers(NamedTuple):
    """The layers by what they look at."""

    full: int | None
    other: int | None
    """Sliding, chunked or recurrent ones; both None where all are full."""
    window: int | None
    words: str
    """What the other layers do: ``sliding(1024) 5:1``; empty where there are none."""
    recurrent: bool


ALL_FULL = Layers(None, None, None, "", recurrent=False)


def layers(values: Values, family: str, count: int | None) -> Layers:
    """Read from the list of kinds where there is one, else from a pattern. Raises CatalogError for impossible numbers."""
    kinds = values.words("layer_types") or values.words("layers_block_type") or _override(values)
    if not kinds and count:
        kinds = _by_pattern(values, family, count)
    others = [kind for kind in kinds if kind in NARROW or kind in RECURRENT]
    if not others:
        return ALL_FULL
    width = values.whole("sliding_window") or values.whole("chunk")
    full = sum(kind in FULL for kind in kinds)
    recurrent = [kind for kind in others if kind in RECURRENT]
    told = _words((recurrent or others)[0], width, _ratio(kinds, full, len(others)))
    return Layers(full, len(others), None if len(recurrent) == len(others) else width, told, bool(recurrent))


def _by_pattern(values: Values, family: str, count: int) -> tuple[str, ...]:
    """The kinds that a window or an interval implies."""
    narrow = _narrow_kind(values)
    every = values.whole("pattern") or values.whole("interval") or EVERY.get(family)
    if narrow is None:
        return ()
    return tuple("full_attention" if every and (one + 1) % every == 0 else narrow for one in range(count))


def _narrow_kind(values: Values) -> str | None:
    if values.given("linear_num_key_heads"):
        return "linear_attention"
    if values.whole("chunk"):
        return "chunked_attention"
    slides = values.whole("sliding_window") and values.flag("use_sliding_window") is not False
    return "sliding_attention" if slides else None


def _override(values: Values) -> tuple[str, ...]:
    """The pattern of Nemotron: M is Mamba, * attention, - and E feed-forward layers."""
    pattern = values.flat.get("hybrid_override_pattern")
    names = {"M": "mamba", "*": "attention", "-": "mlp", "E": "mlp"}
    return tuple(names.get(one, "mlp") for one in pattern) if isinstance(pattern, str) else ()


def _ratio(kinds: tuple[str, ...], full: int, others: int) -> str:
    """Others to each full layer, empty where none is full."""
    if not full:
        return ""
    first = next(place for place, kind in enumerate(kinds) if kind in FULL)
    return f" {first or max(round(others / full), 1)}:1"


def _words(kind: str, width: int | None, ratio: str) -> str:
    if kind in RECURRENT:
        return f"{RECURRENT[kind]}{ratio}"
    return f"{NARROW[kind]}({width or '?'}){ratio}"
