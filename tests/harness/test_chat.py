"""A row is trained behind exactly the tokens it is asked with, and its stop token is always trained."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import chat
from harness.errors import InputError
from harness.protocol import Prompt, Row, Shot

PROMPT = Prompt(id="few", system="Sort it.", shots=(Shot(input="lost my card", output="card"),))
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(system=TEXT, shown=st.lists(st.tuples(TEXT, TEXT), max_size=2), asked=TEXT, answer=TEXT)
def test_training_and_evaluation_see_the_same_prompt_tokens(
    tiny_tokenizer: Any, system: str, shown: list[tuple[str, str]], asked: str, answer: str
) -> None:
    prompt = Prompt(id="p", system=system, shots=tuple(Shot(input=one, output=two) for one, two in shown))
    row = chat.encode_row(tiny_tokenizer, prompt, Row(id="r", input=asked, output=answer))
    rendered = tiny_tokenizer.apply_chat_template(
        chat.turns(prompt, asked), add_generation_prompt=True, return_dict=True
    )
    assert row.input_ids[: row.target_start] == chat.prompt_ids(tiny_tokenizer, prompt, asked) == rendered["input_ids"]


def test_only_the_answer_and_the_stop_token_are_trained(tiny_tokenizer: Any) -> None:
    row = chat.encode_row(tiny_tokenizer, PROMPT, Row(id="r", input="rate of day 3", output="rate"))
    trained = [token for token in row.labels if token != chat.IGNORED]
    assert tiny_tokenizer.decode(trained) == "rate<|im_end|>"
    assert trained[-1] == tiny_tokenizer.eos_token_id
    assert len(row.labels) == len(row.input_ids)
    assert row.labels[: row.target_start] == [chat.IGNORED] * row.target_start


def test_an_answer_that_spells_the_stop_token_is_still_trained_to_its_end(tiny_tokenizer: Any) -> None:
    row = chat.encode_row(tiny_tokenizer, PROMPT, Row(id="r", input="x", output="say <|im_end|> twice"))
    assert tiny_tokenizer.decode(row.input_ids[row.target_start :]) == "say <|im_end|> twice<|im_end|>"


def with_template(tokenizer: Any, template: str) -> Any:
    changed = copy.deepcopy(tokenizer)
    changed.chat_template = template
    return changed


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for m in messages %}{{ m['content'] }}{% endfor %}", "never ends a turn with its stop token"),
        ("{{ raise_exception('no system turns') }}", "template fails (no system turns)"),
        ("{{ messages[0]['content']['x']['y'] }}", "template fails"),
        ("{% for m in messages %}", "template fails"),
        (
            "{{ messages|length }}{% for m in messages %}{{ m['content'] }}<|im_end|>{% endfor %}",
            "unlike the one it asks for",
        ),
        ("{{ ().__class__.__mro__[1].__subclasses__() }}", "template fails"),
    ],
    ids=["no stop", "raises", "undefined", "broken", "differs", "escapes"],
)
def test_a_template_that_cannot_be_used_is_refused_in_one_line(tiny_tokenizer: Any, template: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        chat.check_template(with_template(tiny_tokenizer, template), PROMPT)
    assert says in caught.value.message
    assert "\n" not in caught.value.message


def test_rows_that_would_lose_their_answer_are_counted_and_refused(tiny_tokenizer: Any) -> None:
    rows = [Row(id="short", input="x", output="rate"), Row(id="long", input="x " * 200, output="rate")]
    with pytest.raises(InputError, match="1 of 2 rows are longer than max_seq_length 100") as caught:
        chat.encode_rows(tiny_tokenizer, PROMPT, rows, limit=100)
    assert "row long" in caught.value.message
    longest = len(chat.encode_row(tiny_tokenizer, PROMPT, rows[1]).input_ids)
    assert len(chat.encode_rows(tiny_tokenizer, PROMPT, rows, limit=longest)) == 2
