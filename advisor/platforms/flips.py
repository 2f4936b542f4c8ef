"""Traffic at which another way becomes the cheaper one, in closed form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from advisor.cost import DAYS_PER_MONTH
from advisor.platforms import taken as take
from advisor.platforms.duty import rate_at
from advisor.platforms.month import Traffic
from advisor.platforms.records import Flip, PlatformChoice, Way

HOURS_PER_DAY = 24
SECONDS_PER_HOUR = 3600


class _Named(NamedTuple):
    """A way and whose it is."""

    name: str
    way: Way


def turned(choice: PlatformChoice, ranked: Iterable[PlatformChoice], traffic: Traffic) -> dict[str, object]:
    """The choice's ``flips``: where it and the cheapest of the other kind cost the same; or why there is none."""
    if not choice.feasible or choice.way is None:
        return {}
    own = _Named(choice.name, choice.way)
    others = [_Named(one.name, way) for one in ranked if one.feasible for way in one.ways]
    found = tuple(_found(own, others, traffic))
    return {"flips": found, "because": (*choice.because, *(() if found else _never(own, others)))}


def _never(own: _Named, others: list[_Named]) -> Iterator[str]:
    """A machine that goes to zero and is no dearer by the hour wins at any traffic of one machine."""
    steady = _cheapest(others, "always_on", "dedicated")
    if own.way.kind != "scales_to_zero" or steady is None or not own.way.usd_per_hour or not steady.way.usd_per_hour:
        return
    yield (
        f"no traffic of one machine makes it dearer than {steady.name} around the clock: "
        f"${own.way.usd_per_hour:.2f} an hour for {take.ACTIVE_HOURS.expected:g} hours a day, against ${steady.way.usd_per_hour:.2f} for 24"
    )


def _found(own: _Named, others: list[_Named], traffic: Traffic) -> Iterator[Flip]:
    if own.way.kind == "scales_to_zero":
        steady = _cheapest(others, "always_on", "dedicated")
        if steady and (flip := idle_flip(own, steady)):
            yield flip
    if own.way.kind in ("always_on", "dedicated"):
        idling = _cheapest(others, "scales_to_zero")
        if idling and (flip := idle_flip(idling, own)):
            yield flip
        metered = _cheapest(others, "per_token")
        if metered and (flip := token_flip(metered, own, traffic)):
            yield flip
    if own.way.kind == "per_token":
        steady = _cheapest(others, "always_on", "dedicated")
        if steady and (flip := token_flip(own, steady, traffic)):
            yield flip


def _cheapest(ways: list[_Named], *kinds: str) -> _Named | None:
    """Of these kinds the cheapest month; where none is priced, none."""
    priced = [one for one in ways if one.way.kind in kinds and one.way.usd_per_month is not None]
    return min(priced, key=lambda one: (_expected(one.way), one.name), default=None)


def idle_flip(idling: _Named, steady: _Named) -> Flip | None:
    """The traffic at which a machine that goes to zero runs for so long that one around the clock is cheaper.

    Both with one machine: paid hours x its price = 24 hours x the other's, so the share of the active hours that it is
    on has to be (24 / active hours) x the ratio of the prices of an hour.
    """
    fast = idling.way.duty
    mine, theirs = idling.way.usd_per_hour, steady.way.usd_per_hour
    if fast is None or not mine or not theirs:
        return None
    share = HOURS_PER_DAY / take.ACTIVE_HOURS.expected * float(theirs / mine)
    rate = rate_at(share, cold_start_s=fast.cold_start_s, stay_s=fast.stay_s)
    if rate is None:
        return None
    volume = rate * take.ACTIVE_HOURS.expected * SECONDS_PER_HOUR
    return Flip(
        requests_per_day=volume, below=f"{idling.name} ({idling.way.mode})", above=f"{steady.name} ({steady.way.mode})",
        because=f"then it runs {share:.0%} of {take.ACTIVE_HOURS.expected:g} hours a day at ${mine:.2f} an hour, against ${theirs:.2f} around the clock",
    )  # fmt: skip


def token_flip(metered: _Named, steady: _Named, traffic: Traffic) -> Flip | None:
    """The traffic at which tokens cost what one machine around the clock costs."""
    each, month = metered.way.usd_per_request(traffic.requests_per_day), steady.way.usd_one_machine
    if not each or month is None:
        return None
    volume = float((month - metered.way.standing_usd) / (DAYS_PER_MONTH * each))
    most = steady.way.requests_per_day_at_most
    if volume <= 0 or (most is not None and volume > most):
        return None
    return Flip(
        requests_per_day=volume, below=metered.name, above=f"{steady.name} ({steady.way.mode})",
        because=f"one machine a month takes ${month:,.0f}, a request there ${each:.6f}",
    )  # fmt: skip


def _expected(way: Way) -> Decimal:
    return way.usd_per_month.expected if way.usd_per_month else Decimal("Infinity")
