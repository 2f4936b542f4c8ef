"""From a profile and the catalog to candidates in order, each with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from advisor.decide.records import Approach
from advisor.marks import weakest
from advisor.profile import Profile
from advisor.shortlist.bill import Bill, bill, dollars
from advisor.shortlist.constraints import exclusion
from advisor.shortlist.fit import fit
from advisor.shortlist.hosting import Placement, holdable
from advisor.shortlist.need import Need, need
from advisor.shortlist.quality import quality
from advisor.shortlist.records import DEFAULT, Candidate, Exclusion, Shortlist, Weights
from catalog.load import Catalog
from catalog.records import Confidence, Model

CHEAP_USD, DEAR_FACTOR = 10.0, 1_000.0
"""The cheapest candidate, or ten dollars a month if that is more, counts 1; a thousand times as much counts 0."""
FAST_MS, SLOW_MS = 20.0, 200.0
"""A token that counts 1, and one that counts 0: slower than silent reading, 238 words a minute (Brysbaert 2019, a
meta-analysis) at about four tokens for three words."""


def shortlist(
    profile: Profile, catalog: Catalog, *, today: date, approach: Approach, weights: Weights = DEFAULT
) -> Shortlist:
    """Exclude by hard constraints, rank the rest by the weighted mean of its known parts.

    Every model of the catalog is in one of the two lists. Unknown answers exclude nothing; an unknown load compares
    APIs by a usual one, and a quality or cost that stays unknown counts as the worst: what nobody knows leads nothing.
    Equal scores are ordered by list price, then the newest first, then id.
    """
    asked = need(profile, today=today, approach=approach)
    passed, excluded = sift(catalog, asked)
    least = reference_usd(cost for _, cost in passed)
    candidates = [(candidate(model, cost, asked, weights, least), _ties(model)) for model, cost in passed]
    ordered = [one for one, ties in sorted(candidates, key=lambda pair: (-pair[0].score, *pair[1]))]
    marked = tuple(mark_dominated(one, ordered) for one in ordered)
    return Shortlist(candidates=marked, excluded=excluded, weights=weights)


def sift(catalog: Catalog, asked: Need) -> tuple[list[tuple[Model, Bill]], tuple[Exclusion, ...]]:
    """The models that meet the hard constraints with their bills, and the others with the cause."""
    passed: list[tuple[Model, Bill]] = []
    excluded: list[Exclusion] = []
    for model in catalog.models:
        why, cost = exclusion(model, asked), None
        if why is None:
            cost = bill(model, catalog, asked)
            why = too_large(model, catalog, asked) or over_budget(cost, asked.profile.budget_usd)
        if why is None and cost is not None:
            passed.append((model, cost))
        else:
            excluded.append(Exclusion(model=model.id, because=why or ""))
    return passed, tuple(excluded)


def too_large(model: Model, catalog: Catalog, asked: Need) -> str | None:
    """Weights that no hardware of the catalog holds in 16 bits."""
    if model.kind == "api" or holdable(model, catalog, asked.load):
        return None
    return "weights and cache do not fit any GPUs of the catalog that work together"


def reference_usd(bills: Iterable[Bill]) -> float:
    """What counts as the cheapest month."""
    known = [float(usd) for cost in bills if (usd := cost.compared_usd) is not None]
    return max(CHEAP_USD, min(known, default=CHEAP_USD))


def _ties(model: Model) -> tuple[Decimal, int, str]:
    """Of two equals the cheaper goes first, then the newer."""
    price = model.output_usd_per_mtok if model.output_usd_per_mtok is not None else Decimal("Infinity")
    return price, -model.release_date.toordinal() if model.release_date else 0, model.id


def over_budget(cost: Bill, budget_usd: Decimal | None) -> str | None:
    """The budget is read as what a month may cost."""
    if budget_usd is None or cost.usd_per_month is None or cost.usd_per_month <= budget_usd:
        return None
    return f"{cost.because}, above the budget of {dollars(budget_usd)}"


def candidate(model: Model, cost: Bill, asked: Need, weights: Weights, least_usd: float) -> Candidate:
    """One model that meets the constraints."""
    known, (suits, weaknesses) = quality(model), fit(model, asked)
    parts = {"fit": round(suits, 4)}
    if known:
        parts["quality"] = round(known.part, 4)
    if cost.compared_usd is not None:
        parts["cost"] = round(cheapness(cost.compared_usd, least_usd), 4)
    if cost.placement:
        parts["latency"] = round(speed(cost.placement, asked.profile.latency_p95_ms), 4)
    recalled = ("its dimensions are recalled",) if model.confidence == "recalled" else ()
    reasons = (cost.because, known.because if known else "quality unknown", *weaknesses, *recalled)
    return Candidate(
        model=model.id,
        score=weighted(parts, weights),
        parts={name: parts[name] for name in Weights.model_fields if name in parts},
        because="; ".join(reasons),
        hosting="hosted" if model.kind == "api" else "self_hosted",
        usd_per_month=cost.usd_per_month,
        quality_basis=known.basis if known else None,
        confidence=_confidence(model, cost),
    )


def _confidence(model: Model, cost: Bill) -> Confidence | None:
    """Of an API's price, or of the dimensions, the card and the offer of what one hosts."""
    if model.kind == "api":
        return model.price_confidence or model.confidence
    placed = cost.placement
    return weakest(model.confidence, *((placed.gpu.confidence, placed.offer.confidence) if placed else ()))


def weighted(parts: dict[str, float], weights: Weights) -> float:
    """The mean of the parts by their weights; quality and cost count 0 where they are unknown, other parts not at all."""
    counted = {"quality": 0.0, "cost": 0.0, **parts}
    shares = {name: getattr(weights, name) for name in counted}
    whole = sum(shares.values())
    return round(sum(counted[name] * share for name, share in shares.items()) / whole, 4) if whole else 0.0


def cheapness(usd_per_month: Decimal, least_usd: float) -> float:
    """1 at the least, 0 at a thousand times as much, even in the logarithm."""
    return _falling(float(usd_per_month), least_usd, least_usd * DEAR_FACTOR)


def speed(placed: Placement, target_ms: float | None) -> float:
    """Target over estimate where both are known, else by the time of one token; 0 to 1."""
    if target_ms is not None and placed.seconds_per_request:
        return min(1.0, target_ms / (1000 * placed.seconds_per_request))
    return _falling(placed.ms_per_token, FAST_MS, SLOW_MS)


def _falling(value: float, best: float, worst: float) -> float:
    if value <= best:
        return 1.0
    return max(0.0, 1 - math.log(value / best) / math.log(worst / best))


def mark_dominated(one: Candidate, ordered: list[Candidate]) -> Candidate:
    """Say which candidate makes this one pointless, the best-ranked if several do."""
    better = next((other.model for other in ordered if dominates(other, one)), None)
    if better is None:
        return one
    return one.model_copy(update={"dominated_by": better, "because": f"{one.because}; {better} is better all round"})


def dominates(other: Candidate, one: Candidate) -> bool:
    """At least as good in every part and as cheap, better somewhere; the same parts must be known of both."""
    if other.parts.keys() != one.parts.keys() or other.usd_per_month is None or one.usd_per_month is None:
        return False
    gains = [other.parts[name] - one.parts[name] for name in one.parts if name != "cost"]
    saved = one.usd_per_month - other.usd_per_month
    return saved >= 0 and min(gains) >= 0 and (saved > 0 or max(gains) > 0)
