"""Leaving out what no loss is taken of, and computing a shared prefix once, change neither loss nor gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from harness.batching import pad, plan_batches
from harness.chat import IGNORED, Encoded
from harness.loss import answer_loss, trained_tokens
from harness.prefix_packing import is_possible, pack, prefix_length

Collate = Callable[[Sequence[Encoded]], dict[str, torch.Tensor]]
ROWS = [
    Encoded([1, 5, 6, 7, 8, 20, 21, 30, 2], 7),
    Encoded([1, 5, 6, 7, 8, 22, 31, 32, 33, 2], 6),
    Encoded([1, 5, 6, 7, 8, 20, 23, 24, 25, 34, 2], 9),
]


def padded(rows: Sequence[Encoded]) -> dict[str, torch.Tensor]:
    return pad(rows, pad_id=0)


class ExactNorm(torch.nn.Module):
    """Llama's norm without its detour through float32, which would round gradients where they are summed."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.weight, self.epsilon = norm.weight, norm.variance_epsilon

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        scaled: torch.Tensor = self.weight * hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return scaled


@pytest.fixture(scope="module")
def model(tiny_model: Any) -> Any:
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float64, attn_implementation="sdpa")
    loaded.model.norm = ExactNorm(loaded.model.norm)
    for layer in loaded.model.layers:
        layer.input_layernorm = ExactNorm(layer.input_layernorm)
        layer.post_attention_layernorm = ExactNorm(layer.post_attention_layernorm)
    return loaded


def gradients(model: Any, loss: torch.Tensor) -> list[torch.Tensor]:
    return list(torch.autograd.grad(loss, list(model.parameters())))


def plain_loss(model: Any, rows: Sequence[Encoded]) -> torch.Tensor:
    """The loss as the textbook has it: each row alone, all its logits, shifted by one."""
    parts = []
    for row in rows:
        logits = model(input_ids=torch.tensor([row.input_ids])).logits[0, :-1]
        parts.append(
            functional.cross_entropy(logits, torch.tensor(row.labels[1:]), ignore_index=IGNORED, reduction="sum")
        )
    return torch.stack(parts).sum() / sum(len(row.input_ids) - row.target_start for row in rows)


def test_the_loss_is_the_one_that_the_library_gives(model: Any) -> None:
    batch = padded(ROWS)
    theirs = model(**batch).loss  # computed in float32
    torch.testing.assert_close(answer_loss(model, batch, divisor=trained_tokens(batch)).float(), theirs.float())


@pytest.mark.parametrize("collate", [padded, pack], ids=["padded", "packed"])
@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:], [ROWS[0], ROWS[0]]], ids=["three", "one", "two", "equal"])
def test_loss_and_gradients_are_those_of_separate_rows(model: Any, collate: Collate, rows: list[Encoded]) -> None:
    batch = collate(rows)
    loss = answer_loss(model, batch, divisor=trained_tokens(batch))
    expected = plain_loss(model, rows)
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=1e-12)
    for mine, reference in zip(gradients(model, loss), gradients(model, expected), strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-10, atol=1e-13)


TOKENS = st.lists(st.integers(3, 60), min_size=2, max_size=12)


@st.composite
def encoded(draw: st.DrawFn) -> list[Encoded]:
    prefix = draw(st.lists(st.integers(3, 60), max_size=8))
    rows = draw(st.lists(st.tuples(TOKENS, TOKENS), min_size=1, max_size=4))
    return [Encoded([*prefix, *prompt, *answer], len(prefix) + len(prompt)) for prompt, answer in rows]


@settings(max_examples=25, deadline=None)
@given(rows=encoded())
def test_packing_any_rows_gives_the_loss_of_padding_them(model: Any, rows: list[Encoded]) -> None:
    count = trained_tokens(padded(rows))
    with torch.no_grad():
        losses = [answer_loss(model, collate(rows), divisor=count) for collate in (padded, pack)]
    assert trained_tokens(pack(rows)) == count == sum(len(row.input_ids) - row.target_start for row in rows)
    torch.testing.assert_close(losses[0], losses[1], rtol=1e-10, atol=1e-12)


def test_the_shared_prefix_is_stored_once_and_leaves_each_row_its_last_prompt_token() -> None:
    assert prefix_length(ROWS) == 5
    assert pack(ROWS)["input_ids"].shape == (1, 5 + 4 + 5 + 6)
    assert prefix_length([ROWS[0], ROWS[0]]) == ROWS[0].target_start - 1


def test_a_row_does_not_see_its_neighbours(model: Any) -> None:
    other = Encoded([1, 5, 6, 7, 8, 40, 41, 42, 43, 44, 2], 7)
    with torch.no_grad():
        one = answer_loss(model, pack([ROWS[0], other]), divisor=1) - answer_loss(model, pack([other]), divisor=1)
        alone = answer_loss(model, pack([ROWS[0]]), divisor=1)
    torch.testing.assert_close(one, alone, rtol=1e-12, atol=1e-12)


def test_models_with_windows_or_unknown_layers_are_not_packed() -> None:
    from transformers import GPT2Config, LlamaConfig, Qwen2Config

    windowed = Qwen2Config(num_hidden_layers=2, use_sliding_window=True, max_window_layers=1, sliding_window=64)
    assert is_possible(LlamaConfig())
    assert not is_possible(GPT2Config())
    assert not is_possible(windowed)


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=30),
    batches=st.integers(1, 20),
    size=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_every_row_is_seen_once_before_any_is_seen_twice(
    lengths: list[int], batches: int, size: int, seed: int
) -> None:
    planned = plan_batches(lengths, batches=batches, size=size, seed=seed)
    assert planned == plan_batches(lengths, batches=batches, size=size, seed=seed)
    assert [len(batch) for batch in planned] == [size] * batches
    windows = plan_batches(lengths, batches=8 * 6, size=size, seed=seed)
    seen = [place for batch in windows for place in batch]
    most, least = max(seen.count(place) for place in set(seen)), min(seen.count(place) for place in range(len(lengths)))
    assert most - least <= 1


def test_rows_of_like_length_stand_together() -> None:
    lengths = [number % 40 + 1 for number in range(400)]
    planned = plan_batches(lengths, batches=50, size=4, seed=1)
    waste = sum(max(lengths[at] for at in batch) * 4 - sum(lengths[at] for at in batch) for batch in planned)
    assert waste / sum(lengths[at] for batch in planned for at in batch) < 0.1
