"""Which open model to tune where none is named: of those as good as the best, one that is safe ground."""

from __future__ import annotations

import re

from advisor.shortlist.records import Candidate, Shortlist
from catalog.load import Catalog
from catalog.records import Model

CLOSE = 0.03
"""Scores this near to the best are as good: what they are made of is not known any better. Judgement."""
PLAIN = ("gqa", "mha", "mqa")
SUPERVISED = re.compile(r"\bSFT\b|^LoRA$")


def best_to_tune(found: Shortlist, catalog: Catalog) -> str | None:
    """The open model on the safest ground among the best whose price is known, else the best open one, else None."""
    own = [one for one in found.candidates if one.hosting == "self_hosted"]
    priced = [one for one in own if one.usd_per_month is not None]
    if not priced:
        return own[0].model if own else None
    tried = frozenset(price.model_id for price in catalog.finetune_prices if SUPERVISED.search(price.method))
    near = [one for one in priced if one.score >= priced[0].score - CLOSE]
    return max(near, key=lambda one: _ground(one, catalog.model(one.model), tried)).model


def _ground(one: Candidate, model: Model, tried: frozenset[str | None]) -> tuple[int, float]:
    """Safe ground: layers that every trainer knows, a host that has a price for tuning it, dimensions that were looked up."""
    plain = model.num_experts is None and (model.attention or "").startswith(PLAIN)
    return sum((plain, model.id in tried, not model.recalled)), one.score
