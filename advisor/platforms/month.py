"""A month of machines on a platform: around the clock, or only while requests come."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from advisor.cost import DAYS_PER_MONTH, HOURS_PER_MONTH, amount
from advisor.plan.spans import exactly, scaled
from advisor.platforms import taken as take
from advisor.platforms.duty import off_share, waiting_share
from advisor.platforms.machines import Machine
from advisor.platforms.records import Duty, Part, Way
from advisor.platforms.sheet import Sheet
from catalog.records import Fact
from catalog.staleness import Kind as Staleness
from catalog.staleness import stale_days
from harness.protocol import MoneyRange as Money
from harness.protocol import Range as Span

SECONDS_PER_HOUR = 3600
DAYS = float(DAYS_PER_MONTH)


class Traffic(NamedTuple):
    """What comes in; None is unknown."""

    requests_per_day: float | None
    tokens_out: Span


class Site(NamedTuple):
    """A machine on a platform, in one of its modes."""

    machine: Machine
    sheet: Sheet
    mode: str
    weights_gb: float
    today: date
    pinned: bool
    """A region has to be named."""


def always_on(site: Site, traffic: Traffic) -> Way:
    """Machines around the clock: as many as the traffic takes, one where it is unknown."""
    wanted = machines(site, traffic)
    hours = scaled(wanted, float(HOURS_PER_MONTH))
    said = f"730 hours a month x {_counted(wanted)}, each good for {_capacity(site, traffic):,.0f} requests a day"
    if traffic.requests_per_day is None:
        said = "730 hours a month of one machine; how many it takes is unknown, as requests a day are"
    parts = (_gpu_part(site, hours, said), *_beside(site, hours))
    return _way(site, "always_on", parts, said, traffic)


def scales_to_zero(site: Site, traffic: Traffic) -> Way:
    """Seconds in which a machine starts, answers or waits out its idle timeout, or all the work if that is more."""
    if traffic.requests_per_day is None:
        said = "unpriced: requests a day are unknown, and only the time that they take is paid"
        return _way(site, "scales_to_zero", (), said, traffic)
    paid = paid_hours_per_day(site, traffic)
    hours = scaled(paid, DAYS)
    said = f"{paid.expected:.1f} paid hours a day: answers, idle timeout and cold starts"
    parts = (_gpu_part(site, hours, said), *_beside(site, hours))
    stay = stay_seconds(site, traffic.tokens_out.expected, site.machine.rates.alone.expected)
    way = _way(site, "scales_to_zero", parts, said, traffic)
    return way.model_copy(
        update={
            "waiting_share": _waiting(site, traffic),
            "duty": Duty(cold_start_s=cold_start(site).expected, stay_s=stay),
            "unpriced": (*way.unpriced, *_unknown_times(site)),
        }
    )


def _unknown_times(site: Site) -> tuple[str, ...]:
    """Paid time that the catalog has no figure of, and that is in no sum."""
    asked = {"cold_start_seconds": "cold starts", "idle_timeout_seconds": "idle time after an answer"}
    return tuple(name for fact, name in asked.items() if site.sheet.span(fact, site.mode) is None)


def machines(site: Site, traffic: Traffic) -> Span:
    """Whole machines; one where the traffic is unknown."""
    if traffic.requests_per_day is None:
        return exactly(1)
    shares = (take.BUSY_SHARE.high, take.BUSY_SHARE.expected, take.BUSY_SHARE.low)
    work = _work_seconds(site, traffic)
    low, expected, high = (
        math.ceil(max(1.0, seconds / share / 86400))
        for seconds, share in zip((work.low, work.expected, work.high), shares, strict=True)
    )
    return Span(low=low, expected=expected, high=high)


def paid_hours_per_day(site: Site, traffic: Traffic) -> Span:
    """The longer of the time that a machine is on and the work over the share of its rate that can be used."""
    low, expected, high = (_paid(site, traffic, bound) for bound in ("low", "expected", "high"))
    ordered = sorted((low, expected, high))
    return Span(low=ordered[0], expected=ordered[1], high=ordered[2])


def stay_seconds(site: Site, tokens_out: float, rate: float) -> float:
    """One answer and the idle timeout."""
    idle = site.sheet.span("idle_timeout_seconds", site.mode)
    return tokens_out / rate + (idle.expected if idle else 0.0)


def cold_start(site: Site) -> Span:
    """Seconds until a machine that was off answers; 0 where the catalog has no figure: the way then names it as unpriced."""
    return site.sheet.span("cold_start_seconds", site.mode) or exactly(0)


def _paid(site: Site, traffic: Traffic, bound: str) -> float:
    """Hours a day: fewer where the traffic comes in fewer hours and on a faster machine."""
    other = {"low": "high", "high": "low"}.get(bound, bound)
    active = getattr(take.ACTIVE_HOURS, bound) * SECONDS_PER_HOUR
    rate = (traffic.requests_per_day or 0.0) / active
    stay = stay_seconds(site, getattr(traffic.tokens_out, bound), getattr(site.machine.rates.alone, other))
    cold = getattr(cold_start(site), bound)
    on = active * (1 - off_share(rate, cold_start_s=cold, stay_s=stay)) if rate else 0.0
    work = getattr(_work_seconds(site, traffic), bound) / getattr(take.BUSY_SHARE, other)
    return float(max(on, work) / SECONDS_PER_HOUR)


def _waiting(site: Site, traffic: Traffic) -> Span | None:
    if not traffic.requests_per_day or site.sheet.span("cold_start_seconds", site.mode) is None:
        return None
    found = []
    for bound, other in (("low", "high"), ("expected", "expected"), ("high", "low")):
        rate = traffic.requests_per_day / (getattr(take.ACTIVE_HOURS, bound) * SECONDS_PER_HOUR)
        stay = stay_seconds(site, traffic.tokens_out.expected, getattr(site.machine.rates.alone, other))
        found.append(waiting_share(rate, cold_start_s=getattr(cold_start(site), bound), stay_s=stay))
    ordered = sorted(found)
    return Span(low=ordered[0], expected=ordered[1], high=ordered[2])


def _work_seconds(site: Site, traffic: Traffic) -> Span:
    """Seconds a day that the output tokens take at the full rate."""
    volume, busy, out = traffic.requests_per_day or 0.0, site.machine.rates.busy, traffic.tokens_out
    return Span(
        low=volume * out.low / busy.high,
        expected=volume * out.expected / busy.expected,
        high=volume * out.high / busy.low,
    )


def _capacity(site: Site, traffic: Traffic) -> float:
    """Requests a day of one machine at the usual share of its rate."""
    rate = site.machine.rates.busy.expected * take.BUSY_SHARE.expected
    return rate * 86400 / max(1.0, traffic.tokens_out.expected)


def _counted(wanted: Span) -> str:
    if wanted.low == wanted.high:
        return f"{wanted.expected:g} machine{'s' if wanted.expected > 1 else ''}"
    return f"{wanted.low:g} to {wanted.high:g} machines, expected {wanted.expected:g}"


def _gpu_part(site: Site, hours: Span, because: str) -> Part:
    offer = site.machine.offer
    factor = _pin_factor(site)
    part = priced(
        Line("GPUs", scaled(_times(hours, factor), site.machine.gpus), "GPU hour"), offer.usd_per_gpu_hour,
        fact=offer, because=because, today=site.today, stale="offer",
    )  # fmt: skip
    if site.machine.gpu.recalled and not offer.recalled:
        part = part.model_copy(update={"confidence": site.machine.gpu.confidence})
    return part


def _pin_factor(site: Site) -> Span:
    """What naming a region multiplies the price by."""
    pinned = site.sheet.span("region_pinning_factor", site.mode) if site.pinned else None
    return pinned or exactly(1)


def _beside(site: Site, hours: Span) -> tuple[Part, ...]:
    """Processor and memory where they are paid apart, control plane, disk."""
    seconds = scaled(_times(hours, _pin_factor(site)), SECONDS_PER_HOUR)
    disk = Span(
        low=site.weights_gb + take.DISK_GB.low,
        expected=site.weights_gb + take.DISK_GB.expected,
        high=site.weights_gb + take.DISK_GB.high,
    )
    lines = (
        ("Processor", "cpu_usd_per_core_second", _times(seconds, take.CORES), "core second"),
        ("Memory", "memory_usd_per_gib_second", _times(seconds, take.MEMORY_GIB), "GiB second"),
        ("Control plane", "control_plane_usd_per_hour", exactly(float(HOURS_PER_MONTH)), "hour"),
        ("Disk", "storage_usd_per_gb_month", disk, "GB month"),
    )
    found = (_of_fact(site, *line) for line in lines)
    return tuple(part for part in found if part)


def _of_fact(site: Site, name: str, fact: str, quantity: Span, unit: str) -> Part | None:
    """A line whose price is a range of the platform's own; disk without a price is named, not left out."""
    found = site.sheet.find(fact, site.mode)
    if found is None or found.low is None or found.high is None:
        return _unpriced_disk(site, quantity) if fact == "storage_usd_per_gb_month" else None
    price = site.sheet.span(fact, site.mode) or exactly(float(found.low))
    spent = [
        amount(size, Decimal(str(cost)))
        for size, cost in ((quantity.low, found.low), (quantity.expected, price.expected), (quantity.high, found.high))
    ]
    low, expected, high = (one for one in spent if one is not None)
    return Part(
        name=name, quantity=quantity, unit=unit, unit_price_usd=Decimal(str(price.expected)),
        usd=Money(low=low, expected=expected, high=high), because=found.note or "as the platform bills it",
        source=found.source, as_of=found.as_of, confidence=found.confidence,
    )  # fmt: skip


