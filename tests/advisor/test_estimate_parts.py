"""Every part of the memory against a value counted by hand, on Llama 3.1 8B."""

import dataclasses

import pytest

from advisor.estimate import memory, serving
from advisor.estimate.cards import Card, card_of
from advisor.estimate.constants import fitted
from advisor.estimate.understood import ServingAsked, TrainingAsked, understood
from advisor.estimate.work import Work
from tests.advisor.workloads import A100_80, FACTS, H100, SERVING, TRAINING

PARAMS, EMBEDDINGS = 8_030_261_248, 2 * 128256 * 4096
LINEAR = PARAMS - EMBEDDINGS
ADAPTER = 41_943_040
"""16 x (in + out) of seven modules in 32 layers: 16 x 32 x (3 x 4096 + 4096 + 2 x 5120 + 3 x 18432)."""
TOKENS = 2048 * 2
COUNTED = dataclasses.replace(
    fitted().memory,
    saved_copies=1.0,
    backward_copies=2.0,
    adapter_input_bytes=3.0,
    adapter_output_bytes=4.0,
    quantised_inputs=1.0,
    prepared_share=1.0,
    logit_bytes_plain=14.0,
    logit_bytes_fused=8.0,
    logit_bytes_chunked=1.0,
    unpacked_matrices=1.0,
    gathered_layers=2.0,
    gathered_embeddings=1.0,
)
"""Round numbers in place of the fitted ones."""


def work_of(**said: object) -> Work:
    asked = understood({**TRAINING, "micro_batch": 2, **said}, FACTS, fitted())
    assert isinstance(asked, TrainingAsked)
    return asked.work


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"method": "full"}, 2 * PARAMS),
        ({"method": "full", "weight_dtype": "fp32"}, 4 * PARAMS),
        ({}, 2 * PARAMS),
        ({"weight_dtype": "int8"}, LINEAR + 2 * EMBEDDINGS),
        ({"method": "qlora4", "weight_dtype": "nf4", "framework": "torchtune"}, LINEAR * 0.5625 + 2 * EMBEDDINGS),
        ({"method": "qlora4", "weight_dtype": "nf4", "framework": "trl"}, LINEAR * 0.5625 + 4 * EMBEDDINGS),
        (
            {"method": "qlora4", "weight_dtype": "nf4-dq", "framework": "torchtune"},
            LINEAR * (0.5 + 1 / 64 + 4 / 16384) + 2 * EMBEDDINGS,
        ),
        ({"method": "full", "n_gpus": 8, "parallelism": "DDP"}, 2 * PARAMS),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-1"}, 2 * PARAMS),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-2"}, 2 * PARAMS),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-3"}, 2 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "FSDP full_shard"}, 2 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "FSDP", "compute_dtype": "mixed"}, 4 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-3 + CPU offload"}, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "tp4 pp2"}, 2 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "cp8"}, 2 * PARAMS),
    ],
)
def test_weights(said: dict[str, object], expected: float) -> None:
    assert memory.weight_bytes(work_of(**said), COUNTED) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("said", "trained"),
    [
        ({}, ADAPTER),
        ({"method": "qlora4"}, ADAPTER),
        ({"lora_rank": 64}, 4 * ADAPTER),
        ({"lora_targets": "q,v"}, 16 * 32 * (8192 + 5120)),
        ({"lora_targets": "all + head"}, ADAPTER + 16 * (4096 + 128256)),
        ({"lora_targets": "q,v,lm_head"}, 16 * (32 * (8192 + 5120) + 4096 + 128256)),
        ({"method": "dora"}, ADAPTER + 32 * (2 * 4096 + 2 * 1024 + 2 * 14336 + 4096)),
        ({"method": "full"}, PARAMS),
    ],
)
def test_what_is_trained(said: dict[str, object], trained: float) -> None:
    work = work_of(**said)
    assert work.trained == trained
    adapters = memory.held_bytes(work, COUNTED)["adapters"]
    assert adapters == (0 if said.get("method") == "full" else 4 * trained)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 8 * ADAPTER),
        ({"method": "full"}, 4 * PARAMS),
        ({"method": "full", "weight_dtype": "fp32"}, 8 * PARAMS),
        ({"method": "full", "optimizer": "adamw_bnb_8bit"}, 2 * PARAMS),
        ({"method": "full", "optimizer": "PagedAdamW8bit"}, 0),
        ({"method": "full", "optimizer": "paged_adamw_32bit"}, 0),
        ({"method": "full", "optimizer": "SGD"}, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-1"}, 12 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-2 offload"}, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "FSDP"}, 4 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "tp2", "optimizer": "distributed Adam"}, 12 * PARAMS / 2 / 4),
    ],
)
def test_states_of_the_optimizer(said: dict[str, object], expected: float) -> None:
    assert memory.optimizer_bytes(work_of(**said)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("said", "gradients", "step"),
    [
        ({}, 4 * ADAPTER, 4 * ADAPTER),
        ({"method": "full"}, 2 * PARAMS, 2 * PARAMS),
        ({"method": "full", "optimizer": "AdamW fused"}, 2 * PARAMS, 0),
        ({"method": "full", "optimizer": "AdamW in_bwd"}, 2 * PARAMS / 32, 0),
        ({"method": "full", "optimizer": "AdamW 8bit"}, 2 * PARAMS, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-1"}, 2 * PARAMS, 2 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-2"}, 2 * PARAMS / 8, 2 * PARAMS / 8),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-2 offload"}, 0, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "ZeRO-3 offload"}, 0, 0),
        ({"method": "full", "n_gpus": 8, "parallelism": "tp4 pp2"}, 2 * PARAMS / 8, 2 * PARAMS / 8),
    ],
)
def test_gradients_and_the_copy_of_the_step(said: dict[str, object], gradients: float, step: float) -> None:
    work = work_of(**said)
    assert memory.gradient_bytes(work) == pytest.approx(gradients, rel=1e-12)
    assert memory.step_bytes(work) == pytest.approx(step, rel=1e-12)


