"""The few prices that the rules need to tell cheap from dear; the plan computes with the whole catalog."""

from __future__ import annotations

from advisor.decide.facts import Facts

STRONG_USD_PER_M_IN = 2.0
STRONG_USD_PER_M_OUT = 10.0
STRONG_USD_PER_M_CACHED = 0.1
"""Claude Sonnet 5.5 stands for a strong API model: genai-prices 0.2.3, November 2026."""
CACHED_USD_PER_TOKEN = STRONG_USD_PER_M_CACHED / 1e6
GPU_USD_PER_DAY = 0.34 * 24
"""Cheapest always-on card that serves a tuned small model: RTX 4090, RunPod community, $0.34 an hour, 2026-09-25."""
TYPICAL_TOKENS_IN = 800
TYPICAL_TOKENS_OUT = 100
"""Read where tokens per request are unknown: the evidence table's own break-even example."""


def strong_model_usd_per_day(facts: Facts) -> float | None:
    """What a strong API model would cost a day, its cacheable prefix cached; None when the volume is unknown."""
    return _usd_per_day(facts, prefix=facts.cacheable_prefix_tokens or 0)


def uncached_usd_per_day(facts: Facts) -> float | None:
    """The same without caching."""
    return _usd_per_day(facts, prefix=0)


def _usd_per_day(facts: Facts, *, prefix: int) -> float | None:
    if facts.volume_per_day is None:
        return None
    tokens_in = TYPICAL_TOKENS_IN if facts.tokens_in is None else facts.tokens_in
    tokens_out = TYPICAL_TOKENS_OUT if facts.tokens_out is None else facts.tokens_out
    cached = min(prefix, tokens_in)
    usd_in = (tokens_in - cached) * STRONG_USD_PER_M_IN + cached * STRONG_USD_PER_M_CACHED
    return facts.volume_per_day * (usd_in + tokens_out * STRONG_USD_PER_M_OUT) / 1e6
