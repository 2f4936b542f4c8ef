"""A training workload as far as its source describes it; None is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.errors import BadInput
from advisor.estimate import spec as read
from advisor.estimate.shape import ALL_LINEAR, Shape

Method = Literal["lora", "qlora4", "full"]
MemoryIs = Literal["allocated", "reserved", "nvidia-smi"]
CrossEntropy = Literal["plain", "fused", "chunked"]
WeightKind = Literal["fp32", "16", "nf4", "nf4-dq", "int8"]

METHODS: dict[str, Method] = {
    "lora": "lora",
    "dora": "lora",
    "qlora": "qlora4",
    "qlora4": "qlora4",
    "full": "full",
    "sft": "full",
    "fullfinetune": "full",
    "fullfinetuning": "full",
}


@dataclass(frozen=True, slots=True)
class Sharding:
    """How work is spread: ZeRO stage over the data-parallel degree (Rajbhandari et al. 2020), and model degrees."""

    stage: int = 0
    tensor: int = 1
    pipeline: int = 1
    context: int = 1
    offload: bool = False
    master: bool = False
    """Does the optimizer keep fp32 masters beside 16-bit weights (mixed-precision ZeRO)."""

    def data_degree(self, gpus: int) -> int:
        """Replicas or shards along the data axis; at least one."""
        return max(1, gpus // (self.tensor * self.pipeline * self.context))


@dataclass(frozen=True, slots=True)
class Training:
    """A fine-tuning workload. Lengths in tokens, counts per GPU unless named otherwise."""

    shape: Shape
    method: Method
    gpus: int | None
    sharding: Sharding | None
    seq_len: float | None
    micro_batch: float | None
    grad_accum: float | None
    rank: float | None
    targets: tuple[str, ...] | None
    weights: WeightKind | None
    fp8: bool
    fp16_only: bool
    optimizer: Literal["adamw", "adamw8bit", "sgd"] | None
    in_backward: bool
    checkpointing: bool | None
    offload_activations: bool
    flash: bool | None
    cross_entropy: CrossEntropy | None
    mem_is: MemoryIs | None
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Complete:
    """A training workload with every unknown set to one case."""

    shape: Shape
    method: Method
    gpus: int
    sharding: Sharding
    seq_len: float
    micro_batch: float
    grad_accum: float
    rank: float
    targets: tuple[str, ...]
    weights: WeightKind
    fp8: bool
    fp16_only: bool
    optimizer: Literal["adamw", "adamw8bit", "sgd"]
    in_backward: bool
    checkpointing: bool
    offload_activations: bool
    flash: bool
    cross_entropy: CrossEntropy
    mem_is: MemoryIs

    @property
    def tokens(self) -> float:
        """Tokens of a micro-batch on one data replica."""
        return self.seq_len * self.micro_batch

    @property
    def model_degree(self) -> int:
        """GPUs over which one copy of the weights is cut by tensor and pipeline."""
        return self.sharding.tensor * self.sharding.pipeline

    @property
    def shards(self) -> int:
        """GPUs along the data axis."""
        return self.sharding.data_degree(self.gpus)


def complete(work: Training, answers: dict[str, Any]) -> Complete:
    """The workload with unknowns answered. Fields that its method does not have get a neutral value."""
    neutral: dict[str, Any] = {"rank": 1.0, "targets": ()} if work.method == "full" else {}
    values = {name: getattr(work, name) for name in Complete.__dataclass_fields__}
    return Complete(**{**values, **{k: v for k, v in neutral.items() if values[k] is None}, **answers})


def read_training(spec: Mapping[str, object], shape: Shape) -> Training:
    """A training workload from a spec's fields. Raises BadInput."""
    optimizer = (read.text(spec, "optimizer") or "").lower()
    compute = (read.text(spec, "compute_dtype") or "").lower()
    return Training(
        shape=shape,
        method=method_of(spec),
        gpus=read.whole(spec, "n_gpus"),
        sharding=_sharding(spec),
        seq_len=read.number(spec, "seq_len"),
        micro_batch=read.number(spec, "micro_batch"),
        grad_accum=read.number(spec, "grad_accum"),
        rank=read.number(spec, "lora_rank"),
        targets=_targets(read.text(spec, "lora_targets")),
        weights=_weights(read.text(spec, "weight_dtype")),
        fp8="fp8" in compute,
        fp16_only=compute == "fp16",
        optimizer=_optimizer(optimizer),
        in_backward="in_bwd" in optimizer or "in_backward" in optimizer,
        checkpointing=read.flag(spec, "activation_ckpt"),
        offload_activations="offload" in (read.text(spec, "activation_ckpt") or "").lower(),
        flash=read.flag(spec, "flash_attn"),
        cross_entropy=_cross_entropy(read.text(spec, "chunked_or_fused_ce")),
        mem_is=_mem_is(read.text(spec, "mem_is")),
        notes=_notes(spec),
    )


