"""What a plan consists of: estimates, cost components, offers, break-even."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from advisor.marks import recalled
from advisor.records import Frozen
from catalog.records import Confidence
from harness.protocol import MoneyRange as Money
from harness.protocol import Range as Span

__all__ = [
    "BreakEven", "ComponentDraft", "CostComponent", "Draft", "Method", "Money", "OfferChoice", "OfferDraft", "Plan",
    "PriceUsed", "Priced", "Span", "Stage",
]  # fmt: skip

Stage = Literal["data", "probe", "training", "evaluation", "hosting", "inference", "people", "maintenance"]
Method = Literal["lora", "qlora4", "full"]


# ------------------------------------------------------------------------------------- before prices: quantities


class OfferDraft(Frozen):
    """An offer and the hours that the work would take on it; not multiplied yet."""

    offer_id: str
    provider: str
    gpu: str
    gpus: int
    tier: str
    usd_per_gpu_hour: Decimal
    hours: Span
    """Of the whole machine, for everything that is done once."""
    peak_memory_gib: Span
    memory_gib: float
    """Of one GPU."""
    fits: bool | None
    eligible: bool
    """May it be chosen: it fits with margin, and it is neither spot nor a floor price."""
    note: str
    """Why it may not be chosen; empty where it may."""
    source: str
    as_of: date
    stale_days: int | None = None
    """Age of a price that is older than is trusted; None while it is fresh."""
    outdated: bool = False
    """So old that it is chosen only where there is no other."""
    confidence: Confidence | None = None
    """Of the least trusted fact behind it; None where none of the catalog is, and in plans of before it was kept."""


class ComponentDraft(Frozen):
    """A line of a plan before prices. ``offer_id`` set: it holds on that offer only, at its hourly price."""

    id: str
    offer_id: str | None = None
    stage: Stage
    name: str
    recurring: Literal["once", "monthly"]
    counted: bool = True
    quantity: Span
    unit: str
    unit_price_usd: Decimal | None
    source: str
    as_of: date
    because: str
    confidence: Confidence | None = None
    """Of the least trusted fact behind it; None where none of the catalog is, and in plans of before it was kept."""


class PriceUsed(Frozen):
    """A price that a plan was made with, so that it can be looked up and the plan be made again from it."""

    name: str
    usd: Decimal
    unit: str
    source: str
    """Names the library and its version where the price came through one."""
    as_of: date
    confidence: Confidence | None = None


class Draft(Frozen):
    """Everything of a plan but the money."""

    profile_name: str
    model: str
    method: Method
    today: date
    offers: tuple[OfferDraft, ...]
    components: tuple[ComponentDraft, ...]
    breakdowns_gib: dict[str, dict[str, float]]
    """Parts of the expected peak by offer."""
    api_model: str | None
    api_usd_per_request: Decimal | None
    api_because: str
    """Which API, or why none."""
    api_prices: tuple[PriceUsed, ...] = ()
    api_confidence: Confidence | None = None
    """Of the API's price."""
    capacity_per_day: dict[str, float]
    """Requests a day that one machine of an offer answers at half load; absent where it cannot be told."""
    settings: dict[str, tuple[str, ...]]
    """How the work would be done on each offer."""
    assumptions: tuple[str, ...]
    stale: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What the plan of each offer would rest on that is older than is trusted."""
    digest: str


# ------------------------------------------------------------------------------------------------- with prices


class CostComponent(Frozen):
    """One line of a plan: quantity times unit price."""

    id: str
    stage: Stage
    name: str
    recurring: Literal["once", "monthly"]
    quantity: Span
    unit: str
    unit_price_usd: Decimal | None
    """None is unpriced: then ``usd`` is None too and the totals say so."""
    usd: Money | None
    source: str
    as_of: date
    because: str
    """How the quantity came about."""
    counted: bool = True
    """False: an alternative shown beside the plan, in no total."""
    confidence: Confidence | None = None
    """Of the least trusted fact behind it; None where none of the catalog is, and in plans of before it was kept."""


class OfferChoice(Frozen):
    """One way to rent the hardware, with what it would cost for this training."""

    offer_id: str
    provider: str
    gpu: str
    gpus: int
    usd_per_hour: Decimal
    """For all its GPUs together."""
    hours: Span
    usd: Money
    peak_memory_gib: Span
    memory_gib: float
    fits: bool | None
    source: str
    as_of: date
    tier: str = ""
    note: str = ""
    """Why it was not up for choice; empty where it was."""
    stale_days: int | None = None
    """Age in days of a price that is older than is trusted; None while it is fresh."""
    outdated: bool = False
    """So old that it is chosen only where there is no other."""
    confidence: Confidence | None = None
    """Of the least trusted fact behind it; None where none of the catalog is, and in plans of before it was kept."""


class Priced(Frozen):
    """A draft multiplied, ranked and summed."""

    offers: tuple[OfferChoice, ...]
    """Cheapest first; those that may be chosen before those that may not."""
    components: tuple[CostComponent, ...]
    """Of the first offer, and those of no offer."""
    once_usd: Money
    monthly_usd: Money
    unpriced: tuple[str, ...]


class BreakEven(Frozen):
    """Requests per day at which an always-on tuned model of one's own costs what the API costs."""

    requests_per_day: float | None
    """None when it never does, or when a price is unknown: ``because`` says which."""
    api_model: str | None
    api_usd_per_request: Decimal | None
    self_host_usd_per_month: Decimal | None
    because: str
    confidence: Confidence | None = None
    """Of the least trusted fact behind it; None where none of the catalog is, and in plans of before it was kept."""


class Plan(Frozen):
    """What it would take, before it is spent."""

    id: str
    profile_name: str
    model: str
    method: Method
    gpu: str
    chosen: OfferChoice
    offers: tuple[OfferChoice, ...]
    gpu_hours: Span
    peak_memory_gib: Span
    breakdown_gib: dict[str, float]
    components: tuple[CostComponent, ...]
    once_usd: Money
    monthly_usd: Money
    unpriced: tuple[str, ...]
    """Names of components without a price; they are not in the totals."""
    break_even: BreakEven
    assumptions: tuple[str, ...]
    as_of: date
    prices: tuple[PriceUsed, ...] = ()
    """Every price in it; empty in plans of before they were kept."""
    stale: tuple[str, ...] = ()
    """What it rests on that is older than is trusted, each with its age."""

    def total_recalled(self, recurring: Literal["once", "monthly"]) -> bool:
        """Whether a line of this total rests on recalled figures."""
        lines = (line for line in self.components if line.counted and line.recurring == recurring)
        return any(recalled(line.confidence) for line in lines)

    @property
    def any_recalled(self) -> bool:
        """Whether anything in the plan shows the mark."""
        shown = [*(line.confidence for line in self.components), *(offer.confidence for offer in self.offers)]
        return any(recalled(confidence) for confidence in (*shown, self.break_even.confidence))
