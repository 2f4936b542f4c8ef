"""The pure parts: figures, drawings, columns, the state of a run, the commands shown."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.profile import Profile
from advisor.tui import settings
from advisor.tui.case import Case, RoomId, case_of, run_of
from advisor.tui.commands_shown import demo_command, room_command
from advisor.tui.figures import ago, bar, duration, track, usd
from advisor.tui.run_state import RunState
from advisor.tui.screens.comparison import p_text
from advisor.tui.screens.decision import answer_said
from advisor.tui.widgets.fact_table import PADDING, fit
from advisor.tui.widgets.interval import draw
from advisor.tui.widgets.plot import ticks
from advisor.tui.words import APPROACH_NAMES, APPROACH_VERDICTS, FIELD_NAMES, MARKS, TONES, field_name, spoken
from advisor.workflow.records import JourneyInputs
from harness.protocol import Event
from tests.tui.recorded import (
    JOURNEY,
    RUN_OF,
    RecordedWorkflow,
    interrupted,
    plan,
    profile,
    train_events,
    train_finished,
    whole_run,
)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (None, "unknown"),
        (0, "$0"),
        (Decimal("0.0002"), "$0.0002"),
        (6.5e-6, "$0.0000065"),
        (Decimal("4.376"), "$4.38"),
        (1234.5, "$1,234"),
    ],
)
def test_dollars_have_as_many_digits_as_their_size_deserves(amount: Decimal | float | None, said: str) -> None:
    assert usd(amount) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "unknown"), (0.34, "0.3 s"), (59.6, "1 min 00 s"), (91, "1 min 31 s"), (7500, "2 h 05 min")],
)
def test_durations_are_said_as_people_say_them(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_a_moment_that_cannot_be_read_is_shown_as_it_is() -> None:
    now = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert ago("2026-03-14T11:42:00.000+00:00", now) == "18 min ago"
    assert ago("some day", now) == "some day"
    assert ago("2026-03-14T11:42:00", now) == "2026-03-14T11:42:00"


@given(st.floats(-2, 3), st.integers(0, 100))
def test_a_bar_is_never_longer_than_its_room(fraction: float, width: int) -> None:
    assert len(bar(fraction, width)) <= width
    assert sum(map(len, track(fraction, width))) == width


@given(st.floats(-1, 1), st.floats(0, 0.5), st.floats(0, 0.5), st.integers(20, 120))
def test_a_drawn_interval_has_its_ends_in_order_and_always_shows_zero(
    middle: float, left: float, right: float, width: int
) -> None:
    drawn = draw(middle, (middle - left, middle + right), width)
    assert len(drawn.line) == width
    assert drawn.line.count("●") == 1
    assert "0" in drawn.scale
    assert set(drawn.line) <= set("─━┣┫●┼")


def test_an_interval_clear_of_zero_is_drawn_clear_of_zero() -> None:
    line = draw(0.255, (0.181, 0.329), 60).line
    assert line.index("┼") < line.index("┣") < line.index("●") < line.index("┫")


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(30, 200), st.data())
def test_columns_fit_or_the_last_ones_go(natural: list[int], room: int, data: st.DataObject) -> None:
    flexible = data.draw(st.integers(0, len(natural) - 1))
    widths = fit(natural, flexible=flexible, room=room)
    assert len(widths) > flexible
    before = sum(width + PADDING for width in natural[:flexible])
    if before + PADDING + 1 <= room:
        assert sum(width + PADDING for width in widths) <= room


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_steps_on_the_axis_are_whole_and_reach_both_ends(first: int, more: int) -> None:
    marks = ticks(first, first + more)
    assert (marks[0], marks[-1]) == (first, first + more)
    assert len(marks) <= 6


def heard(*events: Event) -> RunState:
    state = RunState()
    for event in events:
        state.hear(event)
    return state


def test_a_run_that_was_interrupted_and_resumed_is_running_again() -> None:
    state = heard(*train_events(1, 34), interrupted(34))
    assert (state.outcome, state.hint) == ("interrupted", f"tunewise resume {RUN_OF['train']}")
    for event in train_events(31, 60):
        state.hear(event)
    assert (state.outcome, state.message, state.progress) == (None, "", 1.0)
    state.hear(train_finished())
    assert (state.outcome, state.sessions) == ("finished", 2)


@pytest.mark.parametrize("run_id", sorted(RUN_OF.values()))
def test_progress_never_falls_within_a_session(run_id: str) -> None:
    state, seen = RunState(), [0.0]
    for event in whole_run(run_id):
        state.hear(event)
        seen.append(state.progress or 0.0)
    steps = [after - before for before, after in pairwise(seen)]
    assert all(step >= 0 for step in steps) or run_id.startswith("evaluate")
    assert not state.parts or state.parts[0].seconds is not None


def test_every_closed_set_has_its_words() -> None:
    assert set(APPROACH_NAMES) == set(APPROACH_VERDICTS)
    assert set(MARKS) == set(TONES)


def test_the_command_shown_does_what_the_room_shows() -> None:
    case = case_of(RecordedWorkflow(done=7).journey(JOURNEY))
    saved = Case(profile=profile(), plan=plan(), profile_path=Path("my tasks/p.yaml"))

    def said(room: RoomId, one: Case) -> str:
        return room_command(room, one, ("--workspace", "w"), lambda _: None)

    assert said("plan", saved) == (
        "tunewise plan 'my tasks/p.yaml' --model HuggingFaceTB/SmolLM2-135M-Instruct --gpu l4"
    )
    assert said("run", case) == f"tunewise --workspace w attach {RUN_OF['train']}"
    assert said("report", case) == f"tunewise --workspace w report {JOURNEY}"
    assert (
        demo_command(JourneyInputs(model="m", data="d.jsonl", profile=profile()))
        == "tunewise demo --model m --data d.jsonl"
    )


def test_the_run_worth_looking_at_is_the_one_that_goes_on() -> None:
    assert run_of(RecordedWorkflow(done=0, status="running").journey(JOURNEY)) == RUN_OF["prepare"]
    assert run_of(RecordedWorkflow(done=7).journey(JOURNEY)) == RUN_OF["train"]
    assert run_of(RecordedWorkflow(done=0).journey(JOURNEY)) is None


def test_taste_is_kept_and_a_damaged_file_means_defaults(tmp_path: Path) -> None:
    workspace = RecordedWorkflow(tmp_path).workspace
    settings.write(workspace, settings.Settings(theme="nord", keymap={"home.demo": "x"}))
    assert settings.read(workspace).keymap == {"home.demo": "x"}
    (tmp_path / settings.FILE).write_text("{", "utf-8")
    assert settings.read(workspace) == settings.Settings()


def test_answers_are_named_in_words_on_every_screen() -> None:
    assert field_name("n_examples") == "training examples"
    assert spoken("kb_tokens is unknown: n_examples too") == "tokens of facts is unknown: training examples too"
    assert set(FIELD_NAMES) <= set(Profile.model_fields)
    assert answer_said("failure_mode", "format") == "The format is wrong"
    assert answer_said("n_examples", 1589) == "1,589"


@pytest.mark.parametrize(("p_value", "said"), [(2.1e-27, "p < 0.001"), (0.0312, "p = 0.031")])
def test_a_tiny_p_value_has_no_more_digits_than_it_means(p_value: float, said: str) -> None:
    assert p_text(p_value) == said
