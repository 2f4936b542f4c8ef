"""A training workload in numbers only: what the formulas see, one value or a column of values for each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from advisor.estimate.arithmetic import Number


@dataclass(frozen=True, slots=True)
class Work:
    """Sizes are counts, lengths tokens, flags 0 or 1 (or a share between, where only that is known)."""

    params: Number
    linear_params: Number
    """Of the layers' matrices: what quantisation touches."""
    embedding_params: Number
    multiplied_params: Number
    """That one token is multiplied with, output head included."""
    hidden: Number
    layers: Number
    heads: Number
    q_dim: Number
    kv_dim: Number
    intermediate: Number
    vocab: Number
    gated: Number
    passed_experts: Number
    full: Number
    """Is all of the model trained."""
    quantised: Number
    """To 4 bits."""
    prepared: Number
    """Are embeddings, head and norms made fp32, as peft's preparation for k-bit training does."""
    weight_bytes: Number
    """Of one parameter of a layer's matrix."""
    rest_bytes: Number
    """Of one other parameter."""
    trained: Number
    trained_bytes: Number
    adapter_inputs: Number
    """Widths of the adapted modules' inputs in one layer, summed."""
    dora_outputs: Number
    """The same of their outputs, where DoRA scales them; 0 without."""
    state_bytes: Number
    """Of the optimizer, for one trained parameter."""
    states_offloaded: Number
    step_copy: Number
    """Does the optimizer step make a copy of what is trained."""
    in_backward: Number
    """Is the optimizer stepped within the backward pass."""
    world: Number
    shards: Number
    """GPUs along the data axis."""
    stage: Number
    """Of ZeRO; FSDP's full sharding is 3."""
    weights_offloaded: Number
    gradients_offloaded: Number
    """Are they sent to the host as they come, as ZeRO-Offload does from stage 2 on."""
    loaded_whole: Number
    """Does every GPU hold the whole model once, before it is sharded."""
    tensor: Number
    pipeline: Number
    context: Number
    seq_len: Number
    micro_batch: Number
    grad_accum: Number
    checkpointing: Number
    kept_offloaded: Number
    flash: Number
    loss_plain: Number
    loss_fused: Number
    loss_chunked: Number
    reserved: Number
    """Does the measurement count what the allocator caches."""
    driver: Number
    """Does it count what the driver holds."""
    fp8: Number
    tuned_kernels: Number
    """Does the framework bring its own kernels for all of a layer, as Megatron does."""
    eager_kernels: Number
    """Are norms, rotations and loss separate operations."""
    unpack_cost: Number
    """Of a quantised layer, against NF4."""

    @property
    def tokens(self) -> Number:
        """Of a micro-batch on one data replica."""
        return self.seq_len * self.micro_batch

    @property
    def model_degree(self) -> Number:
        """GPUs over which one copy of the weights is cut."""
        return self.tensor * self.pipeline


def stacked(works: Sequence[Work]) -> Work:
    """One workload whose fields are columns."""
    import numpy as np  # noqa: PLC0415 - one workload needs no numpy

    return Work(
        **{field.name: np.array([getattr(work, field.name) for work in works], float) for field in fields(Work)}
    )