INPUTS = 2 * 4096 * TOKENS * 32
KEPT = 8 * 4096 + 4 * (4096 + 1024) + 6 * 14336
"""Of a token in a layer: two fp32 norms, queries with output and keys with values, gate, its activation and up."""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, INPUTS),
        ({"micro_batch": 4}, 2 * INPUTS),
        ({"activation_ckpt": "y (offload)"}, 0),
        ({"method": "qlora4", "weight_dtype": "nf4", "framework": "trl"}, 2 * INPUTS),
        ({"n_gpus": 4, "parallelism": "cp4"}, INPUTS / 4),
        ({"n_gpus": 4, "parallelism": "tp4"}, INPUTS / 4),
        ({"n_gpus": 4, "parallelism": "pp4", "grad_accum": 1}, INPUTS / 4),
        ({"n_gpus": 4, "parallelism": "pp4", "grad_accum": 4}, INPUTS),
        ({"activation_ckpt": "n", "method": "full"}, (KEPT + 8 * 4096 + 2 * 14336) * TOKENS * 32),
        ({"activation_ckpt": "n"}, (KEPT + 3 * (6 * 4096 + 14336)) * TOKENS * 32),
        ({"activation_ckpt": "n", "lora_targets": "q,v"}, (KEPT + 3 * 2 * 4096) * TOKENS * 32),
        ({"activation_ckpt": "n", "lora_targets": "q,v", "method": "dora"},
         (KEPT + 3 * 2 * 4096 + 4 * (4096 + 1024)) * TOKENS * 32),
        ({"activation_ckpt": "n", "lora_targets": "q,v", "method": "qlora4"},
         (KEPT + 3 * 2 * 4096 + 2 * (2 * 4096 + 4096) + 2 * 14336) * TOKENS * 32),
        ({"activation_ckpt": "n", "lora_targets": "q,v", "flash_attn": "n"},
         (KEPT + 3 * 2 * 4096 + 6 * 32 * 2048) * TOKENS * 32),
    ],
)  # fmt: skip
def test_kept_activations(said: dict[str, object], expected: float) -> None:
    assert memory.kept_bytes(work_of(**said), COUNTED) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("kernel", "entry"), [("n", 14), ("y(liger fused)", 8), ("y", 1), (None, 8)])
def test_logits(kernel: object, entry: float) -> None:
    work = work_of(chunked_or_fused_ce=kernel)
    assert memory.logit_bytes(work, COUNTED) == TOKENS * (128256 * entry + 4 * 4096)


def test_the_layer_of_the_backward_pass_is_recomputed_and_holds_gradients_and_one_unpacked_matrix() -> None:
    again, leaving = (KEPT + 3 * 2 * 4096) * TOKENS, 2 * 2 * 14336 * TOKENS
    assert memory.layer_bytes(work_of(lora_targets="q,v"), COUNTED) == again + leaving
    assert memory.layer_bytes(work_of(lora_targets="q,v", activation_ckpt="n"), COUNTED) == leaving
    quantised = {"lora_targets": "q,v", "activation_ckpt": "n", "method": "qlora4"}
    assert memory.layer_bytes(work_of(**quantised), COUNTED) == leaving + 2 * 4096 * 14336


def test_layers_gathered_under_full_sharding() -> None:
    sharded = work_of(n_gpus=8, parallelism="FSDP")
    assert memory.gathered_bytes(sharded, COUNTED) == pytest.approx(2 * 2 * LINEAR / 32 + 2 * EMBEDDINGS)
    assert memory.gathered_bytes(work_of(n_gpus=8, parallelism="ZeRO-2"), COUNTED) == 0