def method_of(spec: Mapping[str, object]) -> Method:
    """lora, qlora4 or full. Raises BadInput."""
    word = read.text(spec, "method")
    found = METHODS.get(re.sub(r"[^a-z0-9]", "", (word or "").lower()))
    if found is None:
        raise BadInput(f"method is {word!r}", "allowed: lora, qlora4, full")
    return found


def _notes(spec: Mapping[str, object]) -> tuple[str, ...]:
    word = (read.text(spec, "method") or "").lower()
    return ("DoRA counted as LoRA; its magnitudes and norms are not",) if "dora" in word else ()


def _sharding(spec: Mapping[str, object]) -> Sharding | None:
    words = (read.text(spec, "parallelism") or "").lower()
    if not words:
        return Sharding() if (read.whole(spec, "n_gpus") or 2) == 1 else None
    degrees = {name: int(size) for name, size in re.findall(r"\b(tp|pp|cp)(\d+)", words)}
    stage = _stage(words)
    if stage is None and not degrees:
        return Sharding() if words.startswith(("none", "ddp")) else None
    return Sharding(
        stage=stage or 0,
        tensor=max(1, degrees.get("tp", 1)),
        pipeline=max(1, degrees.get("pp", 1)),
        context=max(1, degrees.get("cp", 1)),
        offload="cpu" in words or "offload" in words,
        master="zero" in words,
    )


def _stage(words: str) -> int | None:
    squeezed = re.sub(r"[-_ ]", "", words)
    if "fsdp" in squeezed or "fullshard" in squeezed:
        return 3
    found = re.search(r"zero([0123])", squeezed)
    return int(found[1]) if found else None


def _targets(words: str | None) -> tuple[str, ...] | None:
    if words is None:
        return None
    low = words.lower()
    if low.startswith("all"):
        return ALL_LINEAR
    names = {
        "q": r"\bq\b|q_proj|query|qkv",
        "k": r"\bk\b|k_proj|\bkey\b|qkv",
        "v": r"\bv\b|v_proj|value|qkv",
        "o": r"\bo\b|o_proj|dense|projection",
        "gate": r"gate|\bmlp\b(?!\()",
        "up": r"\bup\b|up_proj|\bmlp\b(?!\()",
        "down": r"down|\bmlp\b(?!\()",
        "head": r"\bhead\b|lm_head",
    }
    return tuple(name for name, pattern in names.items() if re.search(pattern, low)) or None


def _weights(words: str | None) -> WeightKind | None:
    low = (words or "").lower()
    rules: tuple[tuple[str, WeightKind], ...] = (
        ("dq", "nf4-dq"), ("nf4", "nf4"), ("fp4", "nf4"), ("4bit", "nf4"), ("int4", "nf4"), ("4-bit", "nf4"),
        ("int8", "int8"), ("fp32", "fp32"), ("mixed", "fp32"), ("bf16", "16"), ("fp16", "16"), ("fp8", "16"),
    )  # fmt: skip
    return next((kind for word, kind in rules if word in low), None)


def _optimizer(low: str) -> Literal["adamw", "adamw8bit", "sgd"] | None:
    if not low:
        return None
    if "8bit" in low or "8-bit" in low:
        return "adamw8bit"
    return "sgd" if low.startswith("sgd") else "adamw"


def _cross_entropy(words: str | None) -> CrossEntropy | None:
    if words is None:
        return None
    low = words.lower()
    if low.startswith("n"):
        return "plain"
    return "fused" if "not chunked" in low or "fused" in low else "chunked"


def _mem_is(words: str | None) -> MemoryIs | None:
    low = (words or "").lower()
    names: tuple[MemoryIs, ...] = ("allocated", "reserved", "nvidia-smi")
    return next((name for name in names if name in low), None)
