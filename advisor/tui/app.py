"""The terminal application: modes, themes and global keys; what it knows comes from the workflow alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Tab
from textual.worker import Worker, WorkerState

from advisor.tui import settings
from advisor.tui.case import Case, RoomId, case_of
from advisor.tui.commands import DataProvider, RoomProvider
from advisor.tui.driver import drive
from advisor.tui.messages import JourneyEnded, JourneyHalted, JourneyMoved, RunBegan
from advisor.tui.screens.base import Page, Room
from advisor.tui.screens.failure import FailureScreen, trouble_of
from advisor.tui.screens.home import HomeScreen
from advisor.tui.screens.rooms import screen_of
from advisor.tui.shell import Clock, Shell
from advisor.tui.themes import DAY, NIGHT
from advisor.workflow.records import JourneyInputs, JourneyView
from advisor.workflow.workflow import Workflow


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class TunewiseApp(Shell):
    """Fine-tune or prompt, in the terminal."""

    TITLE = "tunewise"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar = {RoomProvider, DataProvider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    BINDING_GROUP_TITLE = "tunewise"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", show=False, tooltip="Explain what has the focus, and all keys"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True, tooltip="Leave; runs go on"),
        Binding("f8", "catalog", "Catalog", id="app.catalog", show=False, tooltip="Look up models, GPUs, prices and ends of life"),
        Binding("f7", "jump", "Jump", id="app.jump", show=False, tooltip="Label every target, go there by one key"),
    ]  # fmt: skip

    def __init__(self, workflow: Workflow, *, clock: Clock = utc_now) -> None:
        super().__init__(workflow, clock=clock)
        self.taste = settings.read(workflow.workspace)

    def on_mount(self) -> None:
        """Themes and keys as the person likes them, then the start."""
        self.register_theme(NIGHT)
        self.register_theme(DAY)
        self.theme = self.taste.theme if self.taste.theme in self.available_themes else NIGHT.name
        self.set_keymap(self.taste.keymap)
        self.theme_changed_signal.subscribe(self, lambda theme: self._keep_theme(theme.name))
        self.push_screen(HomeScreen())

    def on_unmount(self) -> None:
        """Stop watching; runs go on."""
        self.closing.set()

    def _keep_theme(self, name: str) -> None:
        if name != self.taste.theme:
            self.taste = self.taste.model_copy(update={"theme": name})
            settings.write(self.workflow.workspace, self.taste)

    async def action_quit(self) -> None:
        """Leave, and say where the last report is."""
        self.closing.set()
        self.exit(self.report_written)

    # -- rooms -------------------------------------------------------------------------------------------------
    def open_room(self, room: RoomId, case: Case) -> None:
        """Show a room over the home screen, in the place of the one shown now."""
        screen = screen_of(room)(case)
        if isinstance(self.screen, HomeScreen):
            self.push_screen(screen)
        else:
            self.switch_screen(screen)

    def action_wizard(self) -> None:
        """Open the questions over the home screen."""
        from advisor.tui.screens.wizard import WizardScreen  # noqa: PLC0415 - the first screen is there sooner without it

        self._go_home()
        self.push_screen(WizardScreen())

    def action_catalog(self) -> None:
        """Open the facts over what is shown, with the profile at hand."""
        from advisor.tui.screens.catalog import CatalogScreen  # noqa: PLC0415 - the first screen is there sooner without it

        screen = self.screen
        if isinstance(screen, Page) and screen.help_topic != CatalogScreen.help_topic:
            self.push_screen(CatalogScreen(screen.profile_at_hand()))

    def action_home(self) -> None:
        """Back to the start."""
        self._go_home()

    def _go_home(self) -> None:
        while len(self.screen_stack) > 1 and not isinstance(self.screen, HomeScreen):
            self.pop_screen()

    def action_help(self) -> None:
        """Explain the focused widget and the screen."""
        from advisor.tui.screens.help import HelpScreen, page  # noqa: PLC0415 - the first screen is there sooner without it

        screen = self.screen
        if isinstance(screen, Page):
            self.push_screen(HelpScreen(page(screen, screen.focused, screen.help_topic)))

    @work(group="ask")
    async def action_jump(self) -> None:
        """Label every target and go to the one that is named."""
        from advisor.tui.screens.jump import JumpScreen, targets  # noqa: PLC0415 - the first screen is there sooner without it

        screen = self.screen
        if not isinstance(screen, Page):
            return
        chosen = await self.push_screen_wait(JumpScreen(targets(screen)))
        if isinstance(chosen, Tab):
            chosen.post_message(Tab.Clicked(chosen))
        elif chosen is not None:
            chosen.focus()

    # -- journeys ----------------------------------------------------------------------------------------------
    @work(group="ask")
    async def action_demo(self) -> None:
        """Ask, then walk the embedded example."""
        await self._ask_and_start(JourneyInputs(profile=self.workflow.example_profile()), embedded=True)

    @work(group="ask")
    async def action_train_profile(self) -> None:
        """Ask for model and data, then walk with the profile of the room shown."""
        screen = self.screen
        if isinstance(screen, Room) and screen.case.profile is not None:
            await self._ask_and_start(JourneyInputs(profile=screen.case.profile), embedded=False)

    async def _ask_and_start(self, inputs: JourneyInputs, *, embedded: bool) -> None:
        from advisor.tui.screens.start import StartScreen  # noqa: PLC0415 - the first screen is there sooner without it

        where = str(self.workflow.workspace.root)
        chosen = await self.push_screen_wait(
            StartScreen(inputs, workspace=where, embedded=embedded, same_as=self.demo_command)
        )
        if chosen is not None:
            self.start_journey(chosen)

    def start_journey(self, inputs: JourneyInputs) -> None:
        """Open the journey with these inputs and walk it."""
        self._open(inputs)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open(self, inputs: JourneyInputs) -> None:
        view = self.workflow.open_journey(inputs)
        self.call_from_thread(self.continue_journey, view)

    def continue_journey(self, view: JourneyView) -> None:
        """Show a journey, and walk it on where it is not done."""
        if view.next_stage is not None and self.driving != view.id:
            self.halts.pop(view.id, None)
            self._drive(view.id)
        if isinstance(self.screen, Room) and self.screen.room == "journey":
            self.journey_moved.publish(view)
        else:
            self.open_room("journey", case_of(view))

    def _drive(self, journey_id: str) -> None:
        self.closing.set()
        self.closing = threading.Event()
        self.driving = journey_id
        self._walk(journey_id, self.closing)

    @work(thread=True, exclusive=True, exit_on_error=False, group="journey")
    def _walk(self, journey_id: str, stop: threading.Event) -> None:
        drive(self.workflow, journey_id, post=self.post_message, stop=stop)

    def on_journey_moved(self, event: JourneyMoved) -> None:
        """Pass on how far a journey is."""
        self.journey_moved.publish(event.view)

    def on_run_began(self, event: RunBegan) -> None:
        """Pass on that there is a run to follow."""
        self.run_began.publish((event.journey_id, event.run_id))

    def on_journey_halted(self, event: JourneyHalted) -> None:
        """Keep why, and pass it on."""
        self.driving = None
        self.halts[event.view.id] = event.halt
        self.journey_moved.publish(event.view)
        self.notify(event.halt.message, title="Stopped short", severity="warning", timeout=4, markup=False)

    def on_journey_ended(self, event: JourneyEnded) -> None:
        """Keep where the report is, and pass it on."""
        self.driving = None
        self.report_written = event.view.report_html or self.report_written
        self.journey_moved.publish(event.view)
        self.notify("The report is written.", title="Done", timeout=3)

    def get_key_display(self, binding: Binding) -> str:
        """Function keys as they are printed on the keyboard."""
        shown = super().get_key_display(binding)
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    # -- errors ------------------------------------------------------------------------------------------------
    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong when a worker of the application failed."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            if event.worker.group == "journey":
                self.driving = None
            self.show_error(event.worker.error)

    def show_error(self, error: BaseException) -> None:
        """Say what went wrong, in a window of its own."""
        self.log.error(error)
        self.push_screen(FailureScreen(trouble_of(error)))

    # -- palette -----------------------------------------------------------------------------------------------
    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What works everywhere, named ``area: verb``."""
        yield SystemCommand("app: Quit", "Leave; runs go on", self.action_quit)
        yield SystemCommand("app: Help", "Explain what has the focus, and all keys", self.action_help)
        yield SystemCommand("view: Theme", "Choose a theme, seen while you move", self.action_change_theme)
        yield SystemCommand("view: Screenshot", "Save what is shown as SVG", self._save_screenshot)
        if screen.maximized is not None:
            yield SystemCommand("view: Minimize", "Back to the whole screen", screen.minimize)
        elif screen.focused is not None and screen.focused.allow_maximize:
            yield SystemCommand("view: Maximize", "The focused part alone", screen.action_maximize)

    def _save_screenshot(self) -> None:
        self.deliver_screenshot()


def run(workflow: Workflow) -> Path | None:
    """Open the application; returns the path of the last report that was written or read, to be printed."""
    return TunewiseApp(workflow).run()
