"""Words find models, the closest first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from catalog.search import search


def model(identifier: str, **facts: str) -> Any:
    names = {"name": identifier.rpartition("/")[2], "family": "", "vendor": "", "strengths": None, "license": None}
    return SimpleNamespace(id=identifier, **{**names, **facts})


MODELS = [
    model("Qwen/Qwen2.5-7B-Instruct", family="Qwen2.5", vendor="Alibaba", license="apache-2.0"),
    model("Qwen/Qwen2.5-Coder-7B-Instruct", family="Qwen2.5", vendor="Alibaba", strengths="code"),
    model("meta-llama/Llama-3.1-8B-Instruct", family="Llama 3.1", vendor="Meta", strengths="follows Qwen style"),
    model("openai/gpt-4o", family="GPT-4o", vendor="OpenAI"),
    model("openai/gpt-4o-mini", family="GPT-4o", vendor="OpenAI"),
]


def found(text: str) -> list[str]:
    return [one.model.id.rpartition("/")[2] for one in search(text, MODELS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gpt-4o", ["gpt-4o", "gpt-4o-mini"]),
        ("GPT-4O mini", ["gpt-4o-mini"]),
        ("qwen", ["Qwen2.5-7B-Instruct", "Qwen2.5-Coder-7B-Instruct", "Llama-3.1-8B-Instruct"]),
        ("alibaba code", ["Qwen2.5-Coder-7B-Instruct"]),
        ("apache", ["Qwen2.5-7B-Instruct"]),
        ("llma", ["Llama-3.1-8B-Instruct"]),
        ("opnai mini", ["gpt-4o-mini"]),
        ("xyzzy", []),
        ("qwen xyzzy", []),
        ("   ", []),
    ],
)
def test_every_word_has_to_stand_somewhere_and_names_count_most(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_word_that_only_resembles_is_said_to_do_so() -> None:
    assert not any(one.near for one in search("llama", MODELS))
    assert all(one.near for one in search("llmaa", MODELS))
