"""A plan in 80 columns of plain text: what decides first, then line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal

from advisor.marks import LEGEND, RECALLED, sign
from advisor.plan.prices import MILLION_TOKENS
from advisor.plan.records import CostComponent, Money, OfferChoice, Plan
from advisor.wording import printable

WIDTH = 80
SHOWN_OFFERS = 5


def plan_text(plan: Plan) -> str:
    """The whole plan. Names come from people and lose what a terminal would obey."""
    lines = [*_head(plan), "", *_components(plan), "", *_offers(plan), "", *_prices(plan), *_assumptions(plan)]
    lines += [LEGEND] if plan.any_recalled else []
    return "\n".join(lines)


def usd(amount: Decimal) -> str:
    """Dollars as people read them: cents up to a thousand, whole dollars above, more places below a cent."""
    if amount >= 1000:
        return f"${amount:,.0f}"
    if 0 < amount < Decimal("0.01"):
        return f"${amount:.6f}".rstrip("0")
    return f"${amount:.2f}"


def _head(plan: Plan) -> Iterator[str]:
    yield f"Plan {plan.id} for {printable(plan.profile_name)}, as of {plan.as_of}"
    yield f"  {plan.method} of {printable(plan.model)}"
    yield ""
    yield f"  {'Once':<12} {_range(plan.once_usd, marked=plan.total_recalled('once'))}"
    yield f"  {'Monthly':<12} {_range(plan.monthly_usd, marked=plan.total_recalled('monthly'))}"
    yield from _wrapped(f"  {'Break-even':<12} ", _break_even(plan))
    if plan.unpriced:
        yield from _wrapped(
            f"  {'Unpriced':<12} ", "; ".join(printable(name) for name in plan.unpriced) + " (in no total)"
        )
    hours, peak, best = plan.gpu_hours, plan.peak_memory_gib, plan.chosen
    mark = sign(best.confidence)
    yield ""
    yield from _wrapped(
        f"  {'On':<12} ",
        f"{best.gpus} x {best.gpu}, {best.provider} {best.tier}: {mark}{usd(best.usd_per_hour)} an hour",
    )
    yield f"  {'':<12} {printable(best.source)[:48]}, {best.as_of}"
    for told in plan.stale:
        yield from _wrapped(f"  {'Stale':<12} ", f"{printable(told)}: ask anew before relying on it")
    yield f"  {'GPU hours':<12} {mark}{hours.low:.2f} - {hours.expected:.2f} - {hours.high:.2f}"
    memory = f"{peak.low:.1f} - {peak.expected:.1f} - {peak.high:.1f} GiB of {best.memory_gib:g} GB"
    yield f"  {'Peak memory':<12} {mark}{memory}"


def _break_even(plan: Plan) -> str:
    found = plan.break_even
    if found.requests_per_day is None:
        return f"none: {printable(found.because)}"
    return f"{sign(found.confidence)}{found.requests_per_day:,.0f} requests a day against {printable(found.api_model or 'the API')}"


def _components(plan: Plan) -> Iterator[str]:
    yield f"{'Component':<35}{'low':>11}{'expected':>11}{'high':>11}  {'as of':<10}"
    for title, recurring, counted in (
        ("Once", "once", True),
        ("Monthly", "monthly", True),
        ("Beside it, a month", "monthly", False),
    ):
        lines = [line for line in plan.components if line.recurring == recurring and line.counted is counted]
        if lines:
            yield title
        for line in lines:
            yield from _component(line)


def _component(line: CostComponent) -> Iterator[str]:
    name = f"  {printable(line.name)[:32]:<33}"
    if line.usd is None:
        yield f"{name}{'unpriced':>33}  {line.as_of}"
    else:
        amounts = "".join(
            f"{sign(line.confidence) + usd(part):>11}" for part in (line.usd.low, line.usd.expected, line.usd.high)
        )
        yield f"{name}{amounts}  {line.as_of}"
    yield from _wrapped("      ", f"{_quantity(line)}; {printable(line.because)}; {printable(line.source)}")


def _quantity(line: CostComponent) -> str:
    low, expected, high = (
        f"{part:,.4g}" if part < 1000 else f"{part:,.0f}"
        for part in (line.quantity.low, line.quantity.expected, line.quantity.high)
    )
    amount = expected if low == high else f"{low} - {expected} - {high}"
    price = f" at {usd(line.unit_price_usd)}" if line.unit_price_usd is not None else ""
    return f"{amount} x {line.unit}{price}"


def _offers(plan: Plan) -> Iterator[str]:
    up_for_choice = [offer for offer in plan.offers if not offer.note]
    yield f"{'Offers, cheapest for the work done once':<47}{'$/hour':>9}{'hours':>8}{'work':>10}"
    for offer in up_for_choice[:SHOWN_OFFERS]:
        yield _offer(offer)
    left = len(plan.offers) - len(up_for_choice)
    yield f"  {len(up_for_choice)} offers come into question; {left} do not (see --json for why)"


def _offer(offer: OfferChoice) -> str:
    name = printable(f"{offer.gpus} x {offer.gpu}, {offer.provider} {offer.tier}")
    mark = sign(offer.confidence)
    spent = f"{mark}{offer.hours.expected:.2f}"
    return f"  {name[:44]:<45}{mark + usd(offer.usd_per_hour):>9}{spent:>8}{mark + usd(offer.usd.expected):>10}"


def _prices(plan: Plan) -> Iterator[str]:
    """What an API takes for tokens; the other prices stand in the lines."""
    shown = [price for price in plan.prices if price.unit == MILLION_TOKENS]
    if not shown:
        return
    yield f"API prices, per million tokens, as of {shown[0].as_of}"
    for price in shown:
        yield from _wrapped("  - ", f"{printable(price.name)} {sign(price.confidence)}${price.usd.normalize():f}")
    yield from _wrapped("    ", printable(shown[0].source))
    yield ""


def _assumptions(plan: Plan) -> Iterator[str]:
    yield "Ranges are 80 % intervals. Taken for granted:"
    for said in plan.assumptions:
        yield from _wrapped("  - ", printable(said))


def _range(money: Money, *, marked: bool) -> str:
    return f"{RECALLED if marked else ''}{usd(money.low)} - {usd(money.expected)} - {usd(money.high)}   (low - expected - high)"


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [start.rstrip()]