def test_a_framework_that_loads_the_whole_model_holds_it_once() -> None:
    whole = work_of(n_gpus=8, parallelism="FSDP", framework="litgpt", method="full")
    later = 4 * PARAMS / 8 + memory.gathered_bytes(whole, COUNTED)
    assert memory.loading_bytes(whole, COUNTED) == pytest.approx(2 * PARAMS - later)
    assert memory.loading_bytes(work_of(n_gpus=8, parallelism="FSDP", method="full"), COUNTED) == 0


def test_what_is_measured_decides_what_is_counted() -> None:
    def parts(kind: str, gpus: int) -> dict[str, float]:
        return memory.peak_parts_gib(work_of(mem_is=kind, n_gpus=gpus, parallelism="DDP"), COUNTED)

    allocated, reserved, driver = (parts(kind, 2) for kind in ("allocated", "reserved", "nvidia-smi"))
    assert allocated["fragmentation"] == allocated["cuda_context"] == allocated["communication"] == 0
    assert reserved["fragmentation"] == driver["fragmentation"] > 0
    assert reserved["cuda_context"] == reserved["communication"] == 0
    assert driver["cuda_context"] == COUNTED.context_gib
    assert driver["communication"] == COUNTED.nccl_gib
    assert parts("nvidia-smi", 1)["communication"] == 0


@pytest.mark.parametrize(
    ("said", "present"),
    [
        ({"seq_len": 8192, "chunked_or_fused_ce": "n"}, "logits"),
        ({"seq_len": 8192, "chunked_or_fused_ce": "y"}, "activations"),
        ({"method": "full", "seq_len": 64, "micro_batch": 1}, "optimizer_step"),
        ({"method": "full", "seq_len": 512, "micro_batch": 1, "optimizer": "AdamW fused", "chunked_or_fused_ce": "y",
          "grad_accum": 1}, "gradients"),
    ],
)  # fmt: skip
def test_the_peak_is_the_largest_moment_and_parts_of_the_others_are_not_in_it(
    said: dict[str, object], present: str
) -> None:
    work = work_of(**said)
    moment = memory.moment_bytes(work, COUNTED)
    kept, logits = memory.kept_bytes(work, COUNTED), memory.logit_bytes(work, COUNTED)
    gradients, step = memory.gradient_bytes(work), memory.step_bytes(work)
    held = gradients if work.grad_accum > 1 else 0
    moments = (
        held + kept + logits,
        held + kept + memory.layer_bytes(work, COUNTED),
        gradients + memory.leaving_bytes(work, COUNTED),
        gradients + step,
    )
    assert sum(moment.values()) == pytest.approx(max(moments), rel=1e-12)
    assert moment[present] == max(moment.values()) or moment[present] == step > 0


def served_on(card: Card, **said: object) -> tuple[serving.Served, Card]:
    asked = understood({**SERVING, **said}, FACTS, fitted())
    assert isinstance(asked, ServingAsked)
    return asked.work, card


H100_CARD, A100_CARD = card_of(H100), card_of(A100_80)


@pytest.mark.parametrize(
    ("precision", "weights"),
    [("bf16", 2 * PARAMS), ("fp8", LINEAR + 2 * EMBEDDINGS), ("int4 awq", 0.56 * LINEAR + 2 * EMBEDDINGS)],
)
def test_weights_and_cache_of_an_engine(precision: str, weights: float) -> None:
    assert H100_CARD is not None
    work, card = served_on(H100_CARD, precision=precision)
    token = 2 * 32 * 1024 * (1 if precision == "fp8" else 2)
    room = 80 * 2**30 * 0.975 * 0.9 - 1e9 - weights
    assert work.weights_total == pytest.approx(weights)
    assert serving.cache_bytes_per_token(work, card) == token
    assert serving.kv_cache_tokens(work, card) == pytest.approx(room / token)


def test_a_card_without_8_bit_arithmetic_keeps_its_cache_in_16() -> None:
    assert A100_CARD is not None
    assert serving.cache_bytes_per_token(*served_on(A100_CARD, precision="fp8")) == 2 * 32 * 1024 * 2


def test_several_gpus_share_the_weights_and_add_their_memory() -> None:
    assert H100_CARD is not None
    one, two = (serving.kv_cache_tokens(*served_on(H100_CARD, n_gpus=gpus, parallelism="tp2")) for gpus in (1, 2))
    assert two - one == pytest.approx((80 * 2**30 * 0.975 * 0.9 - 1e9) / (2 * 32 * 1024 * 2))
