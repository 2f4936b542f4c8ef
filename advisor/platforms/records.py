"""What a comparison of platforms says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from advisor.cost import DAYS_PER_MONTH, HOURS_PER_MONTH
from advisor.records import Frozen
from catalog.records import Confidence
from harness.protocol import MoneyRange as Money
from harness.protocol import Range as Span

Kind = Literal["always_on", "scales_to_zero", "per_token", "dedicated"]


class Part(Frozen):
    """One line of a month: what, how much, at which price, from where."""

    name: str
    quantity: Span
    unit: str
    unit_price_usd: Decimal | None
    """None is unpriced: then ``usd`` is None too, and it is in no sum."""
    usd: Money | None
    because: str
    source: str
    as_of: date
    confidence: Confidence
    stale_days: int | None = None
    by_traffic: bool = False
    """It grows with every request, as tokens do."""

    @property
    def recalled(self) -> bool:
        """Whether it rests on memory or judgement."""
        return self.confidence in ("recalled", "judgement")


class Duty(Frozen):
    """How a machine that goes to zero behaves."""

    cold_start_s: float
    stay_s: float
    """One answer and the idle timeout."""


class Way(Frozen):
    """One way of using a platform, with the cheapest hardware or tariff for it."""

    mode: str
    kind: Kind
    what: str
    """``1 x L4, runpod community on-demand``."""
    parts: tuple[Part, ...]
    usd_per_month: Money | None
    """Sum of the priced parts; None where what matters most has no price or the traffic is unknown."""
    because: str
    """How the month came about, or why it is unpriced."""
    once_usd: Money | None = None
    """What training there takes, where the platform takes it itself."""
    requests_per_day_at_most: float | None = None
    """That one machine answers at half load; None is unknown, or without limit."""
    waiting_share: Span | None = None
    """Of requests that find no machine running and wait for its start."""
    unpriced: tuple[str, ...] = ()
    """Parts without a price."""
    usd_per_hour: Decimal | None = None
    """Of one machine, while it runs."""
    duty: Duty | None = None
    """Where it goes to zero."""

    @property
    def recalled(self) -> bool:
        """Whether a part rests on memory or judgement."""
        return any(part.recalled for part in self.parts)

    @property
    def usd_one_machine(self) -> Decimal | None:
        """A month of one machine around the clock, without what stands beside it."""
        return None if self.usd_per_hour is None else self.usd_per_hour * HOURS_PER_MONTH

    @property
    def standing_usd(self) -> Decimal:
        """What a month takes whatever the traffic: deployments and disks."""
        fixed = (part.usd.expected for part in self.parts if part.usd and not part.by_traffic)
        return sum(fixed, Decimal(0))

    def usd_per_request(self, requests_per_day: float | None) -> Decimal | None:
        """Of what is billed by the token; None where it or the traffic is unknown."""
        spent = [part.usd.expected for part in self.parts if part.usd and part.by_traffic]
        if not spent or not requests_per_day:
            return None
        return sum(spent, Decimal(0)) / (Decimal(str(requests_per_day)) * DAYS_PER_MONTH)


class Flip(Frozen):
    """Traffic at which another way becomes the cheaper one."""

    requests_per_day: float
    below: str
    above: str
    because: str


class PlatformChoice(Frozen):
    """One platform: whether it comes into question, what it takes, and why."""

    platform: str
    name: str
    feasible: bool
    excluded_because: str = ""
    rank: int | None = None
    """1 is the first choice; None where it is excluded."""
    setup_minutes: Span | None = None
    setup_recalled: bool = False
    skill: str | None = None
    """none, some, ml: what running it takes."""
    way: Way | None = None
    """The cheapest that is priced, else the first."""
    ways: tuple[Way, ...] = ()
    scalability: str | None = None
    lora_serving: str = ""
    scale_to_zero: str = ""
    bundle_needs: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    flips: tuple[Flip, ...] = ()
    unknown: tuple[str, ...] = ()
    """What the profile asks for and the catalog does not know of it."""
    source: str
    as_of: date


class Comparison(Frozen):
    """All platforms, the first choice first, the excluded last."""

    profile_name: str
    model: str
    today: date
    choices: tuple[PlatformChoice, ...]
    assumptions: tuple[str, ...]
