"""The monthly cost of a model at the profile's volume, in words too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from advisor.marks import doubtful
from advisor.shortlist.hosting import Load, Placement, Volume, cheapest_placement
from advisor.shortlist.money import cached_tokens, monthly_usd, usd_per_request
from advisor.shortlist.need import Need
from catalog.load import Catalog
from catalog.records import Model
from catalog.staleness import Kind, offer_kind, stale_days
from catalog.tariff import Tariff, standard


class Bill(NamedTuple):
    """What a month costs; None is unpriced."""

    usd_per_month: Decimal | None
    because: str
    placement: Placement | None = None
    """The hardware, for a model that one hosts."""
    usual_usd: Decimal | None = None
    """Of a usual load at known prices, where the load itself is unknown: it orders, it is no price."""
    recalled: bool = False
    """Whether a fact behind the amount is recalled or judged, so that it has to show the mark."""

    @property
    def compared_usd(self) -> Decimal | None:
        """What it is compared by with the others; None where no price is known."""
        return self.usual_usd if self.usd_per_month is None else self.usd_per_month


def bill(model: Model, catalog: Catalog, need: Need) -> Bill:
    """API: tokens at their prices. Open weights: the cheapest hardware that carries the load, always on."""
    return api_bill(model, need) if model.kind == "api" else hosting_bill(model, catalog, need)


def api_bill(model: Model, need: Need) -> Bill:
    """Requests a day x 365/12 x the price of a request; unpriced where any factor is unknown."""
    prices = standard(model)
    if prices is None:
        return Bill(None, "unpriced: no price known")
    rate = f"${prices.rates.input:f} in and ${prices.rates.output:f} out per million tokens{_dated('price', model.price_as_of, need)}"
    load = need.load
    volume, tokens_in, tokens_out = load.requests_per_day, load.tokens_in, load.tokens_out
    if volume is None or tokens_in is None or tokens_out is None:
        usual = load.usual
        return Bill(
            None, f"unpriced: {_missing(load)} unknown; {rate}; {_said(usual)}", None, _month(prices, need, usual)
        )
    total = _month(prices, need, Volume(volume, tokens_in, tokens_out))
    because = f"about {dollars(total)} a month for {volume:,.0f} requests a day at {rate}"
    return Bill(total, because, recalled=doubtful(model, "input_usd_per_mtok"))


def hosting_bill(model: Model, catalog: Catalog, need: Need) -> Bill:
    """GPUs x price per hour x 730 hours."""
    placed = cheapest_placement(model, catalog, need.load)
    if placed is None:
        known = model.total_params is not None and model.kv_bytes_per_token is not None
        return Bill(None, "unpriced: " + ("fits no offer that may be used" if known else "its size is unknown"))
    offer, count = placed.offer, placed.gpus * placed.replicas
    marked = " with recalled GPU figures" if placed.gpu.confidence == "recalled" else ""
    where = (
        f"{count} x {placed.gpu.name}{marked} at {offer.provider} ({offer.tier}), ${offer.usd_per_gpu_hour:f} an hour"
    )
    kind = _dated(offer_kind(offer), offer.as_of, need)
    because = f"about {dollars(placed.usd_per_month)} a month always on: {where}{kind}"
    return Bill(placed.usd_per_month, because, placed, recalled=_rests_on_memory(model, placed))


def _rests_on_memory(model: Model, placed: Placement) -> bool:
    """Whether a figure that decides how many GPUs, or what they cost, is recalled."""
    figures = (
        *((model, name) for name in ("total_params", "active_params", "kv_bytes_per_token")),
        *((placed.gpu, name) for name in ("memory_gb", "bandwidth_gb_s", "bf16_dense_tflops")),
        (placed.offer, "usd_per_gpu_hour"),
    )
    return any(doubtful(record, name) for record, name in figures)


def _month(prices: Tariff, need: Need, load: Volume) -> Decimal:
    cached = cached_tokens(need.profile.cacheable_prefix_tokens, load.requests_per_day)
    each = usd_per_request(prices, tokens_in=load.tokens_in, tokens_out=load.tokens_out, cached_tokens=cached)
    return monthly_usd(each, requests_per_day=load.requests_per_day)


def _said(load: Volume) -> str:
    return f"ordered as if {load.requests_per_day:,.0f} requests a day took {load.tokens_in:,} + {load.tokens_out:,} tokens"


def dollars(amount: Decimal) -> str:
    """Cents below ten dollars, whole dollars above."""
    return f"${amount:,.2f}" if amount < 10 else f"${amount:,.0f}"


def _dated(kind: Kind, as_of: date | None, need: Need) -> str:
    if as_of is None:
        return " (undated)"
    age = stale_days(kind, as_of, need.today)
    return f" ({as_of}, stale: {age} days old)" if age else f" ({as_of})"


def _missing(load: Load) -> str:
    names = {"requests a day": load.requests_per_day, "tokens in": load.tokens_in, "tokens out": load.tokens_out}
    return ", ".join(name for name, value in names.items() if value is None)
