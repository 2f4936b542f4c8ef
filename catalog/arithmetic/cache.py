"""Bytes that a sequence occupies while it is generated."""

from __future__ import annotations

from catalog.arithmetic.tensors import Structure

STATE_BYTES = 4
"""A recurrent state is kept in float32 (``mamba_ssm_dtype`` of the published configurations)."""


def kv_bytes_per_token(of: Structure, *, bytes_per_value: float = 2) -> int:
    """Bytes that each further token takes while no window is full (GQA, arXiv:2305.13245; MLA, arXiv:2405.04434)."""
    values = (layer.cache.values_per_token + layer.cache.compressed_values_per_token for layer in of.layers)
    return round(sum(values) * bytes_per_value)


def cache_bytes(of: Structure, tokens: int, *, bytes_per_value: float = 2) -> int:
    """Bytes of a sequence of that many tokens: a full window stops growing, a state never does. Raises ValueError."""
    if tokens < 0:
        raise ValueError(f"a context of {tokens} tokens is below 0")
    kept = sum(layer.cache.values(tokens) for layer in of.layers)
    states = sum(layer.cache.state_values for layer in of.layers)
    return round(kept * bytes_per_value + states * STATE_BYTES)
