"""Which models come into question with what their score is made of, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TabbedContent, TabPane

from advisor.marks import LEGEND, recalled, sign
from advisor.plan.records import Plan
from advisor.shortlist import Candidate, Exclusion, Shortlist
from advisor.tui.case import RoomId
from advisor.tui.figures import bar
from advisor.tui.screens.base import Room
from advisor.tui.widgets.fact_table import Fact, FactTable
from advisor.tui.widgets.text import cell, clean, right
from advisor.workflow.records import Advice

SHOWN = ("model", "score", "because", "")


class ShortlistScreen(Room):
    """Candidates best first; the excluded with their cause."""

    CSS_PATH = "tables.tcss"
    help_topic = "shortlist"
    room: ClassVar[RoomId] = "shortlist"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "tab('candidates')", "Candidates", id="shortlist.candidates", tooltip="Models in question"),
        Binding("x", "tab('excluded')", "Excluded", id="shortlist.excluded", tooltip="Models that are out, and why"),
        Binding("enter", "plan_model", "Plan it", id="shortlist.plan", tooltip="What the highlighted model would cost"),
    ]

    @dataclass
    class Loaded(Message):
        """The advice on the case's profile."""

        advice: Advice

    def body(self) -> ComposeResult:
        """Summary and two tables."""
        yield Static(id="summary")
        with TabbedContent():
            with TabPane("Candidates", id="candidates"):
                yield FactTable(*SHOWN, flexible=2, empty="No model meets the constraints.", key="candidate-table")
            with TabPane("Excluded", id="excluded"):
                yield FactTable(
                    "model", "out because", flexible=1, empty="No model was excluded.", key="excluded-table"
                )

    def on_mount(self) -> None:
        """Show the recorded shortlist, or ask for it."""
        if self.case.advice is not None:
            self.show(self.case.advice.shortlist)
        else:
            self.query_one("#body").loading = True
            self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="shortlist")
    def load(self) -> None:
        """Decide and shortlist."""
        if self.case.profile is not None:
            self.post_message(self.Loaded(self.shell.workflow.advise(self.case.profile)))

    def on_shortlist_screen_loaded(self, event: Loaded) -> None:
        """The answer has come."""
        self.query_one("#body").loading = False
        self.know(replace(self.case, advice=event.advice))
        self.show(event.advice.shortlist)

    def show(self, shortlist: Shortlist) -> None:
        """Draw a shortlist."""
        candidates, excluded = shortlist.candidates, shortlist.excluded
        summary = f"{len(candidates)} models meet the hard constraints, {len(excluded)} do not."
        summary += f" {LEGEND}" if any(recalled(one.confidence) for one in candidates) else ""
        self.query_one("#summary", Static).update(Content(summary))
        table = self.query_one("#candidate-table", FactTable)
        table.show([candidate_fact(candidate) for candidate in candidates])
        self.query_one("#excluded-table", FactTable).show([exclusion_fact(exclusion) for exclusion in excluded])
        table.table.focus()

    def on_data_table_row_selected(self) -> None:
        """Enter on a row plans that model."""
        self.action_plan_model()

    def action_plan_model(self) -> None:
        """Open the plan for the highlighted candidate."""
        row = self.query_one("#candidate-table", FactTable).highlighted
        advice = self.case.advice
        if row is None or advice is None or self.query_one(TabbedContent).active != "candidates":
            return
        model = advice.shortlist.candidates[row].model
        self.shell.open_room("plan", replace(self.case, model=model, plan=self._recorded_plan(model)))

    def _recorded_plan(self, model: str) -> Plan | None:
        """The plan already made, where it is of the same model."""
        return self.case.plan if self.case.plan is not None and self.case.plan.model == model else None

    def action_tab(self, name: str) -> None:
        """Show one of the tables and put the focus into it."""
        tabs = self.query_one(TabbedContent)
        tabs.active = name
        self.call_after_refresh(tabs.get_pane(name).query_one(FactTable).table.focus)


def candidate_fact(candidate: Candidate) -> Fact:
    """A model, its score and what the score is made of."""
    parts = "   ".join(f"{clean(name).replace('_', ' ')} {value:.2f}" for name, value in candidate.parts.items())
    detail = Content.assemble(clean(candidate.because), ("\nscore  ", "$text-accent"), parts)
    score, drawn = f"{candidate.score:.2f}", f"{bar(candidate.score, 10):<10}"
    return Fact(
        (cell(sign(candidate.confidence) + candidate.model), right(score), cell(candidate.because), cell(drawn)), detail
    )


def exclusion_fact(exclusion: Exclusion) -> Fact:
    """A model and the constraint that put it out."""
    return Fact((cell(exclusion.model), cell(exclusion.because)), Content(clean(exclusion.because)))
