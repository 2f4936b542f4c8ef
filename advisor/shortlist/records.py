"""Which models come into question, and why the others do not."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from advisor.records import Frozen
from catalog.records import Confidence

Hosting = Literal["hosted", "self_hosted"]


class Weights(Frozen):
    """How much each part counts; only their proportions matter."""

    quality: float = Field(default=0.35, ge=0)
    cost: float = Field(default=0.30, ge=0)
    latency: float = Field(default=0.15, ge=0)
    fit: float = Field(default=0.20, ge=0)

    @model_validator(mode="after")
    def _count_something(self) -> Self:
        if not any((self.quality, self.cost, self.latency, self.fit)):
            raise ValueError("at least one weight must be above 0")
        return self


DEFAULT = Weights()
"""Judgement: what it can do and what it costs come first, then how well it suits the task, then speed."""


class Candidate(Frozen):
    """A model that meets the hard constraints, with its score and what it is made of."""

    model: str
    score: float
    parts: dict[str, float]
    """``quality``, ``cost``, ``latency``, ``fit``, each 0 to 1; absent where unknown. An unknown ``latency`` does not
    count, an unknown ``quality`` or ``cost`` counts as the worst. ``cost`` is of a usual load where the load is unknown."""
    because: str
    hosting: Hosting | None = None
    usd_per_month: Decimal | None = None
    """At the profile's volume; None is unpriced, never free."""
    quality_basis: Literal["published", "assumed"] | None = None
    confidence: Confidence | None = None
    """Of the least trusted fact behind its cost and dimensions; None in advice of before it was kept."""
    dominated_by: str | None = None
    """Another candidate that is at least as good in every part and better in one."""


class Exclusion(Frozen):
    """A model that is out, and the constraint that put it out."""

    model: str
    because: str


class Shortlist(Frozen):
    """Candidates best first, and the excluded."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Exclusion, ...]
    weights: Weights = DEFAULT

    def top(self, count: int) -> tuple[Candidate, ...]:
        """The best ``count`` in order, among them a hosted and a self-hosted one where both exist and two fit."""
        best = {candidate.model for candidate in self.candidates[:count]}
        for kind in ("hosted", "self_hosted"):
            first = next((one for one in self.candidates if one.hosting == kind), None)
            if first and first.model not in best and count > 1:
                kept = [one.model for one in self.candidates if one.model in best]
                best = {*kept[: count - 1], first.model}
        return tuple(one for one in self.candidates if one.model in best)
