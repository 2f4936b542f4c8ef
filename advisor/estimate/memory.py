"""Peak memory of the fullest GPU in a training step, by part. Formulas and sources: docs/method.md.

Five moments compete for the peak: loading, where a framework builds the whole model before it shards it; the loss, when the logits live; the backward pass of one layer, when its saved tensors
do; the end of the backward pass, when all gradients are there; and the optimizer step with its temporaries. What is held
at all of them comes on top of the largest.
"""

from __future__ import annotations

from advisor.estimate.arithmetic import SCALARS, Arithmetic, Number
from advisor.estimate.constants import MemoryConstants
from advisor.estimate.work import Work

GIB = 2.0**30
PLAIN_REUSE = 0.4
"""Of separate copies of the logits, the share that reuses each other's blocks."""
CACHE_GIVEN_BACK = 0.9
"""Share of the cached memory that the allocator returns before it gives up."""


def peak_gib(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """The peak in GiB."""
    return sum(peak_parts_gib(work, constants, m).values())


def peak_parts_gib(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> dict[str, Number]:
    """Parts of the peak in GiB; they sum to it."""
    held = held_bytes(work, constants, m)
    moment = moment_bytes(work, constants, m)
    parts = {name: size / GIB for name, size in {**held, **moment}.items()}
    parts["framework"] = constants.framework_gib + 0.0 * work.tokens
    parts |= _outside(work, constants, sum(held.values()) / GIB, moment, m)
    parts["headroom"] = constants.headroom * sum(parts.values())
    return parts


def needed_gib(parts: dict[str, Number]) -> Number:
    """The least that the work needs: near the limit the allocator gives back most of what it cached."""
    return sum(parts.values()) - CACHE_GIVEN_BACK * parts["fragmentation"]


def capped(parts: dict[str, Number], room_gib: Number, m: Arithmetic = SCALARS) -> dict[str, Number]:
    """The same on a card of so much memory: where the work fits, its cache is what is left at most."""
    over = m.maximum(0.0, sum(parts.values()) - room_gib)
    given = m.minimum(over, CACHE_GIVEN_BACK * parts["fragmentation"])
    return parts | {"fragmentation": parts["fragmentation"] - given}


def held_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> dict[str, Number]:
    """What lives through the whole step: weights, adapters, optimizer states, gathered layers."""
    return {
        "weights": weight_bytes(work, constants, m),
        "adapters": m.where(
            work.full > 0, 0.0, work.trained * work.trained_bytes / work.model_degree * _share(work, 3, m)
        ),
        "optimizer": optimizer_bytes(work, m),
        "sharding_buffers": gathered_bytes(work, constants, m),
    }


def weight_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """Weights on one GPU. Quantisation leaves embeddings, head and norms in 16 bit, preparation for it makes them fp32."""
    rest = work.rest_bytes + 2.0 * constants.prepared_share * work.prepared
    size = work.linear_params * work.weight_bytes + (work.params - work.linear_params) * rest
    return m.where(work.weights_offloaded > 0, 0.0, size / work.model_degree * _share(work, 3, m))


def optimizer_bytes(work: Work, m: Arithmetic = SCALARS) -> Number:
    """States of what is trained; none on the GPU where they are paged or offloaded."""
    size = work.state_bytes * work.trained / work.model_degree * _share(work, 1, m)
    return m.where(work.states_offloaded > 0, 0.0, size)


def gradient_bytes(work: Work, m: Arithmetic = SCALARS) -> Number:
    """Gradients in the dtype of what is trained; one layer's when they are consumed during the backward pass.

    None where they are offloaded (Ren et al. 2021).
    """
    size = work.trained_bytes * work.trained / work.model_degree * _share(work, 2, m)
    size = m.where(work.in_backward > 0, size / work.layers, size)
    return m.where(work.gradients_offloaded > 0, 0.0, size)


def step_bytes(work: Work, m: Arithmetic = SCALARS) -> Number:
    """Temporaries of the optimizer step: one copy of what is trained, as foreach AdamW makes."""
    size = work.trained_bytes * work.trained / work.model_degree * _share(work, 1, m)
    return m.where(work.step_copy > 0, size, 0.0)


def gathered_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """Layers and embeddings held whole while they compute, when weights are sharded over several GPUs."""
    layer = work.linear_params / work.layers * m.minimum(work.weight_bytes, 2.0)
    whole = constants.gathered_layers * layer + constants.gathered_embeddings * 2.0 * work.embedding_params
    return m.where((work.stage >= 3) & (work.shards > 1), whole / work.model_degree, 0.0)


def moment_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> dict[str, Number]:
    """What lives only at the moment of the peak, by part."""
    gradients, step = gradient_bytes(work, m), step_bytes(work, m)
    kept, logits = kept_bytes(work, constants, m), logit_bytes(work, constants)
    layer, leaving = layer_bytes(work, constants, m), leaving_bytes(work, constants)
    held = m.where(work.grad_accum > 1, gradients, 0.0)
    at_loss, at_layer = held + kept + logits, held + kept + layer
    at_end, at_step = gradients + leaving, gradients + step
    at_load = loading_bytes(work, constants, m)
    peak = m.maximum(m.maximum(m.maximum(at_loss, at_layer), m.maximum(at_end, at_step)), at_load)
    forward = m.where(at_loss >= peak, 1.0, m.where(at_layer >= peak, 1.0, 0.0))
    loss = m.where(at_loss >= peak, 1.0, 0.0)
    load = (1.0 - forward) * m.where(at_load >= peak, 1.0, 0.0)
    end = (1.0 - forward - load) * m.where(at_end >= peak, 1.0, 0.0)
    return {
        "loading": load * at_load,
        "gradients": forward * held + (1.0 - forward - load) * gradients,
        "activations": forward * kept + (forward - loss) * layer + end * leaving,
        "logits": loss * logits,
        "optimizer_step": (1.0 - forward - load - end) * step,
    }


def loading_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """Beyond what is held later, where every GPU builds the whole model before it keeps its share."""
    rest = (work.params - work.linear_params) * work.rest_bytes
    whole = (work.linear_params * work.weight_bytes + rest) / work.model_degree
    later = optimizer_bytes(work, m) + gathered_bytes(work, constants, m)
    return m.where(work.loaded_whole > 0, m.maximum(0.0, whole - later), 0.0)


def kept_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """Kept for the backward pass: the input of every layer with checkpointing, else all that a layer saves."""
    depth = work.layers / work.pipeline * m.minimum(work.pipeline, work.grad_accum)
    inputs = depth * _tokens(work) * work.hidden * (2.0 + 2.0 * constants.prepared_share * work.prepared)
    inputs = m.where(work.kept_offloaded > 0, 0.0, inputs)
    saved = depth * _tokens(work) * saved_bytes_per_token(work, constants, m)
    return work.checkpointing * inputs + (1.0 - work.checkpointing) * saved


def saved_bytes_per_token(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """Tensors of one layer that the backward pass needs, counted module by module.

    Norms keep their input in fp32 where they compute so; attention keeps queries, keys, values and output; a gated
    feed-forward keeps gate, its activation and up. Training a matrix keeps its input; an adapter keeps a copy of its
    module's input, DoRA two outputs of each; a 4-bit matrix keeps its input though it is frozen.
    """
    gated, full = work.gated > 0, work.full > 0
    wide = 2.0 * work.intermediate * work.passed_experts
    norms = m.where(gated, 8.0, 4.0) * work.hidden * m.where(full, 2.0, 1.0)
    attention = 4.0 * (work.q_dim + work.kv_dim)
    feed = m.where(gated, 3.0, 1.0) * wide + m.where(full, 1.0, 0.0) * wide
    inputs = 2.0 * (2.0 * work.hidden + work.q_dim) + wide
    scores = m.where(work.flash > 0, 0.0, constants.eager_score_bytes * work.heads * work.seq_len)
    return (
        constants.saved_copies * (norms + attention + feed)
        + constants.adapter_input_bytes * work.adapter_inputs
        + constants.adapter_output_bytes * work.dora_outputs
        + constants.quantised_inputs * work.quantised * inputs
        + scores
    )


def leaving_bytes(work: Work, constants: MemoryConstants) -> Number:
    """Gradients of one layer's wide tensors."""
    return _tokens(work) * constants.backward_copies * 2.0 * work.intermediate * work.passed_experts


def layer_bytes(work: Work, constants: MemoryConstants, m: Arithmetic = SCALARS) -> Number:
    """One layer in the backward pass: recomputed tensors under checkpointing, their gradients, one matrix in 16 bit.

    A quantised one is unpacked; DoRA forms one anew to take its norm.
    """
    again = work.checkpointing * _tokens(work) * saved_bytes_per_token(work, constants, m)
    formed = work.quantised * constants.unpacked_matrices + m.where(work.dora_outputs > 0, 1.0, 0.0)
    unpacked = formed * 2.0 * work.hidden * work.intermediate
    sharded = m.where((work.stage >= 3) & (work.shards > 1), 1.0, 0.0) * work.checkpointing
    copies = sharded * constants.sharded_inputs * 2.0 * work.hidden * work.layers * _tokens(work)
    return again + leaving_bytes(work, constants) + unpacked / work.tensor + copies


def logit_bytes(work: Work, constants: MemoryConstants) -> Number:
    """Logits, their fp32 copies and gradient; a fused loss avoids copies, a chunked one nearly all."""
    per_entry = (
        constants.logit_bytes_plain * work.loss_plain
        + constants.logit_bytes_fused * work.loss_fused
        + constants.logit_bytes_chunked * work.loss_chunked
    )
    return _tokens(work) * (work.vocab * per_entry + 4.0 * work.hidden)


def _outside(
    work: Work, constants: MemoryConstants, held_gib: Number, moment: dict[str, Number], m: Arithmetic
) -> dict[str, Number]:
    """What the allocator caches and the driver holds, as far as the measurement counts it."""
    several = m.where(work.world > 1, 1.0, 0.0)
    passing = (moment["activations"] + moment["optimizer_step"]) / GIB
    sharded = (work.stage >= 3) & (work.shards > 1)
    loose = constants.fragmentation_logits * m.where(sharded, constants.fragmentation_reused, 1.0)
    blocks = loose * (1.0 - PLAIN_REUSE * work.loss_plain) * logit_bytes(work, constants) / GIB
    total = held_gib + sum(moment.values()) / GIB
    cached = blocks + constants.fragmentation * passing + constants.fragmentation_held * held_gib
    cached = cached + m.where(sharded, constants.fragmentation_sharded, 0.0) * total
    return {
        "fragmentation": work.reserved * cached,
        "cuda_context": work.driver * constants.context_gib,
        "communication": work.driver * several * constants.nccl_gib,
    }


def _tokens(work: Work) -> Number:
    """Tokens of a micro-batch on one GPU."""
    return work.tokens / (work.context * work.tensor)


def _share(work: Work, stage: int, m: Arithmetic) -> Number:
    """Of what ZeRO shards from this stage on (Rajbhandari et al. 2020)."""
    return m.where(work.stage >= stage, 1.0 / work.shards, 1.0)
