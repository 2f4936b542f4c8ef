"""Peak memory of the fullest GPU in a training step, by part. Formulas and sources: docs/method.md."""

from __future__ import annotations

from advisor.estimate.constants import MemoryConstants
from advisor.estimate.shape import Shape
from advisor.estimate.workload import Complete

GIB = 2.0**30
BYTES_4BIT = {"nf4": 0.5 + 4 / 64, "nf4-dq": 0.5 + 1 / 64 + 4 / (64 * 256)}
"""Four bits and an fp32 scale per 64 weights; with double quantisation an 8-bit scale and an fp32 one per 256 of them
(Dettmers et al. 2023, section 3)."""


def peak_parts_gib(work: Complete, constants: MemoryConstants) -> dict[str, float]:
    """Parts of the peak in GiB; they sum to it.

    Two moments compete: the backward pass, when activations live, and the optimizer step, when its temporaries do.
    The larger is shown.
    """
    steady = {
        "weights": weights_bytes(work),
        "adapters": adapter_bytes(work),
        "optimizer": optimizer_bytes(work),
        "gradients": gradient_bytes(work),
        "sharding_buffers": shard_buffer_bytes(work, constants),
    }
    passing = _passing(work, constants)
    parts = {name: size / GIB for name, size in {**steady, **passing}.items()}
    return parts | _outside(work, constants, sum(passing.values()) / GIB)


def _passing(work: Complete, constants: MemoryConstants) -> dict[str, float]:
    """What comes and goes: activations and logits, or what of the optimizer step's temporaries exceeds them."""
    activations = activation_bytes(work, constants)
    logits = logit_bytes(work, constants)
    step = max(0.0, step_bytes(work, constants) - activations - logits)
    return {"activations": activations, "logits": logits, "optimizer_step": step}


def _outside(work: Complete, constants: MemoryConstants, passing_gib: float) -> dict[str, float]:
    """What the framework and the driver hold, as far as the measurement counts it."""
    reserved = work.mem_is != "allocated"
    seen_by_driver = work.mem_is == "nvidia-smi"
    several = seen_by_driver and work.gpus > 1
    return {
        "framework": constants.framework_gib,
        "fragmentation": constants.fragmentation * passing_gib if reserved else 0.0,
        "cuda_context": constants.context_gib if seen_by_driver else 0.0,
        "communication": constants.nccl_gib if several else 0.0,
    }


def weights_bytes(work: Complete) -> float:
    """Frozen or trained weights on one GPU. Quantisation leaves embeddings, head and norms in 16 bit."""
    share = 1.0 / (work.model_degree * (work.shards if work.sharding.stage == 3 else 1))
    linear = work.shape.linear_params
    rest = work.shape.params - linear
    return share * (linear * weight_bytes_per_param(work) + rest * (4.0 if work.weights == "fp32" else 2.0))


def weight_bytes_per_param(work: Complete) -> float:
    """Bytes of one parameter of a linear layer."""
    if work.weights in BYTES_4BIT:
        return BYTES_4BIT[work.weights]
    return {"fp32": 4.0, "int8": 1.0}.get(work.weights, 2.0)


def trainable_params(work: Complete) -> float:
    """Parameters that the optimizer moves."""
    return work.shape.params if work.method == "full" else work.shape.adapter_params(work.rank, work.targets)


def adapter_bytes(work: Complete) -> float:
    """LoRA matrices in fp32, as peft makes them beside 16-bit or quantised weights."""
    if work.method == "full":
        return 0.0
    return 4.0 * trainable_params(work) / (work.model_degree * (work.shards if work.sharding.stage == 3 else 1))


def gradient_bytes(work: Complete) -> float:
    """Gradients in the dtype of what is trained, sharded from ZeRO stage 2 on; one layer's when freed at once."""
    per_param = 4.0 if work.method != "full" or work.weights == "fp32" else 2.0
    if work.in_backward:
        per_param /= work.shape.layers
    return per_param * trainable_params(work) / (work.model_degree * (work.shards if work.sharding.stage >= 2 else 1))


