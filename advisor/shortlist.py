"""Which models come into question, and why the others do not."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Candidate(Frozen):
    """A model that meets the hard constraints, with its score and what it is made of."""

    model: str
    score: float
    parts: dict[str, float]
    because: str


class Exclusion(Frozen):
    """A model that is out, and the constraint that put it out."""

    model: str
    because: str


class Shortlist(Frozen):
    """Candidates best first, and the excluded."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Exclusion, ...]
