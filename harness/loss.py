"""Cross-entropy of the answers' tokens, with logits only where one is predicted.

Of a row most tokens are prompt, and a vocabulary is wide: leaving out logits that no loss is taken of changes nothing
but the time and memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional

from harness.chat import IGNORED


def answer_loss(model: Any, batch: Mapping[str, torch.Tensor], *, divisor: torch.Tensor | int) -> torch.Tensor:
    """Summed cross-entropy in nats of the trained tokens, over ``divisor``.

    ``labels`` has shape (rows, tokens); ``logits_to_keep`` takes the columns in which any row predicts a trained token.
    """
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    following = batch["labels"][:, 1:]
    columns = (following != IGNORED).any(dim=0).nonzero().flatten()
    logits = model(**inputs, logits_to_keep=columns, use_cache=False).logits
    targets = following[:, columns]
    total = functional.cross_entropy(
        logits.flatten(0, 1).float() if logits.dtype != torch.float64 else logits.flatten(0, 1),
        targets.flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
    return total / divisor


def trained_tokens(batch: Mapping[str, torch.Tensor]) -> int:
    """How many tokens a batch's loss is taken of."""
    return int((batch["labels"][:, 1:] != IGNORED).sum())