def _unpriced_disk(site: Site, quantity: Span) -> Part:
    offer = site.machine.offer
    return Part(
        name="Disk", quantity=quantity, unit="GB month", unit_price_usd=None, usd=None,
        because="no price known", source=offer.source, as_of=offer.as_of, confidence=offer.confidence,
    )  # fmt: skip


class Line(NamedTuple):
    """What is paid for."""

    name: str
    quantity: Span
    unit: str
    by_traffic: bool = False


def priced(
    line: Line, price: Decimal | None, *, fact: Fact, because: str, today: date, stale: Staleness | None = None
) -> Part:
    """Quantity times price; without a price it has no amount."""
    size = line.quantity
    spent = [amount(one, price) for one in (size.low, size.expected, size.high)]
    known = [one for one in spent if one is not None]
    return Part(
        name=line.name, quantity=size, unit=line.unit, unit_price_usd=price, by_traffic=line.by_traffic,
        usd=Money(low=known[0], expected=known[1], high=known[2]) if len(known) == 3 else None,
        because=because, source=fact.source, as_of=fact.as_of, confidence=fact.confidence,
        stale_days=stale_days(stale, fact.as_of, today) if stale else None,
    )  # fmt: skip


def summed(parts: tuple[Part, ...]) -> Money | None:
    """All that is priced; None where nothing is."""
    known = [part.usd for part in parts if part.usd is not None]
    if not known:
        return None
    return Money(
        low=sum((one.low for one in known), Decimal(0)),
        expected=sum((one.expected for one in known), Decimal(0)),
        high=sum((one.high for one in known), Decimal(0)),
    )


def _way(site: Site, kind: str, parts: tuple[Part, ...], because: str, traffic: Traffic) -> Way:
    return Way.model_validate({
        "mode": site.mode, "kind": kind, "what": site.machine.what, "parts": parts, "usd_per_month": summed(parts),
        "because": because, "requests_per_day_at_most": _capacity(site, traffic),
        "unpriced": tuple(part.name for part in parts if part.usd is None),
        "usd_per_hour": site.machine.offer.usd_per_gpu_hour * site.machine.gpus * Decimal(str(_pin_factor(site).expected)),
    })  # fmt: skip


def _times(one: Span, other: Span) -> Span:
    """Bounds times bounds: both may turn out high together."""
    return Span(low=one.low * other.low, expected=one.expected * other.expected, high=one.high * other.high)
