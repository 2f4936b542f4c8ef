"""The start: what tunewise is, what to do next, the latest journey's stages, what runs, and what was done before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from advisor.errors import TunewiseError
from advisor.profile import Profile
from advisor.tui.case import ROOM_OF_STAGE, Case, RoomId, case_of
from advisor.tui.commands_shown import placed
from advisor.tui.figures import ago, percent, usd
from advisor.tui.screens.base import Page
from advisor.tui.widgets.chrome import CommandLine, TitleBar
from advisor.tui.widgets.spine import UNTOUCHED, Spine
from advisor.tui.widgets.text import cell, one_line, right
from advisor.tui.widgets.trouble_box import TroubleBox
from advisor.tui.words import MARKS, RUN_NAMES
from advisor.workflow.records import Draft, JourneyView, RunView, StageId

REFRESH_S = 2.0
RECENT = 6

TAGLINE = Content.assemble(
    ("Fine-tune or prompt? Which model, at what cost, and did it help?", "bold"),
    ("\nAnswers with evidence: measured here, every number with its source.", "$foreground-muted"),
)


@dataclass(frozen=True)
class Known:
    """What the home screen shows."""

    journeys: tuple[JourneyView, ...] = ()
    runs: tuple[RunView, ...] = ()
    draft: Draft | None = None

    @property
    def latest(self) -> JourneyView | None:
        """The newest journey."""
        return self.journeys[0] if self.journeys else None

    @property
    def unfinished(self) -> JourneyView | None:
        """The newest journey that is not done, if it is the newest of all."""
        return self.latest if self.latest is not None and self.latest.next_stage is not None else None

    @property
    def reported(self) -> JourneyView | None:
        """The newest journey with a report."""
        return next((view for view in self.journeys if view.report_markdown is not None), None)


class HomeScreen(Page):
    """Where everything starts."""

    CSS_PATH = "home.tcss"
    help_topic = "home"
    BINDING_GROUP_TITLE = "Home"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "Demo", id="home.demo", tooltip="Walk the whole path on the embedded model and data"),
        Binding("w", "wizard", "Wizard", id="home.wizard", tooltip="Answer questions about your own task"),
        Binding("o", "report", "Report", id="home.report", tooltip="Open the newest report"),
        Binding("c", "proceed", "Continue", id="home.continue", tooltip="Go on with the journey that is not done"),
        Binding("f", "catalog", "Catalog", id="home.catalog", tooltip="Look up models, GPUs, prices and ends of life"),
        Binding("f1", "app.help", "Help", id="home.help", tooltip="Explain what has the focus, and all keys"),
        Binding("q", "app.quit", "Quit", id="home.quit", tooltip="Leave; runs go on"),
    ]

    actions = getters.query_one("#actions", OptionList)
    spine = getters.query_one(Spine)

    @dataclass
    class Loaded(Message):
        """What the journals say."""

        known: Known

        def can_replace(self, message: Message) -> bool:
            """A newer reading makes an older one worthless."""
            return isinstance(message, HomeScreen.Loaded)

    def __init__(self) -> None:
        super().__init__()
        self.known = Known()
        self._told: str | None = None
        """What was last said of journals that cannot be read: once is enough."""

    def compose(self) -> ComposeResult:
        """Title, actions, spine, runs, journeys."""
        yield TitleBar("Home", f"workspace {self.shell.workflow.workspace.root}")
        with VerticalScroll(id="body", can_focus=False):
            yield Static(TAGLINE, id="tagline")
            yield TroubleBox()
            yield OptionList(*self._options(), id="actions", markup=False)
            yield Static("The path", classes="heading", id="path-heading")
            yield Spine()
            with Vertical(id="runs-box", classes="box"):
                yield Static("Runs", classes="heading")
                yield _table("runs", "run", "what", "state", "progress", "so far", "started")
            with Vertical(id="journeys-box", classes="box"):
                yield Static("Journeys", classes="heading")
                yield _table("journeys", "journey", "task", "where it stands")
        yield CommandLine(self.shell.demo_command())
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Read the journals now and again."""
        self.actions.focus()
        self.load()
        self.set_interval(REFRESH_S, self._reload)
        self.shell.journey_moved.subscribe(self, lambda _: self.load())

    def on_screen_resume(self) -> None:
        """Coming back, show what has happened meanwhile."""
        self.load()

    def _reload(self) -> None:
        if self.is_current:
            self.load()

    @work(thread=True, exclusive=True, exit_on_error=False, group="home")
    def load(self) -> None:
        """Read journeys and runs."""
        workflow = self.shell.workflow
        known = Known(tuple(workflow.journeys()), tuple(workflow.runs()), workflow.load_draft())
        self.post_message(self.Loaded(known))

    def on_home_screen_loaded(self, event: Loaded) -> None:
        """Draw what was read."""
        self.query_one(TroubleBox).hide()
        self._told = None
        if event.known == self.known:
            return
        self.known = event.known
        self._show_actions()
        self._show_path()
        self._show_runs()
        self._show_journeys()
        self.refresh_bindings()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Journals that cannot be read are told here, once: a window would come back with every reading."""
        error = event.worker.error
        if event.worker.group != "home" or event.state is not WorkerState.ERROR or error is None:
            return
        event.prevent_default()
        if self._told != str(error):
            self._told = str(error)
            self._say(error)

    def _say(self, error: BaseException) -> None:
        if not isinstance(error, TunewiseError):
            self.shell.show_error(error)
            return
        self.query_one(TroubleBox).show(error.message, placed(error.hint, self.shell.place), "w asks about a task")

    # -- drawing -----------------------------------------------------------------------------------------------
    def _show_actions(self) -> None:
        kept = self.actions.highlighted
        self.actions.clear_options()
        self.actions.add_options(self._options())
        self.actions.highlighted = kept if kept is not None and kept < self.actions.option_count else 0

    def _options(self) -> list[Option]:
        known, options = self.known, list[Option]()
        if known.unfinished is not None:
            options.append(_action("proceed", "c", "Continue", _continuation(known.unfinished)))
        demo = "the whole path on an embedded model, 10 minutes"
        options.append(_action("demo", "d", "Run the demo", demo))
        wizard = "go on where you left it" if known.draft is not None else "should it be fine-tuned? about 5 minutes"
        options.append(_action("wizard", "w", "Ask about my task", wizard))
        if known.reported is not None:
            options.append(_action("report", "o", "Open the report", _conclusion(known.reported)))
        return options

    def _show_path(self) -> None:
        latest = self.known.latest
        self.spine.show(latest.stages if latest is not None else UNTOUCHED)
        title = f"The path of {one_line(case_of(latest).name, 50)}" if latest is not None else "The path"
        self.query_one("#path-heading", Static).update(Content(title))
        self.query_one(CommandLine).show(self.shell.demo_command(latest.inputs if latest is not None else None))

    def _show_runs(self) -> None:
        table = self._fill("runs", bool(self.known.runs))
        for run in self.known.runs[:RECENT]:
            table.add_row(*_run_row(run, ago(run.started_at, self.shell.clock())), key=run.id)

    def _show_journeys(self) -> None:
        table = self._fill("journeys", len(self.known.journeys) > 1)
        for view in self.known.journeys[:RECENT]:
            table.add_row(cell(view.id), cell(case_of(view).name), cell(_conclusion(view)), key=view.id)

    def _fill(self, name: str, shown: bool) -> DataTable[Text]:
        self.query_one(f"#{name}-box").display = shown
        table: DataTable[Text] = self.query_one(f"#{name}", DataTable)
        table.clear()
        return table

    # -- choosing ----------------------------------------------------------------------------------------------
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - overrides
        """Dim what has nothing to work on."""
        if action == "report":
            return True if self.known.reported is not None else None
        if action == "proceed":
            return True if self.known.unfinished is not None else None
        return True

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An action or a stage was chosen."""
        event.stop()
        if event.option_list is self.actions and event.option_id is not None:
            await self.run_action(event.option_id)
        elif event.option_id is not None and self.known.latest is not None:
            self._open_stage(self.known.latest, event.option_index)

    def _open_stage(self, view: JourneyView, index: int) -> None:
        stage = view.stages[index]
        case = case_of(view)
        target: RoomId = stage_room(stage.id, case)
        self.shell.open_room(target, Case(**{**vars(case), "run_id": stage.run_id}) if target == "run" else case)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """A run or a journey was chosen."""
        key = event.row_key.value or ""
        if event.data_table.id == "runs":
            self.shell.open_room("run", Case(run_id=key))
            return
        chosen = next((view for view in self.known.journeys if view.id == key), None)
        if chosen is not None:
            self.shell.open_room("journey", case_of(chosen))

    async def action_demo(self) -> None:
        """Ask, then walk the embedded example."""
        await self.run_action("app.demo")

    async def action_wizard(self) -> None:
        """Open the questions."""
        await self.run_action("app.wizard")

    async def action_catalog(self) -> None:
        """Open the facts."""
        await self.run_action("app.catalog")

    def profile_at_hand(self) -> Profile | None:
        """That of the latest journey, else of the wizard's answers."""
        if self.known.latest is not None:
            return case_of(self.known.latest).profile
        return self.known.draft.profile if self.known.draft is not None else None

    def action_report(self) -> None:
        """Open the newest report."""
        if self.known.reported is not None:
            self.shell.open_room("report", case_of(self.known.reported))

    def action_proceed(self) -> None:
        """Go on with the journey that is not done."""
        if self.known.unfinished is not None:
            self.shell.continue_journey(self.known.unfinished)


