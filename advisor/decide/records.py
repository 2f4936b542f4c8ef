"""What a decision consists of."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from advisor.records import Frozen

Approach = Literal["prompt", "few_shot", "rag", "lora", "rag_lora", "distill", "not_yet"]
APPROACHES: tuple[Approach, ...] = ("prompt", "few_shot", "rag", "lora", "rag_lora", "distill", "not_yet")


class GateResult(Frozen):
    """One rule and what it said about this profile."""

    id: str
    fired: bool
    effect: str
    """What firing does: ``blocks tuning``, ``-> not_yet`` ..."""
    because: str
    """The inputs that made it fire or not, in words with their values."""
    source: str
    decisive: bool = False
    """Did it settle the approach?"""
    unknown: bool = False
    """Could it not be told, because nobody has answered what it looks at? Then it has not fired."""
    inputs: tuple[str, ...] = ()
    """The profile fields that it looks at."""
    other_view: str = ""
    """What another source says against it, where sources disagree."""


class Flip(Frozen):
    """The smallest change of one input that changes the decision."""

    model_config = ConfigDict(populate_by_name=True)

    input: str
    from_: Any = Field(alias="from")
    to: Any
    approach: Approach


class Probe(Frozen):
    """The cheapest next thing to learn."""

    id: str
    learns: str
    """The profile field that it measures."""
    why: str
    hours: float
    usd: float | None
    chance_to_change: float
    """Probability that its result changes the decision, from the draws over what is unknown."""
    cost_basis: str = ""
    """How hours and dollars came about."""
    command: str | None = None


class Decision(Frozen):
    """Prompt or fine-tune, with the reasons and how sure."""

    approach: Approach
    confidence: float = Field(ge=0, le=1)
    probability_best: dict[Approach, float]
    headline: str
    """One sentence for a manager."""
    gates: tuple[GateResult, ...]
    flips: tuple[Flip, ...]
    next_probe: Probe | None
    assumptions: tuple[str, ...] = ()
    """What was unknown and how it was treated."""
