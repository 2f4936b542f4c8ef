"""Did it help? Verdict, effect with its interval drawn, arms, guards, and both answers to every item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static, TabbedContent, TabPane

from advisor.compare.records import ArmSummary, Comparison, Guard, ItemPair, Primary, RegisteredPlan
from advisor.tui.case import RoomId
from advisor.tui.figures import percent, points
from advisor.tui.screens.base import Room
from advisor.tui.widgets.fact_table import Fact, FactTable
from advisor.tui.widgets.interval import draw
from advisor.tui.widgets.text import cell, clean, one_line, right
from advisor.tui.words import VERDICT_NAMES

Filter = Literal["all", "fixed", "broken", "both_wrong", "both_right"]
FILTERS: tuple[Filter, ...] = ("all", "fixed", "broken", "both_wrong", "both_right")
OUTCOME_MARKS = {"fixed": "+ fixed", "broken": "- broken", "both_right": "✓ both right", "both_wrong": "✗ both wrong",
                 "missing": "? missing"}  # fmt: skip
ARMS = ("role", "arm", "score", "95 % interval", "right", "valid", "errors")
GOOD = frozenset({"SHIP", "SHIP_CHEAPER"})
MAX_SHOWN = 2_000


class ComparisonScreen(Room):
    """Baseline against candidate on the same items."""

    CSS_PATH = "comparison.tcss"
    help_topic = "comparison"
    room: ClassVar[RoomId] = "comparison"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "tab('arms')", "Arms", id="comparison.arms", tooltip="Each arm with its interval"),
        Binding("g", "tab('guards')", "Guards", id="comparison.guards", tooltip="What must not get worse"),
        Binding("i", "tab('items')", "Items", id="comparison.items", tooltip="Both answers to every item"),
        Binding("f", "filter", "Filter", id="comparison.filter", tooltip="All, fixed, broken, both wrong, both right"),
        Binding("p", "tab('registered')", "Plan", id="comparison.registered", show=False,
                tooltip="What was fixed before any output was seen"),
    ]  # fmt: skip
    tabs = getters.query_one(TabbedContent)

    @dataclass
    class Loaded(Message):
        """Both answers to every item."""

        items: tuple[ItemPair, ...]

    def body(self) -> ComposeResult:
        """Verdict and effect above, evidence below."""
        yield Static(id="verdict")
        yield Static(id="effect")
        yield Static(id="drawing")
        with TabbedContent():
            with TabPane("Arms", id="arms"):
                yield FactTable(*ARMS, flexible=1, key="arm-table")
            with TabPane("Guards", id="guards"):
                yield FactTable("", "guard", "baseline", "candidate", "difference", "margin", key="guard-table",
                                empty="No guard was registered.")  # fmt: skip
            with TabPane("Items", id="items"):
                yield Static(id="filter-line")
                yield FactTable("", "outcome", "input", "wanted", flexible=2, key="item-table")
                with Horizontal(id="answers"):
                    for part in ("asked", "before", "after"):
                        with VerticalScroll():
                            yield Static(id=part)
            with TabPane("Registered plan", id="registered"), VerticalScroll():
                yield Static(id="registered-text")

    def on_mount(self) -> None:
        """Show the comparison and read the items."""
        self.items: tuple[ItemPair, ...] = ()
        self.shown: tuple[ItemPair, ...] = ()
        self.wanted: Filter = "all"
        comparison = self.case.journey.comparison if self.case.journey is not None else None
        if comparison is not None:
            self.comparison = comparison
            self.show(comparison)
            self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="items")
    def load(self) -> None:
        """Read the items."""
        if self.case.journey is not None:
            self.post_message(self.Loaded(self.shell.workflow.items(self.case.journey.id)))

    def on_comparison_screen_loaded(self, event: Loaded) -> None:
        """The items have come."""
        self.items = event.items
        self._show_items()

    # -- drawing -----------------------------------------------------------------------------------------------
    def show(self, comparison: Comparison) -> None:
        """Draw a comparison."""
        verdict = self.query_one("#verdict", Static)
        verdict.update(Content.assemble((VERDICT_NAMES[comparison.verdict], "bold"), f"\n{clean(comparison.because)}"))
        verdict.set_class(comparison.verdict not in GOOD, "-restrained")
        self._show_effect(comparison.primary)
        self.query_one("#arm-table", FactTable).show([arm_fact(arm, comparison) for arm in comparison.arms])
        self.query_one("#guard-table", FactTable).show([guard_fact(guard) for guard in comparison.guards])
        self.query_one("#registered-text", Static).update(registered_text(comparison.plan, comparison.deviations))
        self.query_one("#arm-table", FactTable).table.focus()

    def on_resize(self) -> None:
        """The drawing is as wide as there is room."""
        comparison = getattr(self, "comparison", None)
        if comparison is not None:
            self._show_effect(comparison.primary)

    def _show_effect(self, primary: Primary | None) -> None:
        self.set_class(primary is None, "-no-effect")
        if primary is None:
            return
        self.query_one("#effect", Static).update(effect_text(primary))
        drawn = draw(primary.difference, primary.interval, max(20, min(72, self.size.width - 6)))
        self.query_one("#drawing", Static).update(
            Content.assemble((drawn.line, "$text-primary"), (f"\n{drawn.scale}", "$foreground-muted"))
        )

    def _show_items(self) -> None:
        counts: dict[str, int] = {name: sum(item.outcome == name for item in self.items) for name in FILTERS[1:]}
        counts["all"] = len(self.items)
        self.query_one("#filter-line", Static).update(filter_line(self.wanted, counts))
        chosen = [item for item in self.items if self.wanted in ("all", item.outcome)]
        self.shown = tuple(chosen[:MAX_SHOWN])
        facts = [item_fact(number, item) for number, item in enumerate(self.shown, start=1)]
        self.query_one("#item-table", FactTable).show(facts)
        self._show_answers(0)

    def _show_answers(self, row: int) -> None:
        known = 0 <= row < len(self.shown) and self.comparison.plan is not None
        item, plan = (self.shown[row], self.comparison.plan) if known else (None, None)
        asked = Content.assemble(("asked", "$text-accent"), f"\n{clean(item.input)}", ("\nwanted  ", "$text-accent"),
                                 clean(item.target)) if item is not None else Content("")  # fmt: skip
        self.query_one("#asked", Static).update(asked)
        for name, arm in (("before", plan.baseline if plan else ""), ("after", plan.candidate if plan else "")):
            self.query_one(f"#{name}", Static).update(answer_text(item, arm) if item is not None else Content(""))

    # -- acting ------------------------------------------------------------------------------------------------
    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show both answers to the highlighted item."""
        if event.data_table is self.query_one("#item-table", FactTable).table:
            self._show_answers(event.cursor_row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only items can be filtered."""
        if action == "filter":
            return True if self.is_mounted and self.tabs.active == "items" else None
        return super().check_action(action, parameters)

    def on_tabbed_content_tab_activated(self) -> None:
        """What can be done depends on the tab; reading answers needs room."""
        self.set_class(self.tabs.active == "items", "-reading")
        self.refresh_bindings()

    def action_filter(self) -> None:
        """The next filter."""
        self.wanted = FILTERS[(FILTERS.index(self.wanted) + 1) % len(FILTERS)]
        self._show_items()

    def action_tab(self, name: str) -> None:
        """Show one part and put the focus into it."""
        self.tabs.active = name
        pane = self.tabs.get_pane(name)
        tables = pane.query(DataTable)
        self.call_after_refresh(tables.first().focus if tables else pane.query_one(VerticalScroll).focus)


def effect_text(primary: Primary) -> Content:
    """Effect first, p second."""
    low, high = primary.interval
    lost, won = primary.discordant
    return Content.assemble(
        f"{percent(primary.baseline)} → ", (percent(primary.candidate), "bold"), "   ",
        (points(primary.difference), "bold $text-accent"), f"  95 % interval {points(low)} to {points(high)}\n",
        (f"n = {primary.n}, fixed {won}, broken {lost}, {p_text(primary.p_value)}", "$foreground-muted"),
        (f"\n{one_line(primary.method)}", "$foreground-muted"),
    )  # fmt: skip


def p_text(p_value: float) -> str:
    """A p-value; beyond a thousandth its digits mean nothing."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def arm_fact(arm: ArmSummary, comparison: Comparison) -> Fact:
    """An arm's score with its interval, and how many of its outputs were of the wanted form."""
    plan = comparison.plan
    role = {plan.baseline: "baseline", plan.candidate: "candidate"}.get(arm.arm, "") if plan is not None else ""
    low, high = arm.interval
    valid = percent(arm.format_valid / arm.items) if arm.items else "-"
    cells = (cell(role), cell(arm.label), right(percent(arm.score)), cell(f"{100 * low:.1f}-{100 * high:.1f} %"),
             right(f"{arm.correct}/{arm.items}"), right(valid), right(str(arm.errors)))  # fmt: skip
    detail = f"{clean(arm.label)}: {arm.correct} of {arm.items} right; {arm.format_valid} outputs of the wanted form, {arm.errors} items without one."
    return Fact(cells, Content(detail))


def guard_fact(guard: Guard) -> Fact:
    """A condition that must not get worse."""
    mark = "✓ held" if guard.passed else "✗ failed"
    low, high = guard.interval
    cells = (cell(mark), cell(guard.id.replace("_", " ")), right(percent(guard.baseline)), right(percent(guard.candidate)),
             right(points(guard.difference)), right(points(-guard.margin)))  # fmt: skip
    return Fact(cells, Content(f"{clean(guard.because)} Interval {points(low)} to {points(high)}."))


def item_fact(number: int, item: ItemPair) -> Fact:
    """One item and how it came out."""
    cells = (right(str(number)), cell(OUTCOME_MARKS[item.outcome]), cell(item.input), cell(item.target))
    return Fact(cells, Content(""))


def filter_line(chosen: Filter, counts: dict[str, int]) -> Content:
    """The filters with their counts; the chosen one in brackets."""
    parts = [Content.assemble(("f ", "$text-accent"))]
    for name in FILTERS:
        said = f"{name.replace('_', ' ')} {counts[name]}"
        parts.append(Content.assemble((f"[{said}]", "bold") if name == chosen else (f" {said} ", "$foreground-muted")))
    return Content(" ").join(parts)


def answer_text(item: ItemPair, arm: str) -> Content:
    """One arm's answer with its mark."""
    right_one, output = item.correct.get(arm), item.outputs.get(arm)
    mark = {True: "✓ right", False: "✗ wrong", None: "? no answer"}[right_one]
    said = clean(output) if output is not None else "(no output)"
    return Content.assemble((f"{one_line(arm.replace('_', ' '), 30)}  ", "$text-accent"), (mark, "bold"), f"\n{said}")


def registered_text(plan: RegisteredPlan | None, deviations: tuple[str, ...]) -> Content:
    """What was fixed before any output was seen, and what was done otherwise."""
    if plan is None:
        return Content("No plan was registered before the outputs were seen.")
    lines = [
        f"{clean(plan.candidate)} against {clean(plan.baseline)} by {clean(plan.metric)} on {plan.items} items",
        f"alpha {plan.alpha:g}, smallest gain worth having {points(plan.minimum_gain)}, margin {points(-plan.noninferiority_margin)}",
        f"guards: {', '.join(map(clean, plan.guards)) or 'none'}",
        f"SHA-256 {plan.sha256}",
        "",
        "Deviations: " + ("; ".join(map(clean, deviations)) if deviations else "none"),
    ]
    return Content("\n".join(lines))
