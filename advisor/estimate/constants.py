"""The estimator's constants, read from ``constants.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class MemoryConstants:
    """Bytes and shares of the memory model; see the data file for how each was obtained."""

    saved_copies: float
    backward_copies: float
    adapter_input_bytes: float
    adapter_output_bytes: float
    quantised_inputs: float
    prepared_share: float
    eager_score_bytes: float
    logit_bytes_plain: float
    logit_bytes_fused: float
    logit_bytes_chunked: float
    unpacked_matrices: float
    gathered_layers: float
    gathered_embeddings: float
    sharded_inputs: float
    fragmentation: float
    fragmentation_logits: float
    fragmentation_reused: float
    fragmentation_held: float
    fragmentation_sharded: float
    context_gib: float
    nccl_gib: float
    framework_gib: float
    headroom: float


@dataclass(frozen=True, slots=True)
class TrainingConstants:
    """Efficiencies of the training roofline."""

    peak_share: float
    tuned_gain: float
    consumer_gain: float
    width_half: float
    balance_power: float
    attention_cost: float
    eager_cost: float
    launch_s: float
    quantised_launch_s: float
    gptq_launch: float
    unpack_bytes: float
    eager_bytes: float
    fused_bytes: float
    fp8_gain: float
    tensor_cost: float
    link_gb_s: float
    pcie_gb_s: float
    host_gb_s: float


@dataclass(frozen=True, slots=True)
class ServingConstants:
    """Efficiencies of the serving roofline."""

    bandwidth_share: float
    compute_share: float
    fp8_gain: float
    fp4_gain: float
    stored_gain: float
    mixture_share: float
    parallel_cost: float
    unlinked_share: float
    stage_share: float
    graph_layer_s: float
    schedule_s: float
    token_s: float
    request_s: float
    ramp: float
    attention_single: float
    attention_many: float
    eager_layer_s: float
    eager_bitsandbytes: float
    eager_double: float
    eager_kernels: float
    eager_expert: float
    repeated_heads: float
    memory_share: float


@dataclass(frozen=True, slots=True)
class SpreadConstants:
    """Factors (low, high) around the expected value that hold 80 % of what was measured."""

    memory: tuple[float, float]
    training: tuple[float, float]
    serving: tuple[float, float]
    machine: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Constants:
    """All of them."""

    memory: MemoryConstants
    training: TrainingConstants
    serving: ServingConstants
    spread: SpreadConstants


@lru_cache(maxsize=1)
def fitted() -> Constants:
    """The constants that ship with the package."""
    return constants_from(tomllib.loads(Path(__file__).with_name("constants.toml").read_text("utf-8")))


def constants_from(data: dict[str, dict[str, Any]]) -> Constants:
    """Constants of the data file's form. Raises TypeError when one is missing or too many."""
    return Constants(
        memory=MemoryConstants(**data["memory"]),
        training=TrainingConstants(**data["training"]),
        serving=ServingConstants(**data["serving"]),
        spread=SpreadConstants(**{name: (pair[0], pair[1]) for name, pair in data["spread"].items()}),
    )
