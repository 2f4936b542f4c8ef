"""transformers through lm-eval's own model class: the fallback where vLLM cannot run, slower and marked as such."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lm_eval.models.huggingface import HFLM

from harness.engine import Generated, Weights, has_gpu
from harness.errors import HarnessError
from harness.protocol import EngineSettings, ModelFacts

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance


class PlainHFLM(HFLM):  # type: ignore[misc]  # lm-eval has no types
    """lm-eval's transformers model that adds no special tokens of its own to rendered prompts, and cuts nothing."""

    def tok_encode(self, string: str, add_special_tokens: Any = None, **options: Any) -> list[int]:
        """Tokens of a rendered prompt: the chat template has written the special ones already."""
        del add_special_tokens, options
        return list(self.tokenizer(string, add_special_tokens=False)["input_ids"])

    def tok_batch_encode(self, strings: Any, padding_side: str = "left", **options: Any) -> Any:
        """A batch of rendered prompts, padded before their beginning."""
        del options
        self.tokenizer.padding_side = padding_side
        encoded = self.tokenizer(list(strings), padding="longest", return_tensors="pt", add_special_tokens=False)
        return encoded["input_ids"], encoded["attention_mask"]


class HfEngine:
    """One transformers model with one set of weights."""

    def __init__(self, weights: Weights, settings: EngineSettings) -> None:
        self._lm = PlainHFLM(
            pretrained=str(weights.folder),
            dtype=settings.dtype,
            device="cuda" if has_gpu() else "cpu",
            max_length=settings.max_model_len,
            batch_size=settings.shard_items,
            trust_remote_code=False,
        )

    def generate(self, requests: Sequence[Instance], adapter: Path | None) -> list[Generated]:
        """Answer a batch. Output tokens are counted from the text, without the one that stopped it."""
        if adapter is not None:
            raise HarnessError("the transformers fallback switches no adapters", "merge the adapter first")
        texts = self._lm.generate_until(list(requests), disable_tqdm=True)
        return [
            Generated(text, len(self._lm.tok_encode(request.args[0])), len(self._lm.tok_encode(text)))
            for request, text in zip(requests, texts, strict=True)
        ]

    def close(self) -> None:
        """Drop the weights."""
        del self._lm
        gc.collect()


def open_hf(weights: Weights, settings: EngineSettings, *, facts: ModelFacts, seed: int) -> HfEngine:
    """Load weights into transformers. Greedy decoding needs neither the facts nor the seed."""
    del facts, seed
    return HfEngine(weights, settings)