def optimizer_bytes(work: Complete) -> float:
    """Adam's two moments in the dtype of what is trained, or 8 bit; fp32 with a master copy under mixed-precision ZeRO."""
    if work.sharding.offload:
        return 0.0
    shards = work.shards if work.sharding.stage >= 1 else 1
    return optimizer_bytes_per_param(work) * trainable_params(work) / (work.model_degree * shards)


def optimizer_bytes_per_param(work: Complete) -> float:
    """Bytes of state for one trained parameter."""
    if work.optimizer == "sgd":
        return 0.0
    if work.sharding.master and work.method == "full":
        return 12.0
    if work.optimizer == "adamw8bit":
        return 2.0
    return 8.0 if work.method != "full" or work.weights == "fp32" else 4.0


def step_bytes(work: Complete, constants: MemoryConstants) -> float:
    """Temporaries of the optimizer step: one copy of what is trained, as foreach AdamW makes."""
    if work.in_backward or work.optimizer == "sgd":
        return 0.0
    width = 2.0 if work.method != "full" or work.weights == "fp32" else 1.0
    shards = work.shards if work.sharding.stage >= 1 else 1
    return constants.step_bytes * width * trainable_params(work) / (work.model_degree * shards)


def shard_buffer_bytes(work: Complete, constants: MemoryConstants) -> float:
    """Layers gathered in full while they compute, when weights are sharded over several GPUs."""
    if work.sharding.stage < 3 or work.shards == 1:
        return 0.0
    size = work.shape.linear_params / work.shape.layers * min(weight_bytes_per_param(work), 2.0)
    return constants.shard_buffers * size * (1.0 - 1.0 / work.shards)


def activation_bytes(work: Complete, constants: MemoryConstants) -> float:
    """Kept for the backward pass: every layer in full, or with checkpointing one input per layer and one layer."""
    tokens = work.tokens / (work.sharding.context * work.sharding.tensor)
    layer = tokens * layer_bytes_per_token(work, constants)
    layers = work.shape.layers / work.sharding.pipeline
    if not work.checkpointing:
        return layers * layer
    inputs = 0.0 if work.offload_activations else layers * tokens * 2.0 * work.shape.hidden
    return inputs + layer


def layer_bytes_per_token(work: Complete, constants: MemoryConstants) -> float:
    """Saved tensors of one decoder layer, counted module by module (after Korthikanti et al. 2022, section 4)."""
    shape = work.shape
    norms = 2.0 * constants.norm_bytes * shape.hidden + constants.residual_bytes * shape.hidden
    wide = (4 if shape.gated else 2) * shape.intermediate * experts_per_token(shape)
    outputs = 2.0 * (2 * shape.q_dim + 4 * shape.kv_dim + 2 * shape.hidden) + 2.0 * wide
    scores = 0.0 if work.flash else constants.eager_score_bytes * shape.heads * work.seq_len
    return norms + constants.linear_copies * outputs + scores + _adapter_inputs(work, shape, constants)


def experts_per_token(shape: Shape) -> float:
    """Feed-forwards of the stated width that a token passes: 1 in a dense model."""
    if shape.active >= shape.params:
        return 1.0
    one = shape.layers * 3.0 * shape.hidden * shape.intermediate
    rest = shape.layers * 2.0 * shape.hidden * (shape.q_dim + shape.kv_dim) + shape.embedding_params
    return max(1.0, (shape.active - rest) / one)


def _adapter_inputs(work: Complete, shape: Shape, constants: MemoryConstants) -> float:
    if work.method == "full":
        return 0.0
    return constants.adapter_input_bytes * sum(
        shape.target_sizes(name)[0] for name in shape.layer_targets(work.targets)
    )


def logit_bytes(work: Complete, constants: MemoryConstants) -> float:
    """Output logits, their fp32 copy and gradient; a fused loss avoids copies, a chunked one nearly all."""
    per_entry = {
        "plain": constants.logit_bytes_plain,
        "fused": constants.logit_bytes_fused,
        "chunked": constants.logit_bytes_chunked,
    }[work.cross_entropy]
    return work.tokens * work.shape.vocab * per_entry / (work.sharding.context * work.sharding.tensor)
