"""One run, live or as it was: stop it, go on with it, or only watch; leaving does not stop it."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from advisor.tui.case import RoomId
from advisor.tui.screens.base import Room
from advisor.tui.screens.confirm import ConfirmScreen
from advisor.tui.widgets.run_panel import RunPanel
from advisor.tui.widgets.text import one_line
from advisor.tui.widgets.trouble_box import TroubleBox

STOPPABLE = frozenset({"starting", "running"})
RESUMABLE = frozenset({"interrupted", "killed", "failed"})


def stop_question(run_id: str) -> ConfirmScreen:
    """Asks whether to stop a run."""
    body = Content(
        f"Run {one_line(run_id)} saves what it has and ends. Everything in its journal stays, and resuming goes on "
        "from its last checkpoint or batch."
    )
    return ConfirmScreen("Stop this run?", body, yes="Stop it", no="Let it run")


class RunScreen(Room):
    """A run's events, drawn as they come."""

    CSS_PATH = "run.tcss"
    help_topic = "run"
    room: ClassVar[RoomId] = "run"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop", id="run.stop", tooltip="Ask the run to save and end"),
        Binding("r", "resume", "Resume", id="run.resume", tooltip="Go on with a run that was stopped or killed"),
    ]
    panel = getters.query_one(RunPanel)

    def body(self) -> ComposeResult:
        """The panel, and what is said when the run stopped short."""
        yield TroubleBox()
        yield RunPanel()

    def on_mount(self) -> None:
        """Follow the run."""
        self.query_one("#log-box").focus()
        self._follow()

    def _follow(self) -> None:
        if self.case.shown_run is not None:
            self.panel.follow(self.case.shown_run)

    def on_run_panel_looked(self) -> None:
        """The process may have changed what can be done."""
        self.refresh_bindings()

    def on_run_panel_settled(self, event: RunPanel.Settled) -> None:
        """Say how to go on, where the run stopped short."""
        self.refresh_bindings()
        status, view = self.panel.status, self.panel.view
        box = self.query_one(TroubleBox)
        if status not in RESUMABLE or view is None:
            box.hide()
            return
        said = event.state.message or view.detail or "the process is gone"
        box.show(f"The run is {status}: {said}", event.state.hint or view.resume_command or "", "r resumes it")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What goes on can be stopped, what stopped can be resumed."""
        if action in ("stop", "resume") and self.is_mounted:
            wanted = STOPPABLE if action == "stop" else RESUMABLE
            return True if self.panel.status in wanted else None
        return super().check_action(action, parameters)

    @work(group="ask")
    async def action_stop(self) -> None:
        """Ask, then stop."""
        run_id = self.case.shown_run
        if run_id is not None and await self.app.push_screen_wait(stop_question(run_id)):
            self._stop(run_id)

    @work(thread=True, exit_on_error=False, group="stop")
    def _stop(self, run_id: str) -> None:
        self.shell.workflow.stop_run(run_id)

    def action_resume(self) -> None:
        """Go on with the run."""
        self.query_one(TroubleBox).hide()
        if self.case.shown_run is not None:
            self._resume(self.case.shown_run)

    @work(thread=True, exit_on_error=False, group="resume")
    def _resume(self, run_id: str) -> None:
        self.shell.workflow.resume_run(run_id)
        self.app.call_from_thread(self._follow)
