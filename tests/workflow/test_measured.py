from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from advisor.profile import Profile
from advisor.workflow.measured import best_arm, measured_profile
from tests.workflow.facts import arm, prepared, probed

TODAY = date(2026, 11, 23)


def test_the_best_prompt_is_the_one_with_most_right_answers() -> None:
    assert best_arm(probed(arm("zero_shot", 3), arm("few_shot_1", 40), arm("few_shot_2", 38))).arm == "few_shot_1"


def test_of_equal_prompts_the_shorter_one_is_best() -> None:
    equals = probed(arm("few_shot_2", 40, prompt_tokens=60_000), arm("few_shot_1", 40, prompt_tokens=30_000))

    assert best_arm(equals).arm == "few_shot_1"


def test_what_was_measured_replaces_what_was_stated_and_says_where_it_comes_from() -> None:
    stated = Profile.model_validate({"prompt_score": 0.9, "n_examples": 5, "target_score": 0.8})

    profile = measured_profile(stated, prepared(), probed(arm("zero_shot", 0), arm("few_shot_1", 41)), on=TODAY)

    assert (profile.prompt_score, profile.n_examples, profile.eval_items) == (0.41, 1589, 200)
    assert profile.target_score == 0.8
    origin = profile.origin("prompt_score")
    assert (origin.kind, origin.as_of) == ("measured", TODAY)
    assert origin.source == "best of 2 prompts on 100 validation items (few_shot_1)"


def test_outputs_in_the_wrong_form_are_a_failure_of_format_not_of_behaviour() -> None:
    chatty = measured_profile(Profile(), prepared(), probed(arm("zero_shot", 0, format_valid=2)), on=TODAY)
    wrong = measured_profile(Profile(), prepared(), probed(arm("few_shot_1", 40, format_valid=97)), on=TODAY)
    perfect = measured_profile(Profile(), prepared(), probed(arm("few_shot_1", 100)), on=TODAY)

    assert [one.failure_mode for one in (chatty, wrong, perfect)] == ["format", "behaviour", "none"]


def test_the_failure_named_is_the_one_that_more_answers_fail_by() -> None:
    mostly_wrong = measured_profile(Profile(), prepared(), probed(arm("few_shot_2", 16, format_valid=66)), on=TODAY)

    assert mostly_wrong.failure_mode == "behaviour"  # 50 well-formed wrong answers, 34 without form


def test_trying_prompts_is_not_called_optimising_one() -> None:
    three = probed(arm("zero_shot", 0), arm("few_shot_1", 4), arm("few_shot_2", 16))
    untried, optimised = Profile(), Profile.model_validate({"prompt_effort": "optimized"})

    assert measured_profile(untried, prepared(), three, on=TODAY).prompt_effort == "basic"
    assert measured_profile(optimised, prepared(), three, on=TODAY).prompt_effort == "optimized"


def test_requests_without_an_answer_are_neither_right_nor_wrong() -> None:
    failing = arm("few_shot_1", 40, items=100, format_valid=50).model_copy(update={"errors": 50})
    silent = arm("few_shot_1", 0, format_valid=0).model_copy(update={"errors": 100})

    assert measured_profile(Profile(), prepared(), probed(failing), on=TODAY).prompt_score == 0.8
    assert measured_profile(Profile(), prepared(), probed(silent), on=TODAY).prompt_score is None


def test_without_items_no_score_is_measured_but_the_rows_are_counted() -> None:
    profile = Profile.model_validate({"prompt_score": 0.5})
    measured = measured_profile(profile, prepared(), probed(arm("zero_shot", 0, items=0, format_valid=0)), on=TODAY)

    assert (measured.prompt_score, measured.failure_mode, measured.n_examples) == (0.5, None, 1589)


@given(correct=st.integers(0, 100), valid=st.integers(0, 100))
def test_a_measured_profile_survives_being_written_and_read(correct: int, valid: int) -> None:
    profile = measured_profile(Profile(), prepared(), probed(arm("zero_shot", correct, format_valid=valid)), on=TODAY)

    assert Profile.model_validate(profile.model_dump(mode="json")) == profile
