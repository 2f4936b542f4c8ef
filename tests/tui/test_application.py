"""What holds on every screen: keys, help, palette, themes, errors, jumping, and being light to start."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static, TabbedContent
from textual.widgets._footer import FooterKey

from advisor.errors import TunewiseError
from advisor.profile import Profile
from advisor.tui import settings
from advisor.tui.app import TunewiseApp
from advisor.tui.case import ROOMS, case_of
from advisor.tui.commands import DataProvider, RoomProvider
from advisor.tui.screens.base import Page, Room
from advisor.tui.screens.catalog import CatalogScreen
from advisor.tui.screens.catalog_compare import CompareScreen
from advisor.tui.screens.catalog_detail import DetailScreen
from advisor.tui.screens.catalog_page import CatalogPage
from advisor.tui.screens.catalog_pareto import ParetoScreen
from advisor.tui.screens.confirm import ConfirmScreen
from advisor.tui.screens.failure import FailureScreen, trouble_of
from advisor.tui.screens.help import HelpScreen, topic
from advisor.tui.screens.home import HomeScreen
from advisor.tui.screens.jump import JumpScreen
from advisor.tui.screens.rooms import screen_of
from advisor.tui.screens.save_path import PathScreen
from advisor.tui.screens.start import StartScreen
from advisor.tui.screens.wizard import WizardScreen
from advisor.tui.widgets.row_table import RowTable
from advisor.workflow.records import Advice
from tests.tui.catalogued import CataloguedWorkflow
from tests.tui.driving import app_of, press, settled, until
from tests.tui.recorded import JOURNEY, RecordedWorkflow

SMALL = (80, 24)
FACTS: list[type[Page]] = [CatalogScreen, CompareScreen, DetailScreen, ParetoScreen]
PAGES: list[type[Page]] = [HomeScreen, WizardScreen, *map(screen_of, ROOMS), *FACTS]
MODALS: list[type[Screen[Any]]] = [ConfirmScreen, FailureScreen, HelpScreen, JumpScreen, PathScreen, StartScreen]


def own_bindings(kind: type[Any]) -> list[Binding]:
    return [binding for binding in kind.BINDINGS if isinstance(binding, Binding)]


@pytest.mark.parametrize(
    "kind", [TunewiseApp, Room, CatalogPage, RowTable, *PAGES, *MODALS], ids=lambda kind: kind.__name__
)
def test_every_key_has_a_stable_name_and_says_what_it_does(kind: type[Any]) -> None:
    for binding in own_bindings(kind):
        assert binding.id
        assert "." in binding.id
        assert binding.tooltip


def test_no_two_keys_share_a_name() -> None:
    kinds: tuple[type[Any], ...] = (TunewiseApp, Room, CatalogPage, RowTable, *PAGES, *MODALS)
    names = [binding.id for kind in kinds for binding in own_bindings(kind)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("room", ROOMS)
async def test_the_footer_of_a_room_shows_at_most_seven_keys_and_all_of_them_fit(room: Any) -> None:
    workflow = RecordedWorkflow(done=7)
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_room(room, case_of(workflow.journey(JOURNEY)))
        await settled(pilot)
        assert_footer_fits(pilot)


@pytest.mark.parametrize(
    "keys", [(), ("w",), ("f",), ("f", "enter"), ("f", "p"), ("f", "space", "down", "space", "c")], ids=str
)
async def test_the_footer_of_home_wizard_and_catalog_fits(keys: tuple[str, ...]) -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, *keys)
        assert_footer_fits(pilot)


def assert_footer_fits(pilot: Pilot[Any]) -> None:
    keys = [key for key in pilot.app.screen.query(FooterKey) if not key.has_class("-command-palette")]
    assert 3 <= len(keys) <= 7
    footer = pilot.app.screen.query_one(Footer)
    assert footer.max_scroll_x == 0


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_every_screen_has_a_page_of_help(kind: type[Page]) -> None:
    assert topic(kind.help_topic).startswith("# ")


async def test_help_explains_the_focused_widget_and_lists_the_keys() -> None:
    app = app_of(RecordedWorkflow(done=7))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "f1")
        assert isinstance(app.screen, HelpScreen)
        assert "The seven stages of a journey" in app.screen.markdown
        assert "Walk the whole path" in app.screen.markdown
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_the_palette_names_commands_by_area_and_verb_and_finds_journeys_and_runs() -> None:
    app = app_of(RecordedWorkflow(done=7))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "o")
        names = [name async for name in _discovered(RoomProvider, app)]
        data = [name async for name in _discovered(DataProvider, app)]
        assert {"go: Home", "go: Decision", "copy: Command", "report: Write again"} <= set(names)
        assert all(": " in name for name in [*names, *data])
        assert f"open: Journey {JOURNEY}" in data
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, CommandPalette)


async def _discovered(kind: type[RoomProvider | DataProvider], app: TunewiseApp) -> Any:
    provider = kind(app.screen)
    await provider.startup()
    async for hit in provider.discover():
        yield hit.text


async def test_a_chosen_theme_is_there_the_next_time() -> None:
    for chosen in ("tunewise-night", "tunewise-day"):
        app = app_of(RecordedWorkflow())
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            assert app.theme == chosen
            assert {"nord", "textual-light"} <= set(app.available_themes)
            app.theme = "tunewise-day"
            await settled(pilot)


async def test_a_key_can_be_given_to_another_action() -> None:
    workflow = RecordedWorkflow()
    settings.write(workflow.workspace, settings.Settings(keymap={"home.wizard": "z"}))
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, HomeScreen)
        await press(pilot, "z")
        assert isinstance(pilot.app.screen, WizardScreen)


class Broken(RecordedWorkflow):
    """Advises nobody."""

    def __init__(self, error: Exception) -> None:
        super().__init__(done=7)
        self.error = error

    def advise(self, profile: Profile) -> Advice:
        raise self.error


@pytest.mark.parametrize(
    ("error", "title", "cause"),
    [
        (TunewiseError("the catalog is empty", "tunewise catalog update"), "That did not work", "the catalog is empty"),
        (KeyError("[/bold]"), "A bug in tunewise", "KeyError: '[/bold]'"),
    ],
)
async def test_a_worker_that_fails_says_so_in_a_window_without_a_traceback(
    error: Exception, title: str, cause: str
) -> None:
    app = app_of(Broken(error))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f6")
        await until(pilot, lambda: isinstance(app.screen, FailureScreen))
        shown = "\n".join(str(widget.render()) for widget in app.screen.query(Static))
        assert title in shown
        assert cause in shown
        assert "Traceback" not in shown
        await press(pilot, "c", "escape")
        assert app.is_running


def test_what_is_copied_of_a_bug_says_where_it_happened() -> None:
    with pytest.raises(KeyError) as caught:
        dict[str, int]()["lost"]
    assert "test_application.py" in trouble_of(caught.value).detail


async def test_one_key_labels_every_target_and_one_key_goes_there() -> None:
    workflow = RecordedWorkflow(done=7)
    app = app_of(workflow)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.open_room("plan", case_of(workflow.journey(JOURNEY)))
        await settled(pilot)
        await press(pilot, "f7")
        assert isinstance(app.screen, JumpScreen)
        letter = next(key for key, widget in app.screen.places.items() if "offers" in str(widget.id))
        await press(pilot, letter)
        assert app.screen.query_one(TabbedContent).active == "offers"
        focused = app.focused
        await press(pilot, "f7", "escape")
        assert app.focused is focused


async def test_a_double_choice_on_a_shortlisted_model_plans_that_model() -> None:
    workflow = RecordedWorkflow(done=7)
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_room("shortlist", case_of(workflow.journey(JOURNEY)))
        await settled(pilot)
        assert isinstance(app.focused, DataTable)
        await press(pilot, "down", "enter")
        assert "Qwen/Qwen3-1.7B" in str(app.screen.query_one("#summary", Static).render())


def test_the_application_starts_without_the_heavy_side() -> None:
    program = "import sys, advisor.tui.app; print(sorted({'torch', 'transformers', 'scipy', 'matplotlib', 'vllm'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_first_screen_waits_for_no_room() -> None:
    told = "import sys, advisor.tui.app; print([name for name in ('plotext', 'markdown_it', 'scipy') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
