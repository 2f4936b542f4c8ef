"""The application on the real workflow, without anything recorded: questions, decision, shortlist, plan, home."""

from __future__ import annotations

from pathlib import Path

from textual.command import CommandPalette
from textual.widgets import Static

from advisor.paths import Workspace
from advisor.tui.app import TunewiseApp
from advisor.tui.case import Case
from advisor.tui.screens.decision import DecisionScreen
from advisor.tui.screens.home import HomeScreen, Known
from advisor.tui.screens.plan import PlanScreen
from advisor.tui.screens.shortlist import ShortlistScreen
from advisor.tui.screens.wizard import WizardScreen
from advisor.tui.widgets.fact_table import FactTable
from advisor.tui.widgets.tile import Tile
from advisor.tui.widgets.trouble_box import TroubleBox
from advisor.workflow.workflow import Workflow
from tests.tui.driving import clock, press, settled


async def test_the_example_is_decided_shortlisted_and_planned_by_keyboard(tmp_path: Path) -> None:
    app = TunewiseApp(Workflow(Workspace(tmp_path / "ws")), clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert home.known == Known()
        await press(pilot, "w", "f5", "f6")
        assert isinstance(app.screen, DecisionScreen)
        assert app.screen.case.advice is not None
        await press(pilot, "2")
        assert isinstance(app.screen, ShortlistScreen)
        assert app.screen.query_one("#candidate-table", FactTable).table.row_count > 0
        await press(pilot, "3")
        assert isinstance(app.screen, PlanScreen)
        assert app.screen.query_one("#once", Tile).figure.lstrip("~").startswith("$")
        assert " by " in str(app.screen.query_one("#summary", Static).render())


async def test_answers_outlive_the_application(tmp_path: Path) -> None:
    for expected in ("name", "task_type"):
        app = TunewiseApp(Workflow(Workspace(tmp_path / "ws")), clock=clock)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await press(pilot, "w")
            wizard = app.screen
            assert isinstance(wizard, WizardScreen)
            assert wizard.question is not None
            assert wizard.question.id == expected
            await press(pilot, *"Mail", "enter")


async def test_a_model_that_cannot_be_planned_for_is_told_in_the_room(tmp_path: Path) -> None:
    workflow = Workflow(Workspace(tmp_path / "ws"))
    app = TunewiseApp(workflow, clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f5", "f6", "2")
        app.open_room("plan", Case(profile=workflow.example_profile(), model="deepseek/deepseek-v4-flash"))
        await settled(pilot)
        assert isinstance(app.screen, PlanScreen)
        said = str(app.screen.query_one("#summary", Static).render())
        assert "size of deepseek/deepseek-v4-flash is not published" in said
        assert "2 goes back" in said
        assert not app.screen.query_one("#body").loading
        await press(pilot, "2")
        assert isinstance(app.screen, ShortlistScreen)


async def test_damaged_journals_are_told_once_and_lock_nobody_out(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    (root / "journal.jsonl").write_text("not a record\n{}\n", "utf-8")
    app = TunewiseApp(Workflow(Workspace(root)), clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert home.query_one(TroubleBox).display
        said = str(home.query_one(TroubleBox).render())
        assert "line 1" in said
        assert "tunewise --workspace ws verify" in said
        home.load()
        await settled(pilot)
        assert app.screen is home
        await press(pilot, "w")
        assert isinstance(app.screen, WizardScreen)
        await press(pilot, "escape", "ctrl+p")
        assert isinstance(app.screen, CommandPalette)
