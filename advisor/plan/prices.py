"""The prices that a plan was made with, each with its source and date."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.plan.components import THOUSAND
from advisor.plan.records import Priced, PriceUsed
from catalog.records import Model

MILLION_TOKENS = "million tokens"
HOURLY = frozenset({
    "training.start", "training.run", "training.checkpoints", "training.reruns", "evaluation.gpu", "hosting.always_on",
    "maintenance.retraining",
})  # fmt: skip
"""Lines that are paid by the hour of the chosen offer."""
RATES = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cached input": "cached_input_usd_per_mtok",
    "long input": "long_input_usd_per_mtok",
    "long output": "long_output_usd_per_mtok",
    "cached input of long requests": "long_cached_input_usd_per_mtok",
}


def api_prices(model: Model) -> tuple[PriceUsed, ...]:
    """What the API takes for each kind of token, as far as it is known."""
    known = {kind: price for kind, name in RATES.items() if (price := getattr(model, name)) is not None}
    return tuple(
        PriceUsed(
            name=f"{model.id}: {kind}",
            usd=price,
            unit=MILLION_TOKENS,
            source=model.price_source or model.source,
            as_of=model.price_as_of or model.as_of,
            confidence=model.price_confidence,
        )
        for kind, price in known.items()
    )


def prices_used(priced: Priced, api: Iterable[PriceUsed]) -> tuple[PriceUsed, ...]:
    """Of every line that has one, each once, and of the API per token instead of per request."""
    chosen = priced.offers[0]
    lines = [
        PriceUsed(
            name=f"{chosen.gpu}, {chosen.provider} {chosen.tier}" if line.id in HOURLY else line.name,
            usd=line.unit_price_usd,
            unit=line.unit,
            source=line.source,
            as_of=line.as_of,
            confidence=line.confidence,
        )
        for line in priced.components
        if line.unit_price_usd is not None and line.unit != THOUSAND
    ]
    seen = {(one.usd, one.unit, one.source, one.as_of): one for one in reversed(lines)}
    return (*reversed(seen.values()), *api)
