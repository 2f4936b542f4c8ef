"""The whole demonstration by keyboard alone in a small terminal, and what happens when a stage stops short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.screen import Screen

from advisor.errors import BadInput
from advisor.tui.case import Case
from advisor.tui.run_state import RunState
from advisor.tui.screens.comparison import ComparisonScreen
from advisor.tui.screens.confirm import ConfirmScreen
from advisor.tui.screens.decision import DecisionScreen
from advisor.tui.screens.failure import FailureScreen
from advisor.tui.screens.home import HomeScreen
from advisor.tui.screens.journey import JourneyScreen
from advisor.tui.screens.plan import PlanScreen
from advisor.tui.screens.report import ReportScreen
from advisor.tui.screens.run import RunScreen
from advisor.tui.screens.shortlist import ShortlistScreen
from advisor.tui.screens.start import StartScreen
from advisor.tui.widgets.run_panel import RunPanel
from advisor.tui.widgets.trouble_box import TroubleBox
from tests.tui.driving import app_of, press, settled, until
from tests.tui.recorded import RUN_OF, RecordedWorkflow, train_events
from tests.tui.states import heard_step, stopped, training

SMALL = (80, 24)


async def test_the_whole_demo_is_walked_by_keyboard_from_home_to_the_report() -> None:
    workflow = RecordedWorkflow()
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "d")
        assert isinstance(app.screen, StartScreen)
        await press(pilot, "enter")
        await until(pilot, lambda: workflow.done == 7 and app.driving is None)
        assert isinstance(app.screen, JourneyScreen)
        walked: list[Screen[Any]] = [app.screen]
        for key in "v123456":
            await press(pilot, key)
            walked.append(app.screen)
        await until(pilot, lambda: app.report_written is not None)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)
        await press(pilot, "q")
    kinds = (
        JourneyScreen,
        ComparisonScreen,
        DecisionScreen,
        ShortlistScreen,
        PlanScreen,
        RunScreen,
        ComparisonScreen,
        ReportScreen,
    )
    assert tuple(type(screen) for screen in walked) == kinds
    assert app.return_value == Path("bank/.tunewise/reports/j-4f1c.html")


async def test_nothing_is_started_when_the_question_before_it_is_declined() -> None:
    workflow = RecordedWorkflow()
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "d", "escape")
        assert isinstance(pilot.app.screen, HomeScreen)
    assert workflow.done is None


async def test_a_model_and_data_of_ones_own_go_into_the_journey() -> None:
    workflow = RecordedWorkflow()
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "d")
        start = pilot.app.screen
        assert isinstance(start, StartScreen)
        start.model.value, start.data.value = "models/mine", " rows.jsonl "
        await press(pilot, "enter")
        await until(pilot, lambda: workflow.done == 7)
    assert [(inputs.model, inputs.data) for inputs in workflow.opened] == [
        (str(Path("models/mine").absolute()), str(Path("rows.jsonl").absolute()))
    ]


async def test_a_stage_that_fails_says_what_happened_what_is_safe_and_how_to_go_on() -> None:
    workflow = RecordedWorkflow(done=4)
    workflow.fail["train"] = BadInput("the checkpoint was made for another model", "tunewise train spec.json --fresh")
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: bool(app.halts))
        said = str(app.screen.query_one(TroubleBox).render())
        assert "another model" in said
        assert "journals and finished stages are kept" in said
        assert "tunewise train spec.json --fresh" in said
        await press(pilot, "c")
        await until(pilot, lambda: workflow.done == 7)
        await until(pilot, lambda: not app.screen.query_one(TroubleBox).display)


async def test_a_run_is_stopped_only_after_asking_and_resumed_by_a_key() -> None:
    workflow = training()
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "c", "4")
        await until(pilot, lambda: heard_step(pilot) == 34)
        await press(pilot, "s")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "n")
        assert workflow.stopped == []
        await press(pilot, "s", "y")
        await until(pilot, lambda: app.screen.query_one(RunPanel).status == "interrupted")
        await until(pilot, lambda: bool(app.screen.query_one(TroubleBox).display))
        await press(pilot, "r")
        await until(pilot, lambda: app.screen.query_one(RunPanel).status == "finished")
        assert len(app.screen.query_one(RunPanel).state.losses) == 60
    assert workflow.resumed == [RUN_OF["train"]]


async def test_closing_the_application_leaves_a_run_going_and_opening_it_shows_the_whole_curve() -> None:
    workflow = training()
    for _ in range(2):
        async with app_of(workflow).run_test(size=SMALL) as pilot:
            await settled(pilot)
            await press(pilot, "c")
            await until(pilot, lambda: heard_step(pilot) == 34)
            assert list(pilot.app.screen.query_one(RunPanel).state.losses) == list(range(1, 35))
            await press(pilot, "ctrl+q")
    assert workflow.stopped == []


async def test_an_interrupted_journey_is_offered_first_and_goes_on_where_it_was() -> None:
    workflow = stopped()
    app = app_of(workflow)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        workflow.cut.clear()
        await press(pilot, "enter")
        await until(pilot, lambda: workflow.done == 7)
        assert isinstance(app.screen, JourneyScreen)


async def test_a_run_that_nobody_knows_is_said_in_one_line() -> None:
    app = app_of(RecordedWorkflow())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_room("run", Case(run_id="train-none"))
        await until(pilot, lambda: isinstance(app.screen, FailureScreen))
        assert isinstance(app.screen, FailureScreen)
        assert app.screen.trouble.cause == "no run is called train-none"
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, HomeScreen)


def test_a_resumed_run_keeps_one_point_for_each_step() -> None:
    state = RunState()
    for event in [*train_events(1, 40), *train_events(31, 60)]:
        state.hear(event)
    assert list(state.losses) == list(range(1, 61))
    assert state.sessions == 2
