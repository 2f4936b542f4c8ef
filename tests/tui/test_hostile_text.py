"""Text that others wrote is shown literally everywhere: no markup, no action, no escape, no crash, at any size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Static

from advisor.compare.records import ItemPair
from advisor.tui.case import ROOMS, case_of
from advisor.tui.widgets.text import cell, clean, one_line, plain
from tests.tui.driving import app_of, press, settled
from tests.tui.recorded import JOURNEY, RecordedWorkflow, comparison, decision, profile

pytestmark = pytest.mark.heavy

PLANTED = (
    "[/",
    "[@click=app.quit]x [bold]not bold[/bold] $text-error $x ${y}",
    "\x1b[31mred\x1b[0m\x1b]8;;http://e.vil\x07link a\x00b\x07c\rd\x9b31m",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd\nline\nline",
    "x" * 10_000,
)


def poisoned(text: str) -> RecordedWorkflow:
    """Every text of a finished journey that a person or a model may have written is this one."""
    workflow = RecordedWorkflow(done=7)
    workflow.the_profile = profile().with_answer("name", text[:200])
    gates = tuple(gate.model_copy(update={"because": text, "source": text}) for gate in decision().gates)
    workflow.chosen = decision().model_copy(update={"headline": text, "gates": gates, "assumptions": (text,)})
    arms = tuple(arm.model_copy(update={"label": text}) for arm in comparison().arms)
    workflow.compared = comparison().model_copy(update={"because": text, "arms": arms})
    pair = {"item": "i", "input": text, "target": text, "outcome": "fixed",
            "outputs": {"base_few_shot": text, "tuned": text}, "correct": {"base_few_shot": False, "tuned": True}}  # fmt: skip
    workflow.items_shown = (ItemPair.model_validate(pair),)
    workflow.markdown = f"# {text}\n\n{text}\n\n[link](javascript:alert(1)) <script>x</script>\n"
    return workflow


@pytest.mark.parametrize("text", PLANTED, ids=range(len(PLANTED)))
async def test_planted_text_walks_through_every_room_without_effect(text: str) -> None:
    workflow = poisoned(text)
    app = app_of(workflow)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for room in ROOMS:
            app.open_room(room, case_of(workflow.journey(JOURNEY)))
            await settled(pilot)
            await pilot.click("#body", offset=(4, 4))
            await settled(pilot)
            assert app.is_running
            assert "\x1b" not in shown(pilot)


async def test_markup_in_a_headline_and_in_an_answer_is_read_as_it_was_written() -> None:
    workflow = poisoned("[@click=app.quit]x")
    app = app_of(workflow)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.open_room("decision", case_of(workflow.journey(JOURNEY)))
        await settled(pilot)
        assert str(app.screen.query_one("#headline", Static).render()) == "[@click=app.quit]x"
        await press(pilot, "5", "i")
        assert "[@click=app.quit]x" in str(app.screen.query_one("#after", Static).render())


@pytest.mark.parametrize("room", ROOMS)
async def test_a_terminal_of_one_cell_is_survived_and_left_again(room: Any) -> None:
    workflow = RecordedWorkflow(done=7)
    workflow.write_report(JOURNEY)
    app = app_of(workflow)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.open_room(room, case_of(workflow.journey(JOURNEY)))
        await settled(pilot)
        for size in ((1, 1), (300, 2), (3, 100), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert app.is_running


async def test_the_wizard_and_home_survive_a_terminal_of_one_cell() -> None:
    async with app_of(RecordedWorkflow()).run_test(size=(1, 1)) as pilot:
        await settled(pilot)
        await press(pilot, "w")
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        await pilot.resize_terminal(1, 1)
        await settled(pilot)
        assert pilot.app.is_running


def shown(pilot: Pilot[Any]) -> str:
    """Every text on the screen."""
    return "".join(str(widget.render()) for widget in pilot.app.screen.query(Static))


@given(st.text())
def test_cleaned_text_has_no_control_or_direction_character(text: str) -> None:
    cleaned = clean(text)
    assert all(character == "\n" or character.isprintable() or character.isspace() for character in cleaned)
    assert "\x1b" not in cleaned
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert clean(cleaned) == cleaned


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_text_is_shown_as_it_is(text: str) -> None:
    assert plain(text).plain == text


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_a_cell_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    assert "\n" not in one_line(text, limit)
    assert len(one_line(text, limit)) <= limit
    assert "\n" not in cell(text).plain
