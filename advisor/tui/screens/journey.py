"""A journey: its stages on one side, what goes on now on the other; it walks on by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import ContentSwitcher, OptionList, Static

from advisor.tui.case import Case, RoomId, run_of
from advisor.tui.driver import standing_halt
from advisor.tui.screens.base import Room
from advisor.tui.screens.cards import conclusion_card
from advisor.tui.screens.home import stage_room
from advisor.tui.screens.run import STOPPABLE, stop_question
from advisor.tui.widgets.run_panel import RunPanel
from advisor.tui.widgets.spine import Spine
from advisor.tui.widgets.trouble_box import TroubleBox
from advisor.workflow.records import JourneyView


class JourneyScreen(Room):
    """Stage by stage to the report."""

    CSS_PATH = "journey.tcss"
    help_topic = "journey"
    room: ClassVar[RoomId] = "journey"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "proceed", "Continue", id="journey.continue", tooltip="Walk on from where the journey stands"),
        Binding("s", "stop", "Stop", id="journey.stop", tooltip="Ask the run that goes on to save and end"),
        Binding("v", "result", "Result", id="journey.result", tooltip="Open the comparison"),
    ]
    panel = getters.query_one(RunPanel)
    spine = getters.query_one(Spine)

    def body(self) -> ComposeResult:
        """Stages left, now right."""
        with Horizontal(id="sides"):
            with VerticalScroll(id="left", can_focus=False):
                yield Spine(tall=True)
            with Vertical(id="right"):
                yield TroubleBox()
                with ContentSwitcher(initial="concluded", id="now"):
                    with VerticalScroll(id="concluded"):
                        yield Static(id="card")
                    with Vertical(id="live"):
                        yield RunPanel()

    def on_mount(self) -> None:
        """Show it as it stands, and follow it."""
        self.shell.run_began.subscribe(self, self._run_began)
        self.spine.focus()
        if self.case.journey is not None:
            self._draw(self.case.journey)
            self._point_at_now()
            self._follow(run_of(self.case.journey) if self._going(self.case.journey) else None)

    # -- following ---------------------------------------------------------------------------------------------
    def know(self, case: Case) -> None:
        """Draw the journey as it is now."""
        super().know(case)
        if case.journey is not None and self.is_mounted:
            self._draw(case.journey)

    def _run_began(self, both: tuple[str, str]) -> None:
        journey_id, run_id = both
        if self.case.journey is not None and journey_id == self.case.journey.id:
            self._follow(run_id)

    def _follow(self, run_id: str | None) -> None:
        if run_id is not None and run_id != self.panel.run_id:
            self.panel.follow(run_id)
        self._switch()

    def on_run_panel_settled(self) -> None:
        """The run is over: what it means is said by the journey."""
        self.refresh_bindings()

    def on_run_panel_looked(self) -> None:
        """The process may have changed what can be done."""
        self.refresh_bindings()

    # -- drawing -----------------------------------------------------------------------------------------------
    def _draw(self, view: JourneyView) -> None:
        self.spine.show(view.stages)
        self.query_one("#card", Static).update(conclusion_card(view))
        halt = self.shell.halts.get(view.id) or (standing_halt(view) if self.shell.driving != view.id else None)
        box = self.query_one(TroubleBox)
        if halt is None:
            box.hide()
        else:
            title = next(stage.title for stage in view.stages if stage.id == halt.stage)
            box.show(f"{title}: {halt.message}", halt.hint, "c continues")
        self._switch()
        self.refresh_bindings()

    def _point_at_now(self) -> None:
        """The cursor begins at the stage that is next."""
        view = self.case.journey
        if view is not None:
            self.spine.highlighted = next(
                (at for at, stage in enumerate(view.stages) if stage.id == view.next_stage), 6
            )

    def _switch(self) -> None:
        """The run while one goes on or stopped short; else what has been concluded."""
        view = self.case.journey
        live = (
            view is not None
            and self.panel.run_id is not None
            and view.next_stage in ("prepare", "probe", "train", "compare")
        )
        self.query_one("#now", ContentSwitcher).current = "live" if live else "concluded"

    def _going(self, view: JourneyView) -> bool:
        return any(stage.status in ("running", "interrupted", "failed") and stage.run_id for stage in view.stages)

    # -- acting ------------------------------------------------------------------------------------------------
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Continue what stands still, stop what goes on."""
        view = self.case.journey
        if action == "proceed":
            return True if view is not None and view.next_stage is not None and self.shell.driving != view.id else None
        if action == "stop":
            going = self.is_mounted and self.panel.run_id is not None and self.panel.status in STOPPABLE
            return True if going else None
        if action == "result":
            return True if view is not None and view.comparison is not None else None
        return super().check_action(action, parameters)

    def action_proceed(self) -> None:
        """Walk on."""
        if self.case.journey is not None:
            self.shell.continue_journey(self.case.journey)

    def action_result(self) -> None:
        """Open the comparison."""
        self.action_room("comparison")

    @work(group="ask")
    async def action_stop(self) -> None:
        """Ask, then stop the run that goes on."""
        run_id = self.panel.run_id
        if run_id is not None and await self.app.push_screen_wait(stop_question(run_id)):
            self._stop(run_id)

    @work(thread=True, exit_on_error=False, group="stop")
    def _stop(self, run_id: str) -> None:
        self.shell.workflow.stop_run(run_id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what came out of a stage."""
        if self.case.journey is None:
            return
        stage = self.case.journey.stages[event.option_index]
        target = stage_room(stage.id, replace(self.case, run_id=stage.run_id))
        case = replace(self.case, run_id=stage.run_id) if target == "run" else self.case
        if target != self.room:
            self.shell.open_room(target, case)
