"""What it would cost: totals with their range, every component with its source and date, offers, break-even."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TabbedContent, TabPane

from advisor.errors import BadInput
from advisor.marks import LEGEND, RECALLED, sign
from advisor.plan.records import BreakEven, CostComponent, Money, OfferChoice, Plan
from advisor.tui.case import RoomId
from advisor.tui.figures import UNKNOWN, money, number, span, usd
from advisor.tui.screens.base import Room
from advisor.tui.widgets.fact_table import Fact, FactTable
from advisor.tui.widgets.text import cell, clean, one_line, right
from advisor.tui.widgets.tile import Tile

COMPONENTS = ("stage", "what", "low", "expected", "high", "per", "as of")
OFFERS = ("", "provider", "GPU", "per hour", "hours", "this training", "fits", "as of")


class PlanScreen(Room):
    """Dollars and hours before they are spent."""

    CSS_PATH = "tables.tcss"
    help_topic = "plan"
    room: ClassVar[RoomId] = "plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "tab('components')", "Components", id="plan.components", tooltip="Every line of the bill"),
        Binding("o", "tab('offers')", "Offers", id="plan.offers", tooltip="Ways to rent the hardware"),
        Binding("b", "tab('break-even')", "Break-even", id="plan.break_even", tooltip="From which volume one's own model pays"),
        Binding("m", "tab('memory')", "Memory", id="plan.memory", tooltip="What fills the memory, and what was assumed"),
    ]  # fmt: skip

    @dataclass
    class Loaded(Message):
        """The plan for the case's profile."""

        plan: Plan

    @dataclass
    class Refused(Message):
        """Why this model cannot be planned for, and what can be done."""

        message: str
        hint: str

    def body(self) -> ComposeResult:
        """Totals, then four tables."""
        with Horizontal(id="totals"):
            yield Tile("Once", key="once")
            yield Tile("Monthly", key="monthly")
            yield Tile("GPU hours", key="hours")
            yield Tile("Peak memory", key="memory-peak")
        yield Static(id="summary")
        yield Static(id="unpriced")
        with TabbedContent():
            with TabPane("Components", id="components"):
                yield FactTable(*COMPONENTS, flexible=1, key="component-table")
            with TabPane("Offers", id="offers"):
                yield FactTable(*OFFERS, flexible=1, key="offer-table")
            with TabPane("Break-even", id="break-even"), VerticalScroll():
                yield Static(id="break-even-text", classes="text")
            with TabPane("Memory and assumptions", id="memory"), VerticalScroll():
                yield Static(id="memory-text", classes="text")

    def on_mount(self) -> None:
        """Show the recorded plan, or ask for it."""
        if self.case.plan is not None:
            self.show(self.case.plan)
        else:
            self.query_one("#body").loading = True
            self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="plan")
    def load(self) -> None:
        """Plan for the profile, with the model that was chosen."""
        if self.case.profile is None:
            return
        try:
            self.post_message(self.Loaded(self.shell.workflow.plan(self.case.profile, model=self.case.model)))
        except BadInput as error:
            self.post_message(self.Refused(error.message, error.hint))

    def on_plan_screen_refused(self, event: Refused) -> None:
        """Say in the room why there is no plan, and where the other models are."""
        self.query_one("#body").loading = False
        for part in ("#totals", "#unpriced", "TabbedContent"):
            self.query_one(part).display = False
        said = Content.assemble(("No plan: ", "bold"), f"{clean(event.message)}\n{clean(event.hint)}\n\n")
        self.query_one("#summary", Static).update(said + Content("2 goes back to the shortlist."))

    def on_plan_screen_loaded(self, event: Loaded) -> None:
        """The plan has come."""
        self.query_one("#body").loading = False
        self.know(replace(self.case, plan=event.plan))
        self.show(event.plan)

    def show(self, plan: Plan) -> None:
        """Draw a plan."""
        self._show_totals(plan)
        self.query_one("#summary", Static).update(summary_text(plan))
        unpriced = self.query_one("#unpriced", Static)
        unpriced.display = bool(plan.unpriced)
        names = ", ".join(map(one_line, plan.unpriced))
        unpriced.update(Content(f"! Not in the totals, price unknown: {names}"))
        self.query_one("#component-table", FactTable).show([component_fact(line) for line in plan.components])
        offers = [offer_fact(offer, chosen=offer == plan.chosen) for offer in plan.offers]
        self.query_one("#offer-table", FactTable).show(offers)
        self.query_one("#break-even-text", Static).update(break_even_text(plan.break_even))
        self.query_one("#memory-text", Static).update(memory_text(plan))
        self.query_one("#component-table", FactTable).table.focus()

    def _show_totals(self, plan: Plan) -> None:
        once, month = (RECALLED if plan.total_recalled(kind) else "" for kind in ("once", "monthly"))
        mark = sign(plan.chosen.confidence)
        self.query_one("#once", Tile).show(once + usd(plan.once_usd.expected), once + bounds(plan.once_usd))
        self.query_one("#monthly", Tile).show(month + usd(plan.monthly_usd.expected), month + bounds(plan.monthly_usd))
        hours, memory = plan.gpu_hours, plan.peak_memory_gib
        self.query_one("#hours", Tile).show(
            mark + number(hours.expected), f"{mark}{number(hours.low)}-{number(hours.high)}"
        )
        peak = f"{mark}{number(memory.low)}-{number(memory.high)} of {number(plan.chosen.memory_gib)}"
        self.query_one("#memory-peak", Tile).show(f"{mark}{number(memory.expected)} GiB", peak)

    def action_tab(self, name: str) -> None:
        """Show one part and put the focus into it."""
        tabs = self.query_one(TabbedContent)
        tabs.active = name
        tables = tabs.get_pane(name).query(FactTable)
        target = tables.first().table if tables else tabs.get_pane(name).query_one(VerticalScroll)
        self.call_after_refresh(target.focus)


