"""Rows with a common beginning in one sequence, that beginning computed once.

The sequence is the prefix, then each row's remainder. A remainder sees the prefix and itself, and its positions go on
from the prefix, so each of its tokens is computed as if its row stood alone; the prefix collects the gradients of all.
Loss and gradients are those of separate rows, up to rounding. It pays where a system prompt is long and rows are short.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import torch

from harness.chat import IGNORED, Encoded

FULL_ATTENTION_MODELS = frozenset({"llama", "qwen2", "qwen3"})
"""Model types whose every layer takes a mask and positions from the caller; others are padded."""


def is_possible(config: Any) -> bool:
    """Whether a model computes the same under a mask of our own: attention in all layers, over the whole sequence."""
    layers = getattr(config, "layer_types", None) or ["full_attention"]
    return config.model_type in FULL_ATTENTION_MODELS and set(layers) == {"full_attention"}


def prefix_length(rows: Sequence[Encoded]) -> int:
    """How many tokens all rows begin with; each keeps at least the last token of its own prompt."""
    limit = min(row.target_start for row in rows) - 1
    columns = zip(*(row.input_ids[:limit] for row in rows), strict=True)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def pack(rows: Sequence[Encoded]) -> dict[str, torch.Tensor]:
    """Rows as one sequence of shape (1, tokens), with positions and the mask of shape (1, 1, tokens, tokens)."""
    shared = prefix_length(rows)
    remainders = [row.input_ids[shared:] for row in rows]
    ids, labels, positions, owner = rows[0].input_ids[:shared], [IGNORED] * shared, list(range(shared)), [-1] * shared
    for number, (row, remainder) in enumerate(zip(rows, remainders, strict=True)):
        ids = ids + remainder
        labels += row.labels[shared:]
        positions += range(shared, shared + len(remainder))
        owner += [number] * len(remainder)
    return {
        "input_ids": torch.tensor([ids]),
        "labels": torch.tensor([labels]),
        "position_ids": torch.tensor([positions]),
        "attention_mask": tree_mask(torch.tensor(owner)),
    }


def tree_mask(owner: torch.Tensor) -> torch.Tensor:
    """True where a token may look: at what came before it in its own row or in the prefix (owner -1)."""
    earlier = torch.ones(len(owner), len(owner)).tril().bool()
    same_branch = (owner[None, :] == -1) | (owner[:, None] == owner[None, :])
    return (earlier & same_branch)[None, None]
