"""A training workload as far as its source describes it; None is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from advisor.errors import BadInput
from advisor.estimate import spec as read
from advisor.estimate.shape import ALL_LINEAR, Shape
from advisor.estimate.work import Work

Method = Literal["lora", "qlora4", "full"]
MemoryIs = Literal["allocated", "reserved", "nvidia-smi"]
CrossEntropy = Literal["plain", "fused", "chunked"]
WeightKind = Literal["fp32", "16", "nf4", "nf4-dq", "int8"]

BYTES: dict[str, float] = {
    "fp32": 4.0,
    "16": 2.0,
    "int8": 1.0,
    "nf4": 0.5 + 4 / 64,
    "nf4-dq": 0.5 + 1 / 64 + 4 / (64 * 256),
}
"""Of one parameter. Four bits and an fp32 scale per 64 weights; with double quantisation an 8-bit scale and an fp32 one
per 256 of them (Dettmers et al. 2023, section 3)."""
TUNED = re.compile(r"nemo|megatron|ngc|nvidia|mxnet|foundry|composer|transformer.?engine|mlperf|submission|maxtext")
"""Frameworks that bring kernels for all of a layer and recompute selectively."""
FUSED = re.compile(r"litgpt|unsloth|liger|torch\.?compile")
LOADS_WHOLE = re.compile(r"litgpt|lightning|fabric")
"""Frameworks that build the model on every GPU before they shard it."""
OWN_MODELS = re.compile(r"litgpt|torchtune|unsloth|accelerated|foundry|nemo|megatron")
"""Frameworks with models of their own, or that load quantised weights their own way."""

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
    fp8: bool | None
    fp16_only: bool
    optimizer: Literal["adamw", "adamw8bit", "sgd"] | None
    paged: bool
    one_kernel: bool
    """Does the optimizer step in one kernel, without copies of what is trained."""
    in_backward: bool
    checkpointing: bool | None
    offload_activations: bool
    flash: bool | None
    cross_entropy: CrossEntropy | None
    mem_is: MemoryIs | None
    mixed: bool
    """Computes in 16 bit beside weights that sharding keeps in fp32."""
    dora: bool
    gptq: bool
    prepared: bool | None
    """Does the framework make what is not quantised fp32 (peft's preparation for k-bit training)."""
    tuned_kernels: bool | None
    fused_framework: bool
    loads_whole: bool


def numeric(work: Training, answers: Mapping[str, Any]) -> Work:
    """The workload in numbers, with unknowns answered. A field that its method does not have is left out of account."""
    said = replace(work, **answers)
    sharding = said.sharding or Sharding()
    world = int(said.gpus or 1)
    shards = sharding.data_degree(world)
    return Work(
        **_sizes(said.shape),
        **_weights_in_numbers(said, sharding, shards),
        **_parallel(said, sharding, shards, world),
        **_step(said),
    )


def _sizes(shape: Shape) -> dict[str, float]:
    return {
        "params": shape.params,
        "linear_params": shape.linear_params,
        "embedding_params": float(shape.embedding_params),
        "multiplied_params": shape.matmul_params,
        "hidden": float(shape.hidden),
        "layers": float(shape.layers),
        "heads": float(shape.heads),
        "q_dim": float(shape.q_dim),
        "kv_dim": float(shape.kv_dim),
        "intermediate": float(shape.intermediate),
        "vocab": float(shape.vocab),
        "gated": float(shape.gated),
        "passed_experts": shape.passed_experts,
    }


def _weights_in_numbers(said: Training, sharding: Sharding, shards: int) -> dict[str, float]:
    """Dtypes, what is trained, and its optimizer."""
    full = said.method == "full"
    masters = full and said.mixed and sharding.stage == 3 and shards > 1
    wide = said.weights == "fp32" or masters
    trained_bytes = (4.0 if wide else 2.0) if full else 4.0
    rank, targets = said.rank or 1.0, said.targets or ()
    away = said.paged or sharding.offload
    return {
        "full": float(full),
        "quantised": float(said.method == "qlora4"),
        "prepared": float(said.method == "qlora4" and said.prepared is not False),
        "weight_bytes": trained_bytes if full else BYTES[said.weights or "16"],
        "rest_bytes": 4.0 if wide else 2.0,
        "trained": said.shape.params if full else said.shape.adapter_params(rank, targets, dora=said.dora),
        "trained_bytes": trained_bytes,
        "adapter_inputs": 0.0 if full else said.shape.adapter_inputs(targets),
        "dora_outputs": said.shape.adapter_outputs(targets) if said.dora and not full else 0.0,
        "state_bytes": _state_bytes(said, sharding, trained_bytes),
        "states_offloaded": float(away),
        "step_copy": float(not (away or said.in_backward or said.one_kernel or said.optimizer in ("sgd", "adamw8bit"))),
        "in_backward": float(said.in_backward),
        "weights_offloaded": float(sharding.offload and sharding.stage == 3),
        "gradients_offloaded": float(sharding.offload and sharding.stage >= 2),
        "loaded_whole": float(said.loads_whole and sharding.stage == 3 and shards > 1),
    }


def _state_bytes(said: Training, sharding: Sharding, trained_bytes: float) -> float:
    """Adam's two moments in the dtype of what is trained, or 8 bit; fp32 with a master copy under mixed-precision ZeRO."""
    if said.optimizer == "sgd":
        return 0.0
    if said.optimizer == "adamw8bit":
        return 2.0
    return 12.0 if sharding.master and said.method == "full" else 2.0 * trained_bytes


def _parallel(said: Training, sharding: Sharding, shards: int, world: int) -> dict[str, float]:
    return {
        "world": float(world),
        "shards": float(shards),
        "stage": float(sharding.stage),
        "tensor": float(sharding.tensor),
        "pipeline": float(sharding.pipeline),
        "context": float(sharding.context),
        "seq_len": float(said.seq_len or 1.0),
        "micro_batch": float(said.micro_batch or 1.0),
        "grad_accum": float(said.grad_accum or 1.0),
    }


def _step(said: Training) -> dict[str, float]:
    """Kernels, what is kept, what the measurement counts."""
    eager = said.cross_entropy == "plain" and not (said.tuned_kernels or said.fused_framework)
    return {
        "checkpointing": float(bool(said.checkpointing)),
        "kept_offloaded": float(said.offload_activations),
        "flash": float(said.flash is not False),
        "loss_plain": float(said.cross_entropy == "plain") + 0.7 * float(said.cross_entropy is None),
        "loss_fused": 0.0 if said.cross_entropy is None else float(said.cross_entropy == "fused"),
        "loss_chunked": float(said.cross_entropy == "chunked") + 0.3 * float(said.cross_entropy is None),
        "reserved": 0.5 if said.mem_is is None else float(said.mem_is != "allocated"),
        "driver": float(said.mem_is == "nvidia-smi"),
        "fp8": float(bool(said.fp8)),
        "tuned_kernels": float(bool(said.tuned_kernels)),
        "eager_kernels": float(eager),
        "unpack_cost": 1.0 if said.gptq else 0.0,
    }


def read_training(spec: Mapping[str, object], shape: Shape) -> Training:
    """A training workload from a spec's fields. Raises BadInput."""
    optimizer = (read.text(spec, "optimizer") or "").lower()
    compute = (read.text(spec, "compute_dtype") or "").lower()
    return Training(
        shape=shape,
        method=method_of(spec),
        gpus=read.whole(spec, "n_gpus"),
        sharding=_sharding(spec, distributed="distributed" in optimizer),
        seq_len=read.number(spec, "seq_len"),
        micro_batch=read.number(spec, "micro_batch"),
        grad_accum=read.number(spec, "grad_accum"),
        rank=read.number(spec, "lora_rank"),
        targets=_targets(read.text(spec, "lora_targets")),
        weights=_weights(read.text(spec, "weight_dtype")),
        fp8="fp8" in compute if compute else None,
        fp16_only=compute == "fp16",
        optimizer=_optimizer(optimizer),
        paged="paged" in optimizer or "offload" in optimizer,
        one_kernel=bool(re.search(r"fused|hybrid|distributed", optimizer)) or "torchtune" in _low(spec, "framework"),
        in_backward="bwd" in optimizer or "in_backward" in optimizer,
        checkpointing=read.flag(spec, "activation_ckpt"),
        offload_activations="offload" in (read.text(spec, "activation_ckpt") or "").lower(),
        flash=read.flag(spec, "flash_attn"),
        cross_entropy=_cross_entropy(read.text(spec, "chunked_or_fused_ce")),
        mem_is=_mem_is(read.text(spec, "mem_is")),
        mixed="amp" in _low(spec, "weight_dtype") or "mixed" in compute,
        dora="dora" in _low(spec, "method"),
        gptq="gptq" in _low(spec, "weight_dtype"),
        prepared=_prepared(spec),
        tuned_kernels=_tuned(spec),
        fused_framework=bool(FUSED.search(_low(spec, "framework"))),
        loads_whole=bool(LOADS_WHOLE.search(_low(spec, "framework"))),
    )


def method_of(spec: Mapping[str, object]) -> Method:
    """lora, qlora4 or full. Raises BadInput."""
    word = read.text(spec, "method")
    found = METHODS.get(re.sub(r"[^a-z0-9]", "", (word or "").lower()))
    if found is None:
        raise BadInput(f"method is {word!r}", "allowed: lora, qlora4, full")
    return found


def _tuned(spec: Mapping[str, object]) -> bool | None:
    """Kernels of the framework's own; a degree of parallelism may name the framework too."""
    words = f"{_low(spec, 'framework')} {_low(spec, 'parallelism')}"
    return bool(TUNED.search(words)) if _low(spec, "framework") or TUNED.search(words) else None


def _low(spec: Mapping[str, object], key: str) -> str:
    return (read.text(spec, key) or "").lower()


def _prepared(spec: Mapping[str, object]) -> bool | None:
    """peft's preparation for k-bit training belongs to the frameworks that stand on transformers; GPTQ has none."""
    framework = _low(spec, "framework")
    if OWN_MODELS.search(framework) or "gptq" in _low(spec, "weight_dtype"):
        return False
    return True if framework else None


def _sharding(spec: Mapping[str, object], *, distributed: bool = False) -> Sharding | None:
    """``distributed``: the optimizer's states are spread over the replicas, as Megatron's are."""
    words = (read.text(spec, "parallelism") or "").lower()
    if not words:
        return Sharding() if (read.whole(spec, "n_gpus") or 2) == 1 else None
    degrees = {name: int(size) for name, size in re.findall(r"\b(tp|pp|cp)(\d+)", words)}
    stage = _stage(words)
    if stage is None and not degrees:
        return Sharding() if words.startswith(("none", "ddp")) else None
    return Sharding(
        stage=stage or int(distributed),
        tensor=max(1, degrees.get("tp", 1)),
        pipeline=max(1, degrees.get("pp", 1)),
        context=max(1, degrees.get("cp", 1)),
        offload="cpu" in words or "offload" in words,
        master="zero" in words or distributed,
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
        return (*ALL_LINEAR, "head") if re.search(r"\bhead\b|lm_head", low) else ALL_LINEAR
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
