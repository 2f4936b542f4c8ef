"""Wrong answers are refused in one line; right ones survive writing and reading."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.profile import INPUTS, Profile, Provenance, allowed, nearest, parse

REFUSED: list[tuple[dict[Any, Any], str]] = [
    ({"n_examples": "many"}, "n_examples: 'many' is not allowed; it must be a whole number"),
    ({"n_examples": True}, "n_examples: True is not allowed"),
    ({"n_examples": "5"}, "n_examples: '5' is not allowed"),
    ({"n_examples": 10.5}, "n_examples: 10.5 is not allowed"),
    ({"budget_usd": "5"}, "budget_usd: '5' is not allowed; it must be an amount in US dollars"),
    ({"budget_usd": True}, "budget_usd: True"),
    ({"budget_usd": float("nan")}, "budget_usd: nan"),
    ({"prompt_score": float("nan")}, "prompt_score: nan is not allowed; it must be a number from 0 to 1"),
    ({"volume_per_day": float("inf")}, "volume_per_day: inf"),
    ({"volume_per_day": -1}, "volume_per_day: -1"),
    ({"target_score": 1.2}, "target_score: 1.2 is not allowed; it must be a number from 0 to 1"),
    ({"general_task": 1}, "general_task: 1 is not allowed; it must be true or false"),
    ({"stage": "beta"}, "stage: 'beta' is not allowed; it must be one of prototype, production"),
    ({"languages": "en"}, "languages: 'en' is not allowed; it must be a list"),
    ({"languages": ["e\x1b[0m"]}, "languages: ['e\\x1b[0m']"),
    ({"promt_score": 0.5}, "'promt_score' is not a profile field; did you mean prompt_score?"),
    ({1: 2}, "'1' is not a profile field"),
    ({"prompt_score": {"v": 1}}, "prompt_score: {'v': 1}"),
    ({"prompt_score": {"value": 0.5, "provenance": "guess"}}, "one of measured, stated, assumed"),
    ({"prompt_score": {"value": 0.5, "as_of": "soon"}}, "a date such as"),
    ({"provenance": 3}, "provenance: 3 is not a mapping"),
    ({"provenance": {"nope": {"kind": "measured"}}}, "provenance: 'nope' is not a profile field"),
]


@pytest.mark.parametrize(("raw", "words"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_wrong_answer_is_refused_in_one_line_with_what_is_allowed(raw: dict[Any, Any], words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(raw)

    assert words in refusal.value.message
    assert "\n" not in refusal.value.message
    assert refusal.value.exit_code == 2


def test_the_first_problem_of_the_file_is_told_and_the_others_counted() -> None:
    with pytest.raises(BadInput) as refusal:
        parse({"stage": "beta", "n_examples": "many", "typo": 1})

    assert refusal.value.message.startswith("stage:")
    assert refusal.value.message.endswith("(and 2 more)")


def test_a_percentage_is_met_with_the_fraction_to_write() -> None:
    with pytest.raises(BadInput) as refusal:
        parse({"target_score": 85})

    assert "write 0.85 for 85 %" in refusal.value.hint


@pytest.mark.parametrize("raw", [None, [], "n_examples: 5", 3])
def test_a_profile_must_be_a_mapping(raw: object) -> None:
    with pytest.raises(BadInput, match="a profile must be a mapping"):
        parse(raw)


def test_evaluation_items_may_exceed_the_examples() -> None:
    assert parse({"n_examples": 10, "eval_items": 500}).eval_items == 500


def test_money_is_exact_and_a_number_in_files() -> None:
    profile = parse({"budget_usd": 2000.1})

    assert profile.budget_usd == Decimal("2000.1")
    assert profile.model_dump()["budget_usd"] == 2000.1


def test_a_measured_answer_keeps_its_origin_through_a_file() -> None:
    raw = {"prompt_score": {"value": 0.7, "provenance": "measured", "as_of": "2026-11-02", "source": "run 3"}}

    profile = parse(raw)

    assert profile.origin("prompt_score").kind == "measured"
    assert profile.model_dump() == raw


def test_every_field_says_what_it_accepts() -> None:
    assert allowed("latency_p95_ms") == "a number above 0 to 1,000,000,000"
    assert all(allowed(name) for name in INPUTS)


def test_a_mistyped_name_finds_its_field() -> None:
    assert nearest("Prompt-Score") == "prompt_score"
    assert nearest("zzzz") is None


@given(
    score=st.none() | st.floats(0, 1),
    examples=st.none() | st.integers(0, 10**9),
    budget=st.none() | st.decimals(0, 10**6, places=2),
    languages=st.none() | st.lists(st.sampled_from(["en", "de", "pt-BR"]), min_size=1).map(tuple),
    kind=st.sampled_from(["measured", "stated", "assumed"]),
)
def test_a_profile_survives_writing_and_reading(
    score: float | None, examples: int | None, budget: Decimal | None, languages: tuple[str, ...] | None, kind: Any
) -> None:
    profile = Profile(n_examples=examples, budget_usd=budget, languages=languages)
    profile = profile.with_answer("prompt_score", score, Provenance(kind=kind))

    assert parse(profile.model_dump()) == profile
    assert Profile.model_validate_json(profile.model_dump_json()) == profile
