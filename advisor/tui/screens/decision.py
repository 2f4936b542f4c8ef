"""The decision: verdict in words, how sure, why by which gates, what would flip it, what to learn next."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static, TabbedContent, TabPane, Tabs

from advisor.decide.records import Decision, Flip, GateResult, Probe
from advisor.questions import BY_ID
from advisor.tui.case import RoomId
from advisor.tui.figures import UNKNOWN, bar, usd
from advisor.tui.screens.base import Room
from advisor.tui.widgets.bars import Bars, approach_bars
from advisor.tui.widgets.fact_table import Fact, FactTable
from advisor.tui.widgets.text import cell, clean, one_line
from advisor.tui.words import APPROACH_NAMES, APPROACH_VERDICTS, field_name, spoken
from advisor.workflow.records import Advice

ROOMY_ROWS = 32
TUNING = frozenset({"lora", "rag_lora", "distill"})


class DecisionScreen(Room):
    """Prompt or fine-tune, with the evidence."""

    CSS_PATH = "decision.tcss"
    help_topic = "decision"
    room: ClassVar[RoomId] = "decision"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "tab('chances')", "Chances", id="decision.chances", show=False, tooltip="How likely each is the best"),
        Binding("g", "tab('gates')", "Gates", id="decision.gates", tooltip="The rules, those that fired first"),
        Binding("f", "tab('flips')", "Flips", id="decision.flips", tooltip="The smallest changes that change it"),
        Binding("a", "tab('assumed')", "Assumed", id="decision.assumed", tooltip="What was unknown, and how it was treated"),
        Binding("t", "train", "Train it", id="decision.train", tooltip="Start a journey with this profile"),
    ]  # fmt: skip

    @dataclass
    class Loaded(Message):
        """The advice on the case's profile."""

        advice: Advice

    def body(self) -> ComposeResult:
        """Verdict above, bars and next probe in the middle, evidence below."""
        yield Static(id="verdict")
        yield Static(id="headline")
        yield from chances("middle")
        with TabbedContent(id="evidence"):
            with TabPane("Chances", id="chances"):
                yield from chances("small-middle")
            with TabPane("Gates", id="gates"):
                yield FactTable("", "effect", "because", flexible=2, key="gate-table")
            with TabPane("What would flip it", id="flips"):
                yield FactTable(
                    "answer", "if it were", "then", "rather than", flexible=3, empty=NO_FLIP, key="flip-table"
                )
            with TabPane("Assumed", id="assumed"), VerticalScroll():
                yield Static(id="assumptions")

    def on_mount(self) -> None:
        """Show the recorded advice, or ask for it."""
        if self.case.advice is not None:
            self.show(self.case.advice)
        else:
            self.query_one("#body").loading = True
            self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="decision")
    def load(self) -> None:
        """Decide and shortlist."""
        if self.case.profile is not None:
            self.post_message(self.Loaded(self.shell.workflow.advise(self.case.profile)))

    def on_decision_screen_loaded(self, event: Loaded) -> None:
        """The answer has come."""
        self.query_one("#body").loading = False
        self.know(replace(self.case, advice=event.advice))
        self.show(event.advice)

    def show(self, advice: Advice) -> None:
        """Draw a decision."""
        decision = advice.decision
        verdict = self.query_one("#verdict", Static)
        verdict.update(verdict_line(decision))
        verdict.set_class(decision.approach not in TUNING, "-restrained")
        self.query_one("#headline", Static).update(Content(clean(decision.headline)))
        for bars in self.query(Bars):
            bars.show(approach_bars(decision))
        for probe in self.query(".probe").results(Static):
            probe.update(probe_text(decision.next_probe))
        self.query_one("#assumptions", Static).update(assumption_text(decision.assumptions))
        self.query_one("#gate-table", FactTable).show(gate_facts(decision.gates))
        self.query_one("#flip-table", FactTable).show([flip_fact(flip) for flip in decision.flips])
        fired = sum(gate.fired for gate in decision.gates)
        tabs = self.query_one(TabbedContent)
        tabs.get_tab("gates").label = Content(f"Gates: {fired} of {len(decision.gates)} fired")
        tabs.get_tab("flips").label = Content(f"What would flip it: {len(decision.flips)}")
        self._place_chances()
        self.query_one(Tabs).focus()

    def on_resize(self) -> None:
        """The chances stand above the evidence where there is room, else they are its first tab."""
        self._place_chances()

    def _place_chances(self) -> None:
        roomy = self.app.size.height >= ROOMY_ROWS
        self.query_one("#middle").display = roomy
        tabs = self.query_one(TabbedContent)
        if not roomy:
            tabs.show_tab("chances")
            return
        if tabs.active == "chances":
            tabs.active = "gates"
        tabs.hide_tab("chances")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Training can be started where tuning was advised and no journey did it yet."""
        if action == "train":
            advice = self.case.advice
            can = self.case.journey is None and advice is not None and advice.decision.approach in TUNING
            return True if can else None
        return super().check_action(action, parameters)

    def action_tab(self, name: str) -> None:
        """Show one kind of evidence and put the focus into it."""
        tabs = self.query_one(TabbedContent)
        if not tabs.get_tab(name).display:
            return
        tabs.active = name
        table = tabs.get_pane(name).query(FactTable)
        target: Widget = table.first().table if table else tabs.get_pane(name).query(VerticalScroll).first()
        self.call_after_refresh(target.focus)

    async def action_train(self) -> None:
        """Ask for model and data, then start."""
        await self.run_action("app.train_profile")


def chances(key: str) -> ComposeResult:
    """Bars of all approaches beside the next thing to learn."""
    with Horizontal(id=key, classes="chances"):
        with Vertical(classes="bars"):
            yield Static("Chance of being best", classes="heading")
            yield Bars()
        with VerticalScroll(classes="next", can_focus=False):
            yield Static("Next to learn", classes="heading")
            yield Static(classes="probe")


NO_FLIP = "No single change of an input changes this decision."


def verdict_line(decision: Decision) -> Content:
    """The verdict in words, and how sure it is."""
    sure = f"{decision.confidence:.2f} {bar(decision.confidence, 10):<10}"
    said = APPROACH_VERDICTS[decision.approach]
    return Content.assemble((said, "bold"), ("   confidence ", "$foreground-muted"), (sure, "$text-accent"))


def probe_text(probe: Probe | None) -> Content:
    """What to learn next, what it costs, and the chance that it changes the answer."""
    if probe is None:
        return Content("Nothing that is cheap to learn would change the answer.")
    cost = f"{probe.hours:g} h, {usd(probe.usd) if probe.usd is not None else 'price ' + UNKNOWN}"
    chance = f"{probe.chance_to_change:.0%} chance to change the answer"
    run = [Content.assemble(("$ ", "$text-accent"), one_line(probe.command))] if probe.command else []
    name = Content.assemble((one_line(field_name(probe.learns)), "bold"), ("  " + cost, "$foreground-muted"))
    return Content("\n").join([name, Content(chance), Content(clean(probe.why)), *run])


def assumption_text(assumptions: tuple[str, ...]) -> Content:
    """One line for each thing that was assumed."""
    if not assumptions:
        return Content("Nothing had to be assumed.")
    return Content("\n").join([Content(f"· {clean(spoken(line))}") for line in assumptions])


def gate_facts(gates: tuple[GateResult, ...]) -> list[Fact]:
    """Gates, those that fired first; the source is said for the highlighted one."""
    return [_gate_fact(gate) for gate in sorted(gates, key=lambda gate: not gate.fired)]


def _gate_fact(gate: GateResult) -> Fact:
    style = "" if gate.fired else "dim"
    mark = "● fired" if gate.fired else "○ quiet"
    effect, because = effect_said(gate.effect), spoken(gate.because)
    cells = (cell(mark, style), cell(one_line(effect, 28), style), cell(because, style))
    detail = Content.assemble(
        f"{clean(because)} ({clean(effect)})",
        ("\nsource  ", "$text-accent"),
        clean(gate.source),
        (f"  rule {one_line(gate.id, 40)}", "$foreground-muted"),
    )
    return Fact(cells, detail)


def effect_said(effect: str) -> str:
    """What a gate does, with the approach it leads to in words."""
    for approach, name in APPROACH_NAMES.items():
        effect = re.sub(rf"-> {approach}\b", f"→ {name}", effect)
    return effect


def flip_fact(flip: Flip) -> Fact:
    """One input's smallest change that changes the decision."""
    then = APPROACH_NAMES[flip.approach]
    name, before, after = field_name(flip.input), answer_said(flip.input, flip.from_), answer_said(flip.input, flip.to)
    detail = Content(f"If {one_line(name)} were {one_line(after)} rather than {one_line(before)}: {then}.")
    return Fact((cell(name), cell(after), cell(f"→ {then}"), cell(before)), detail)


def answer_said(field: str, value: object) -> str:
    """An answer as the question offers it, else the value in words."""
    question = BY_ID.get(field)
    labels = {choice.value: choice.label for choice in question.choices} if question is not None else {}
    return labels.get(str(value)) or value_text(value)


def value_text(value: object) -> str:
    """A profile value in words."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).replace("_", " ")
