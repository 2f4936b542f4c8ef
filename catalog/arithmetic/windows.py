"""How far back each layer looks."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.arithmetic.config import Fields

EVERY: Mapping[str, int] = {
    "gemma2": 2,
    "gpt_oss": 2,
    "gemma3_text": 6,
    "cohere2": 4,
    "olmo3": 4,
    "exaone4": 4,
    "llama4": 4,
}
"""One full layer in so many, where config.json does not say (transformers 5.19, ``configuration_<model_type>.py``)."""


def windows(f: Fields, family: str) -> tuple[int | None, ...]:
    """Tokens that each layer can see, None being all of them. Raises UnknownField."""
    layers = f.whole("num_hidden_layers")
    width = f.whole("sliding_window", "attention_chunk_size", default=0)
    if not width or not f.flag("use_sliding_window", default=True):
        return (None,) * layers
    kinds = f.items("layer_types")
    if kinds:
        return tuple(None if kind == "full_attention" else width for kind in kinds)
    every = _every(f, family, layers)
    return tuple(None if every and (index + 1) % every == 0 else width for index in range(layers))


def _every(f: Fields, family: str, layers: int) -> int | None:
    """One full layer in so many; None where every layer slides."""
    stated = f.whole("sliding_window_pattern", "_sliding_window_pattern", default=0) or EVERY.get(family, 0)
    full = f.whole("full_attention_layers", default=0)
    return stated or (layers // full if full else None)
