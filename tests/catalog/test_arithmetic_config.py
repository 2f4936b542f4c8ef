"""Fields of config.json as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.arithmetic import Fields, UnknownField, fields_of, flatten, parse, render, structure, total, used
from catalog.load import load
from catalog.records import Model

WORDS = some.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True).filter(
    lambda word: word not in ("true", "false", "none", "nan", "inf", "infinity")
)
NUMBERS = some.integers() | some.floats(allow_nan=False, allow_infinity=False)
LISTS = some.lists(some.integers(), min_size=1) | some.lists(WORDS, min_size=1)


@given(NUMBERS | some.booleans() | WORDS)
def test_a_value_survives_as_text(value: float | bool | str) -> None:
    text = render(value)

    assert text is not None
    assert parse(text) == value
    assert type(parse(text)) is type(value)


@given(LISTS)
def test_a_list_survives_as_text_with_its_runs_shortened(values: list[int] | list[str]) -> None:
    text = render(values)

    assert text is not None
    assert parse(text) == tuple(values)


def test_runs_and_patterns_read_as_they_are_written() -> None:
    assert parse("mamba*2,attention,mamba") == ("mamba", "mamba", "attention", "mamba")
    assert parse("attention*40,") == ("attention",) * 40
    assert parse("MEMEM*EM") == "MEMEM*EM"
    assert (parse("none"), parse("true"), parse("0.5"), parse("128")) == (None, True, 0.5, 128)


@pytest.mark.parametrize("value", [None, [], [None], [[1]], "", "a;b", "a=b", {"a": 1}])
def test_what_has_no_text_is_left_out(value: object) -> None:
    assert render(value) is None


def test_a_multimodal_configuration_is_flattened_with_the_language_model_on_top() -> None:
    config = {
        "model_type": "mistral3",
        "tie_word_embeddings": False,
        "spatial_merge_size": 2,
        "text_config": {"model_type": "ministral3", "hidden_size": 8, "tie_word_embeddings": True},
        "vision_config": {"model_type": "pixtral", "hidden_size": 4},
    }

    assert flatten(config) == {
        "model_type": "mistral3",
        "text_model_type": "ministral3",
        "tie_word_embeddings": "false",
        "spatial_merge_size": "2",
        "hidden_size": "8",
        "vision_config.model_type": "pixtral",
        "vision_config.hidden_size": "4",
    }


def test_a_config_json_gives_its_count() -> None:
    # Qwen2.5-0.5B-Instruct, 494,032,768 parameters
    config: dict[str, Any] = {
        "model_type": "qwen2",
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_attention_heads": 14,
        "num_hidden_layers": 24,
        "num_key_value_heads": 2,
        "sliding_window": 32768,
        "use_sliding_window": False,
        "tie_word_embeddings": True,
        "vocab_size": 151936,
    }
    fields = Fields({name: parse(text) for name, text in flatten(config).items()})
    built = structure("qwen2", fields)

    assert total(built.text) == 494_032_768
    assert {layer.mixer for layer in built.layers} == {"attention"}


def test_fields_are_read_with_the_type_that_is_expected() -> None:
    fields = Fields({"layers": 2, "tied": True, "kind": "a", "list": (1, 2), "one": 3, "part.inner": 5, "gone": None})

    assert fields.whole("absent", "layers") == 2
    assert fields.items("list") == (1, 2)
    assert fields.items("one") == (3,)
    assert fields.items("absent") is None
    assert fields.under("absent") is None
    assert "gone" not in fields
    inner = fields.under("part")
    assert inner is not None
    assert inner.whole("inner") == 5


@pytest.mark.parametrize(
    "ask",
    [
        lambda fields: fields.whole("tied"),
        lambda fields: fields.whole("kind"),
        lambda fields: fields.flag("layers"),
        lambda fields: fields.text("layers"),
        lambda fields: fields.whole("absent", "gone"),
    ],
)
def test_a_field_that_is_not_there_or_is_something_else_is_not_known(ask: Any) -> None:
    with pytest.raises(UnknownField, match="is not known"):
        ask(Fields({"layers": 2, "tied": True, "kind": "a"}))


def test_the_fields_that_sizes_rest_on_can_be_told() -> None:
    model = load().model("Qwen3.5-27B")
    told = used("qwen3_5", fields_of(model))

    assert {"linear_num_value_heads", "mtp_num_hidden_layers", "vision_config.depth", "hidden_size"} <= told
    assert set(model.config) <= told
    assert "moe_intermediate_size" not in told


@pytest.mark.parametrize("model", [one for one in load().models if one.config], ids=lambda one: one.id)
def test_the_catalog_keeps_no_field_that_no_size_rests_on(model: Model) -> None:
    spare = {"vision_config.vision_use_head", "linear_attn_config.kda_layers"}  # for building the model itself

    assert (
        not {name for name, text in model.config.items() if text != "none"}
        - spare
        - used(model.model_type or "", fields_of(model))
    )
