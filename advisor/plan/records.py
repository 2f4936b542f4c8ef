"""What a plan consists of: estimates, cost components, offers, break-even."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

Stage = Literal["data", "probe", "training", "evaluation", "hosting", "inference", "people", "maintenance"]


class Frozen(BaseModel):
    """Immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Span(Frozen):
    """Low and high bound an 80 % interval."""

    low: float
    expected: float
    high: float


class Money(Frozen):
    """US dollars; low and high bound an 80 % interval. A component without a known price has None, never zero."""

    low: Decimal
    expected: Decimal
    high: Decimal


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


class BreakEven(Frozen):
    """Requests per day at which an always-on tuned model of one's own costs what the API costs."""

    requests_per_day: float | None
    """None when it never does, or when a price is unknown: ``because`` says which."""
    api_model: str | None
    api_usd_per_request: Decimal | None
    self_host_usd_per_month: Decimal | None
    because: str


class Plan(Frozen):
    """What it would take, before it is spent."""

    id: str
    profile_name: str
    model: str
    method: Literal["lora", "qlora4", "full"]
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