def bounds(range_: Money) -> str:
    """Low to high."""
    return f"{usd(range_.low)}-{usd(range_.high)}"


def summary_text(plan: Plan) -> Content:
    """Model, method and the offer that was chosen."""
    offer = plan.chosen
    aged = "" if offer.stale_days is None else f", {offer.stale_days} days old: check it"
    mark = sign(offer.confidence)
    where = f"{offer.provider}, {mark}{usd(offer.usd_per_hour)}/h, as of {offer.as_of}{aged}"
    return Content.assemble(
        (one_line(plan.model), "bold"), f" by {plan.method} on {offer.gpus}x {one_line(offer.gpu)}  ",
        (one_line(where), "$foreground-muted"), f"\n{LEGEND}" if plan.any_recalled else "",
    )  # fmt: skip


def component_fact(line: CostComponent) -> Fact:
    """One line of the bill; an unpriced one says so in place of its figures."""
    price = line.usd
    mark = sign(line.confidence)
    figures = ["-", "unpriced", "-"]
    if price is not None:
        figures = [mark + usd(part) for part in (price.low, price.expected, price.high)]
    per = "once" if line.recurring == "once" else "month"
    cells = (cell(line.stage), cell(line.name), *map(right, figures), cell(per), cell(str(line.as_of)))
    unit = f"{usd(line.unit_price_usd)} each" if line.unit_price_usd is not None else f"unit price {UNKNOWN}"
    detail = Content.assemble(
        f"{span(line.quantity, clean(line.unit))} at {unit}. {clean(line.because)}",
        ("\nsource  ", "$text-accent"), f"{clean(line.source)}, as of {line.as_of}",
    )  # fmt: skip
    return Fact(cells, detail)


def offer_fact(offer: OfferChoice, *, chosen: bool) -> Fact:
    """One way to rent the hardware."""
    fits = UNKNOWN if offer.fits is None else "yes" if offer.fits else "no"
    mark = "▸ chosen" if chosen else ""
    sure = sign(offer.confidence)
    cells = (
        cell(mark), cell(offer.provider), cell(f"{offer.gpus}x {offer.gpu}"), right(sure + usd(offer.usd_per_hour)),
        right(sure + number(offer.hours.expected)), right(sure + usd(offer.usd.expected)), cell(fits), cell(str(offer.as_of)),
    )  # fmt: skip
    detail = Content.assemble(
        f"{money(offer.usd)} for {span(offer.hours, 'h')}; peak {span(offer.peak_memory_gib)} of "
        f"{number(offer.memory_gib)} GiB.",
        ("\nsource  ", "$text-accent"), f"{clean(offer.source)}, as of {offer.as_of}",
    )  # fmt: skip
    return Fact(cells, detail)


def break_even_text(even: BreakEven) -> Content:
    """From which volume a model of one's own costs no more than the API."""
    volume = (
        f"{sign(even.confidence)}{even.requests_per_day:,.0f} requests a day"
        if even.requests_per_day is not None
        else "no break-even"
    )
    api = (
        f"{one_line(even.api_model)}: {usd(even.api_usd_per_request)} a request" if even.api_model else "no API priced"
    )
    return Content.assemble(
        (volume, "bold"), f"\n{clean(even.because)}",
        ("\n\nAPI        ", "$text-accent"), api,
        ("\nOne's own  ", "$text-accent"), f"{usd(even.self_host_usd_per_month)} a month, always on",
    )  # fmt: skip


def memory_text(plan: Plan) -> Content:
    """What fills the memory, and what was assumed."""
    lines = [
        Content(f"{clean(name).replace('_', ' '):<24}{number(gib):>8} GiB") for name, gib in plan.breakdown_gib.items()
    ]
    assumed = [Content(f"· {clean(line)}") for line in plan.assumptions]
    return Content("\n").join([*lines, Content(""), *assumed])