def stage_room(stage: StageId, case: Case) -> RoomId:
    """The room of a stage, or the journey itself while that room is empty."""
    room = ROOM_OF_STAGE[stage]
    return room if room in case.rooms() else "journey"


def _table(name: str, *columns: str) -> DataTable[Text]:
    table: DataTable[Text] = DataTable(id=name, cursor_type="row")
    table.add_columns(*(cell(column, "bold") for column in columns))
    return table


def _action(name: str, key: str, title: str, said: str) -> Option:
    parts = Content.assemble(
        (f" {key} ", "bold $text-accent"), f" {title:<18}", (one_line(said, 100), "$foreground-muted")
    )
    return Option(parts, id=name)


def _continuation(view: JourneyView) -> str:
    stage = next(part for part in view.stages if part.id == view.next_stage)
    return f"{stage.title}: {stage.summary or stage.status}"


def _conclusion(view: JourneyView) -> str:
    """How a journey came out, or where it stands."""
    primary = view.comparison.primary if view.comparison is not None else None
    if view.comparison is None or primary is None:
        return _continuation(view) if view.next_stage is not None else "done"
    return f"{view.comparison.verdict}: {percent(primary.baseline)} → {percent(primary.candidate)}"


def _run_row(run: RunView, started: str) -> tuple[Text, ...]:
    progress = percent(run.progress) if run.progress is not None else "-"
    state = f"{MARKS[run.status]} {run.status}"
    spent = usd(run.usd_so_far) if run.usd_so_far is not None else "-"
    return cell(run.id), cell(RUN_NAMES[run.kind]), cell(state), right(progress), right(spent), cell(started)
