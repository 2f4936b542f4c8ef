"""The wizard asks each thing once, follow-ups only where they matter, and reads what people type."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.facts import NAMES
from advisor.decide.flips import options
from advisor.errors import BadInput
from advisor.profile import INPUTS, Profile
from advisor.questions import BY_ID, QUESTIONS, next_question, open_questions, parse_answer, previous_question


def test_every_field_has_one_question_and_so_has_every_input_of_the_decision() -> None:
    assert sorted(BY_ID) == sorted(INPUTS)
    assert len(QUESTIONS) == len(BY_ID)
    assert set(NAMES) <= set(BY_ID)


def test_the_choices_are_the_closed_set_of_the_field() -> None:
    for question in QUESTIONS:
        if question.kind == "choice":
            known = [option for option in options(question.id) if option != "unknown"]
            assert sorted(choice.value for choice in question.choices) == sorted(known), question.id


def test_each_example_is_a_right_answer() -> None:
    for question in QUESTIONS:
        if question.example and question.kind != "yes_no":
            assert parse_answer(question, question.example) is not None, question.id


def test_a_follow_up_depends_on_earlier_questions_only() -> None:
    places = {question.id: place for place, question in enumerate(QUESTIONS)}
    for question in QUESTIONS:
        assert all(places[condition.field] < places[question.id] for condition in question.ask_when), question.id


def test_the_size_of_the_knowledge_base_is_asked_only_where_knowledge_is_needed() -> None:
    assert not BY_ID["kb_tokens"].applies(Profile())
    assert not BY_ID["kb_tokens"].applies(Profile(knowledge_need="none"))
    assert BY_ID["kb_tokens"].applies(Profile(knowledge_need="static"))


def test_items_are_asked_for_unless_there_is_no_metric() -> None:
    assert BY_ID["eval_items"].applies(Profile())
    assert not BY_ID["eval_items"].applies(Profile(metric_defined=False))


def test_going_on_by_skipping_reaches_the_end() -> None:
    asked: list[str] = []
    question = next_question(Profile())
    while question is not None:
        asked.append(question.id)
        question = next_question(Profile(), after=question.id)

    assert asked == [one.id for one in open_questions(Profile())]


def test_going_back_shows_answered_questions_too() -> None:
    profile = Profile(name="x", task_type="qa")

    back = previous_question(profile, before="metric_defined")

    assert back is not None
    assert back.id == "task_type"
    assert previous_question(profile, before="name") is None


def test_an_unknown_question_is_refused() -> None:
    with pytest.raises(BadInput, match="no question 'nope'"):
        next_question(Profile(), after="nope")


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("n_examples", "1.2k", 1200),
        ("n_examples", "1,200 examples", 1200),
        ("kb_tokens", "3M", 3_000_000),
        ("prompt_score", "71 %", 0.71),
        ("prompt_score", ".7", 0.7),
        ("budget_usd", "$2,000.50", Decimal("2000.5")),
        ("lead_time_days", "60 days", 60.0),
        ("latency_p95_ms", "500ms", 500.0),
        ("label_agreement", "-0.5", -0.5),
        ("metric_defined", "Y", True),
        ("metric_defined", "no", False),
        ("task_type", "3", "extraction"),
        ("task_type", "Extract fields", "extraction"),
        ("task_type", "code dsl", "code_dsl"),
        ("languages", "en, de", ("en", "de")),
        ("n_examples", "I don't know", None),
        ("failure_mode", "unknown", None),
        ("budget_usd", "", None),
    ],
)
def test_an_answer_is_read_as_people_type_it(question: str, text: str, value: Any) -> None:
    assert parse_answer(BY_ID[question], text) == value


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("n_examples", "many"), ("n_examples", "-5"), ("n_examples", "5.5"), ("n_examples", "1e400"), ("n_examples", "1,2"),
        ("n_examples", "20%"), ("n_examples", "$5"), ("n_examples", "nan"), ("prompt_score", "71"), ("prompt_score", "101%"),
        ("metric_defined", "maybe"), ("task_type", "dance"), ("languages", "1"), ("latency_p95_ms", "0"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused_in_one_line(question: str, text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_answer(BY_ID[question], text)

    assert refusal.value.message.startswith(f"{question}: {text!r} is not allowed; it must be")
    assert "\n" not in refusal.value.message


@given(question=st.sampled_from(QUESTIONS), text=st.text(max_size=30))
def test_whatever_is_typed_gives_a_value_that_the_profile_takes_or_a_refusal(question: Any, text: str) -> None:
    try:
        value = parse_answer(question, text)
    except BadInput:
        return
    assert getattr(Profile().with_answer(question.id, value), question.id) == value
