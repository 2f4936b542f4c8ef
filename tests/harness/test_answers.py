"""Reading an answer out of what a model wrote: one rule, the same for every arm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.answers import Answer, check_labels, is_empty, loose, read_answer
from harness.errors import InputError

LABELS = ("transfer fee", "Card Arrival", "PIN blocked")


@pytest.mark.parametrize(
    ("output", "prediction", "valid"),
    [
        ("transfer fee", "transfer fee", True),
        ("  transfer fee \n", "transfer fee", True),
        ("Transfer Fee.", "transfer fee", True),
        ("TRANSFER FEE!?", "transfer fee", True),
        ("transfer   fee", "transfer fee", True),
        ("card arrival", "Card Arrival", True),
        ("\n\ncard arrival\nBecause the card is late.", "Card Arrival", True),
        ("pin blocked ,", "PIN blocked", True),
        ("transfer fees", "transfer fees", False),
        ("transfer_fee", "transfer_fee", False),
        ("transfer fee (charged)", "transfer fee (charged)", False),
        ("The label is transfer fee.", "The label is transfer fee.", False),
        ("Label: transfer fee", "Label: transfer fee", False),
        ("transfer fee; Card Arrival", "transfer fee; Card Arrival", False),
        ("fee", "fee", False),
        ("", "", False),
    ],
)
def test_a_label_is_read_whatever_its_case_spacing_and_closing_punctuation(
    output: str, prediction: str, valid: bool
) -> None:
    assert read_answer(output, LABELS) == Answer(prediction, valid)


@pytest.mark.parametrize(("output", "prediction"), [(" Hello.\n", "Hello."), ("a\nb", "a\nb"), ("A", "A")])
def test_free_text_is_compared_as_it_is_but_for_surrounding_space(output: str, prediction: str) -> None:
    assert read_answer(output, ()) == Answer(prediction, True)


@given(st.text(max_size=60))
def test_reading_twice_reads_the_same(output: str) -> None:
    once = read_answer(output, LABELS)

    assert read_answer(once.prediction, LABELS) == once


@given(st.sampled_from(LABELS), st.sampled_from(["", ".", "!", " ", "\n", ",\n"]), st.booleans())
def test_every_label_is_its_own_answer(label: str, ending: str, upper: bool) -> None:
    assert read_answer((label.upper() if upper else label) + ending, LABELS) == Answer(label, True)


@pytest.mark.parametrize("output", ["", " ", "\n\t", "\0", " \0 "])
def test_nothing_but_space_is_no_answer(output: str) -> None:
    assert is_empty(output)


@pytest.mark.parametrize("labels", [("refund", "Refund"), ("yes", "yes."), ("a b", "a  b"), ("...", "x")])
def test_labels_that_the_rule_cannot_tell_apart_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="cannot be told apart"):
        check_labels(labels)


def test_loose_form_keeps_what_is_inside() -> None:
    assert loose(" C++ / C#, mixed. ") == "c++ / c#, mixed"
