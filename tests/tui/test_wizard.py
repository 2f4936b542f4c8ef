"""The questions: answered, skipped, left unknown, taken back, kept and taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from advisor.profile import Profile
from advisor.tui.screens.decision import DecisionScreen
from advisor.tui.screens.wizard import WizardScreen
from advisor.workflow.records import Draft
from tests.tui.driving import app_of, press, settled
from tests.tui.recorded import RecordedWorkflow, restrained_decision

SMALL = (80, 24)


def wizard(pilot: Pilot[Any]) -> WizardScreen:
    screen = pilot.app.screen
    assert isinstance(screen, WizardScreen)
    return screen


def asked(pilot: Pilot[Any]) -> str:
    question = wizard(pilot).question
    assert question is not None
    return question.id


async def test_answers_by_keyboard_fill_the_profile_and_are_kept_at_once() -> None:
    workflow = RecordedWorkflow()
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w")
        assert asked(pilot) == "name"
        await press(pilot, *"Mail", "enter", "down", "enter")
        assert wizard(pilot).profile.name == "Mail"
        assert wizard(pilot).profile.task_type == "routing"
        assert workflow.draft == Draft(profile=wizard(pilot).profile, question="metric_defined")


async def test_the_draft_is_taken_up_at_the_question_where_it_was_left() -> None:
    workflow = RecordedWorkflow()
    workflow.draft = Draft(profile=Profile(name="Mail", task_type="qa"), question="n_examples")
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w")
        assert asked(pilot) == "n_examples"
        assert wizard(pilot).profile.name == "Mail"


async def test_going_back_shows_the_answer_that_was_given_and_skipping_leaves_it() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", *"Mail", "enter", "f2")
        assert asked(pilot) == "name"
        assert wizard(pilot).query_one("#entry", Input).value == "Mail"
        await press(pilot, "f3")
        assert wizard(pilot).profile.name == "Mail"
        assert asked(pilot) == "task_type"


async def test_not_knowing_takes_an_answer_away_and_goes_on() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", *"Mail", "enter", "f2", "f4")
        assert wizard(pilot).profile.name is None
        assert asked(pilot) == "task_type"


async def test_an_impossible_answer_is_refused_with_what_is_allowed() -> None:
    workflow = RecordedWorkflow()
    workflow.draft = Draft(profile=Profile(), question="n_examples")
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", "-", "5", "enter")
        assert asked(pilot) == "n_examples"
        assert "not allowed" in str(wizard(pilot).query_one("#refused", Static).render())
        await press(pilot, "backspace", "backspace", *"1.2k", "enter")
        assert wizard(pilot).profile.n_examples == 1200


async def test_the_panel_beside_the_question_follows_the_answers() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w")
        before = str(wizard(pilot).query_one("#thought", Static).render())
        await press(pilot, "f5")
        after = str(wizard(pilot).query_one("#thought", Static).render())
        assert "confidence 0.30" in before
        assert "confidence 0.86" in after
        assert "Still worth knowing" in after


async def test_the_wizard_ends_on_the_decision_and_not_tuning_is_an_ending_too() -> None:
    workflow = RecordedWorkflow()
    workflow.chosen = restrained_decision()
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f5", "f6")
        assert isinstance(pilot.app.screen, DecisionScreen)
        assert "Don't fine-tune yet" in str(pilot.app.screen.query_one("#verdict", Static).render())
        assert pilot.app.screen.check_action("train", ()) is None


async def test_choices_are_taken_by_mouse_as_well() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f3")
        await pilot.click(wizard(pilot).query_one("#choices", OptionList), offset=(4, 2))
        await settled(pilot)
        assert wizard(pilot).profile.task_type == "extraction"


async def test_the_profile_is_written_where_the_person_says() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f5", "ctrl+s", "enter")
        assert Path("profile.yaml").exists()
        assert wizard(pilot).command_shown() == "tunewise advise profile.yaml"


async def test_starting_over_forgets_the_answers_after_asking() -> None:
    workflow = RecordedWorkflow()
    async with app_of(workflow).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "w", "f5", "ctrl+r", "y")
        assert wizard(pilot).profile == Profile()
        assert workflow.draft == Draft(profile=Profile(), question="name")
