"""A machine of one's own that has no price: what is known is its electricity."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.cost import HOURS_PER_MONTH
from advisor.platforms.machines import Yard
from advisor.platforms.records import Way
from advisor.platforms.sheet import Sheet
from catalog.records import Gpu

UNPRICED = "unpriced: what an hour of your own GPUs takes is not in your facts (an offer of provider 'own' gives it)"


def electricity(yard: Yard, facts: Sheet, cards: Iterable[Gpu]) -> Way:
    """Unpriced, with the electricity of the smallest card that holds the model."""
    holding = [card for card in cards if card.tdp_w and yard.rates(card, 1)]
    if not holding:
        return Way(mode="own", kind="always_on", what="your own GPUs", parts=(), usd_per_month=None, because=UNPRICED)
    card = min(holding, key=lambda one: (one.memory_gb, one.tdp_w or 0, one.id))
    return Way(
        mode="own", kind="always_on", what=f"your own GPUs, 1 x {card.name} would hold it", parts=(), usd_per_month=None,
        because=f"{UNPRICED}; electricity alone: {_electricity(card, facts)}",
    )  # fmt: skip


def _electricity(card: Gpu, facts: Sheet) -> str:
    price, overhead = facts.span("electricity_usd_per_kwh"), facts.span("power_overhead_factor")
    if price is None or overhead is None or card.tdp_w is None:
        return "unknown"
    kwh = card.tdp_w / 1000 * float(HOURS_PER_MONTH)
    low, high = kwh * overhead.low * price.low, kwh * overhead.high * price.high
    return f"~${low:,.0f} to ~${high:,.0f} a month at full load, ${price.low:.2f} to ${price.high:.2f} a kWh"
