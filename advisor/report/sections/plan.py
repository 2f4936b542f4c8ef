"""What it was planned to cost, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.marks import LEGEND, RECALLED, sign
from advisor.plan.records import CostComponent, Method, Money, Plan
from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, gib, hours, usd
from advisor.report.records import Block, Bullets, Inline, Line, Paragraph, Quote, Section, Strong, Table

METHODS: dict[Method, str] = {"lora": "LoRA", "qlora4": "LoRA on a 4-bit base", "full": "Full fine-tuning"}


def plan_section(facts: ReportFacts, ledger: Ledger) -> Section | None:
    """The plan; None where none was made."""
    plan = facts.plan
    if plan is None:
        return None
    blocks: list[Block] = [
        Paragraph(line=_offer(plan, ledger), role="lead"),
        *_age(plan, ledger),
        _components(plan, ledger),
        Paragraph(line=_totals(plan, ledger)),
        Paragraph(line=_break_even(plan, ledger)),
    ]
    if plan.any_recalled:
        blocks.append(Paragraph(line=(LEGEND,), role="note"))
    if plan.unpriced:
        blocks.append(
            Paragraph(line=(f"Without a known price, and in no total: {', '.join(plan.unpriced)}.",), role="note")
        )
    if plan.assumptions:
        blocks += [Paragraph(line=("The plan assumes:",)), Bullets(lines=tuple((text,) for text in plan.assumptions))]
    return Section(id="plan", title="What would it cost?", blocks=tuple(blocks))


def _offer(plan: Plan, ledger: Ledger) -> Line:
    offer = plan.chosen
    source = f"{offer.source} ({offer.as_of})"
    price = ledger.stated(
        source,
        "offer.usd_per_hour",
        usd(offer.usd_per_hour),
        offer.usd_per_hour,
        unit="USD per hour",
        how="price of the offer",
    )
    time, memory = plan.gpu_hours, plan.peak_memory_gib
    parts = {"low": hours(time.low), "expected": hours(time.expected), "high": hours(time.high)}
    low, mid, high = (
        ledger.recorded(
            "planned", f"plan.gpu_hours.{name}", text, getattr(time, name), unit="hours", how="gpu_hours, 80 % interval"
        )
        for name, text in parts.items()
    )
    peak = ledger.recorded(
        "planned", "plan.peak_memory.high", gib(memory.high), memory.high, unit="GiB", how="peak_memory_gib.high"
    )
    mark = sign(offer.confidence)
    return (
        f"{METHODS[plan.method]} on ", Quote(text=plan.model), ", on ", Quote(text=f"{offer.gpus} x {offer.gpu}"), " from ",
        Quote(text=offer.provider), f" at {mark}", price, f" an hour: {mark}", mid, f" ({mark}", low, f" to {mark}", high,
        f"), at most {mark}", peak, " of memory.",
    )  # fmt: skip


def _age(plan: Plan, ledger: Ledger) -> Iterator[Block]:
    """A price that is older than is trusted, said aloud, with the cheapest that is not."""
    offer = plan.chosen
    if offer.stale_days is None:
        return
    line: Line = (
        Strong(text="The price is old: "), f"it was seen {offer.stale_days} days ago, on {offer.as_of}. Ask for today's.",
    )  # fmt: skip
    fresh = next((one for one in plan.offers if not one.note and one.stale_days is None), None)
    if fresh is not None:
        price = ledger.recorded(
            "planned", "plan.fresh_offer.usd_per_hour", usd(fresh.usd_per_hour), fresh.usd_per_hour,
            unit="USD per hour", how=f"{fresh.source}, {fresh.as_of}",
        )  # fmt: skip
        named = Quote(text=f"{fresh.gpus} x {fresh.gpu} from {fresh.provider}")
        line = (
            *line,
            " The cheapest of the recent ones is ",
            named,
            " at ",
            price,
            f" an hour ({fresh.source}, {fresh.as_of}).",
        )
    yield Paragraph(line=line, role="note")


def _components(plan: Plan, ledger: Ledger) -> Table:
    return Table(
        caption="Cost components",
        header=("What, and source", "When", "Quantity", "Low", "Expected", "High"),
        rows=tuple(_component(part, ledger) for part in plan.components),
        numeric=(2, 3, 4, 5),
        note="Low to high is an 80 % interval. Unknown is not zero: it is in no total.",
    )


def _component(part: CostComponent, ledger: Ledger) -> tuple[Line, ...]:
    amount: tuple[Line, ...] = (("unknown",), ("unknown",), ("unknown",))
    if part.usd is not None:
        figures = money(part.usd, f"plan.{part.id}.usd", ledger, how=part.because)
        amount = tuple(_marked(figure, sign(part.confidence)) for figure in figures)
    quantity = ledger.recorded(
        "planned",
        f"plan.{part.id}.quantity",
        count(part.quantity.expected),
        part.quantity.expected,
        unit=part.unit,
        how=part.because,
    )
    name = part.name if part.counted else f"{part.name} (an alternative, in no total)"
    return (Strong(text=name), f" {part.source}, {part.as_of}"), (part.recurring,), (quantity, f" {part.unit}"), *amount


def _marked(figure: Inline, mark: str) -> Line:
    """A figure with the mark before it, where it rests on what is recalled."""
    return (mark, figure) if mark else (figure,)


def money(amount: Money, fact_id: str, ledger: Ledger, *, how: str) -> Line:
    """Low, expected and high of an amount."""
    return tuple(
        ledger.recorded(
            "planned", f"{fact_id}.{name}", usd(getattr(amount, name)), getattr(amount, name), unit="USD", how=how
        )
        for name in ("low", "expected", "high")
    )


def _totals(plan: Plan, ledger: Ledger) -> Line:
    once = money(plan.once_usd, "plan.once", ledger, how="sum of what is paid once")
    monthly = money(plan.monthly_usd, "plan.monthly", ledger, how="sum of what is paid every month")
    first, then = (RECALLED if plan.total_recalled(kind) else "" for kind in ("once", "monthly"))
    return (
        f"Once {first}", once[1], f" ({first}", once[0], f" to {first}", once[2], f"), then every month {then}", monthly[1],
        f" ({then}", monthly[0], f" to {then}", monthly[2], ").",
    )  # fmt: skip


def _break_even(plan: Plan, ledger: Ledger) -> Line:
    even = plan.break_even
    if even.requests_per_day is None:
        return (f"Break-even: {even.because}.",)
    number = ledger.recorded(
        "planned",
        "plan.break_even",
        count(even.requests_per_day),
        even.requests_per_day,
        unit="requests per day",
        how=even.because,
    )
    against: Line = (" against ", Quote(text=even.api_model)) if even.api_model else ()
    return (
        "Break-even", *against, f" at {sign(even.confidence)}", number, (f" requests a day ({even.because}). It weighs the rent of the machine "
        "alone, and takes the API's answers for as good."),
    )  # fmt: skip
