"""Quality against what a month costs: which models no other beats in both. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from advisor.records import Frozen
from advisor.shortlist.bill import Bill
from advisor.shortlist.constraints import exclusion
from advisor.shortlist.need import Need
from advisor.shortlist.quality import quality
from catalog.records import Model

Measure = Literal["MMLU", "GPQA", "HumanEval", "MATH", "IFEval", "MMLU or assumed"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""Published scores; the last one takes what the shortlist assumes from size or price where MMLU is not published."""
ASSUMED: Measure = "MMLU or assumed"


class Spot(Frozen):
    """A model that has both a monthly cost and a score."""

    model: str
    usd_per_month: Decimal
    percent: float
    """The score, as published or assumed."""
    basis: Literal["published", "assumed"]
    cost_because: str
    score_because: str
    best: bool = False
    """Whether no model costs as little and scores as much, or better in one of them."""


class LeftOut(Frozen):
    """A model that is not drawn, and why."""

    model: str
    cause: Literal["ruled out", "unpriced", "free", "without score"]
    because: str


class Frontier(Frozen):
    """Everything that can be drawn, cheapest first, and everything that cannot."""

    measure: Measure
    spots: tuple[Spot, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def best(self) -> tuple[Spot, ...]:
        """The models that no other beats, cheapest first."""
        return tuple(spot for spot in self.spots if spot.best)


class Scored(NamedTuple):
    """A score in percent and what it rests on."""

    percent: float
    basis: Literal["published", "assumed"]
    because: str


def frontier(models: Iterable[Model], bills: Mapping[str, Bill], need: Need, *, measure: Measure) -> Frontier:
    """Draw what is priced and scored; name what is ruled out by the profile, unpriced or without a score."""
    placed = [_placed(model, bills.get(model.id), need, measure) for model in models]
    spots = [one for one in placed if isinstance(one, Spot)]
    left_out = tuple(one for one in placed if isinstance(one, LeftOut))
    return Frontier(measure=measure, spots=_marked(spots), left_out=left_out)


def _placed(model: Model, bill: Bill | None, need: Need, measure: Measure) -> Spot | LeftOut:
    why = exclusion(model, need)
    if why is not None:
        return LeftOut(model=model.id, cause="ruled out", because=why)
    if bill is None or bill.usd_per_month is None:
        return LeftOut(model=model.id, cause="unpriced", because=bill.because if bill is not None else "unpriced")
    if bill.usd_per_month <= 0:
        return LeftOut(model=model.id, cause="free", because="nothing has no place on a logarithmic axis")
    score = scored(model, measure)
    if score is None:
        return LeftOut(model=model.id, cause="without score", because=f"no {measure} is known")
    return Spot(
        model=model.id,
        usd_per_month=bill.usd_per_month,
        percent=score.percent,
        basis=score.basis,
        cost_because=bill.because,
        score_because=score.because,
    )


def scored(model: Model, measure: Measure) -> Scored | None:
    """A model's score by a measure, or None where it is unknown."""
    if measure == ASSUMED:
        known = quality(model)
        return Scored(known.percent, known.basis, known.because) if known is not None else None
    percent = model.quality.get(measure)
    if percent is None:
        return None
    return Scored(percent, "published", f"{measure} {percent:.1f} ({model.quality_source or 'source unknown'})")


def _marked(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    """Cheapest first, those marked that score more than everything as cheap."""
    reached, marked = float("-inf"), list[Spot]()
    for spot in sorted(spots, key=lambda one: (one.usd_per_month, -one.percent, one.model)):
        is_best = spot.percent > reached
        reached = max(reached, spot.percent)
        marked.append(spot.model_copy(update={"best": is_best}))
    return tuple(marked)
