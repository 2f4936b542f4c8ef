"""An arm as lm-eval sees it: a model whose outputs come from the journal, else from an engine, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from harness.items import Item

AnswerBatch = Callable[[tuple[Item, ...], Sequence[Instance]], list[str]]
"""Gives a batch's raw outputs, each on disk when it returns; an item without an output gives an empty text."""


class ArmModel(LM):  # type: ignore[misc]  # lm-eval has no types
    """Cuts lm-eval's requests into the arm's batches and lets each be answered before the next."""

    def __init__(self, batches: Sequence[tuple[Item, ...]], answer: AnswerBatch) -> None:
        super().__init__()
        self._batches, self._answer = batches, answer

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:  # noqa: FBT001, FBT002, RUF100 - lm-eval's signature
        """Raw outputs in the order of the requests, which is the order of the items."""
        del disable_tqdm
        outputs: list[str] = []
        for batch in self._batches:
            asked = requests[len(outputs) : len(outputs) + len(batch)]
            if [request.args[0] for request in asked] != [item.prompt for item in batch]:
                raise AssertionError("lm-eval asks something else than the arm's rendered prompts")
            outputs += self._answer(batch, asked)
        return outputs

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Not asked for by a generate-until task."""
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Not asked for by a generate-until task."""
        raise NotImplementedError
