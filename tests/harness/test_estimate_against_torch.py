"""The estimator's counts against torch itself: tiny models on the CPU, a large one on the meta device.

What is compared is what the formulas count before any constant is fitted. Small tensors that they leave out (a statistic of
each norm, the logarithms of attention's sums, the outputs of the adapters' first matrices) are added by hand here, so
that the rest must agree to the byte.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM

from advisor.estimate import memory
from advisor.estimate.constants import MemoryConstants, fitted
from advisor.estimate.shape import Shape
from advisor.estimate.work import Work
from advisor.estimate.workload import numeric, read_training

HIDDEN, WIDE, HEADS, KV_HEADS, HEAD_DIM, VOCAB, RANK = 64, 176, 4, 2, 16, 320, 8
BATCH, LENGTH = 2, 64
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
COUNTED = dataclasses.replace(fitted().memory, saved_copies=1.0)
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}


def llama(layers: int = 2, *, dtype: str = "bf16", attention: str = "sdpa", tied: bool = False) -> Any:
    config = LlamaConfig(
        vocab_size=VOCAB, hidden_size=HIDDEN, intermediate_size=WIDE, num_hidden_layers=layers, num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS, max_position_embeddings=512, tie_word_embeddings=tied, use_cache=False,
        attn_implementation=attention,
    )  # fmt: skip
    return LlamaForCausalLM(config).to(DTYPES[dtype]).train()


def neox(layers: int = 2) -> Any:
    config = GPTNeoXConfig(
        vocab_size=VOCAB, hidden_size=HIDDEN, intermediate_size=4 * HIDDEN, num_hidden_layers=layers,
        num_attention_heads=HEADS, max_position_embeddings=512, use_cache=False, attn_implementation="sdpa",
    )  # fmt: skip
    return GPTNeoXForCausalLM(config).to(torch.bfloat16).train()


def with_adapters(model: Any, *, dora: bool = False, wide: bool = True, targets: list[str] = LINEAR) -> Any:
    config = LoraConfig(r=RANK, target_modules=targets, lora_dropout=0.0, use_dora=dora)
    adapted = get_peft_model(model, config, autocast_adapter_dtype=wide)
    adapted.enable_input_require_grads()
    return adapted.train()


def checkpointed(model: Any) -> Any:
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model


def shape_of(model: Any, *, layers: int = 2, gated: bool = True, tied: bool = False) -> Shape:
    params = float(sum(each.numel() for name, each in model.named_parameters() if "lora_" not in name))
    return Shape(
        params=params, active=params, layers=layers, hidden=HIDDEN, heads=HEADS, kv_heads=KV_HEADS if gated else HEADS,
        head_dim=HEAD_DIM, intermediate=WIDE if gated else 4 * HIDDEN, vocab=VOCAB, tied=tied, gated=gated,
    )  # fmt: skip


def work_of(shape: Shape, **said: object) -> Work:
    spec: dict[str, object] = {
        "method": "full", "n_gpus": 1, "parallelism": "none", "seq_len": LENGTH, "micro_batch": BATCH, "grad_accum": 1,
        "weight_dtype": "bf16", "compute_dtype": "bf16", "optimizer": "AdamW", "activation_ckpt": "n", "flash_attn": "y",
        "chunked_or_fused_ce": "n", "mem_is": "allocated", "lora_rank": RANK, "lora_targets": "all", **said,
    }  # fmt: skip
    return numeric(read_training(spec, shape), {})


def saved_bytes(model: Any, length: int) -> int:
    """Of the storages that a forward pass keeps for the backward pass, without the model's own."""
    own = {each.untyped_storage().data_ptr() for each in (*model.parameters(), *model.buffers())}
    seen: dict[int, int] = {}
    held = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held.append(tensor)  # alive to the end, so that no address comes twice
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(input_ids=torch.zeros((BATCH, length), dtype=torch.long))
    return sum(seen.values())


def per_layer_and_token(make: Any) -> float:
    """Bytes that one more layer keeps for one more token; what is kept once for all falls out."""
    two, four = make(2), make(4)
    more, few = (saved_bytes(four, length) - saved_bytes(two, length) for length in (2 * LENGTH, LENGTH))
    return (more - few) / (2 * BATCH * LENGTH)


def counted(work: Work, **constants: float) -> float:
    return float(memory.saved_bytes_per_token(work, dataclasses.replace(COUNTED, **constants)))


NORMS = 2 * 4
"""One fp32 statistic for each of two norms."""
SUMS = 4 * HEADS
"""Attention's logarithm of the sum, fp32."""


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("dtype", ["bf16", "fp32"])
def test_weights_gradients_and_states_of_full_training_agree_to_the_byte(dtype: str, tied: bool) -> None:
    model = llama(dtype=dtype, tied=tied)
    work = work_of(shape_of(model, tied=tied), weight_dtype=dtype)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    ids = torch.zeros((1, 8), dtype=torch.long)
    model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    assert memory.weight_bytes(work, COUNTED) == bytes_of(model.parameters())
    assert memory.gradient_bytes(work) == bytes_of(each.grad for each in model.parameters())
    assert memory.optimizer_bytes(work) == bytes_of(moments(optimizer))


@pytest.mark.parametrize("dora", [False, True])
def test_adapters_their_gradients_and_states_agree_to_the_byte(dora: bool) -> None:
    model = llama()
    work = work_of(shape_of(model), method="dora" if dora else "lora")
    adapted = with_adapters(model, dora=dora)
    trained = [each for each in adapted.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3)
    ids = torch.zeros((1, 8), dtype=torch.long)
    adapted(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    assert memory.held_bytes(work, COUNTED)["adapters"] == bytes_of(trained)
    assert memory.weight_bytes(work, COUNTED) == bytes_of(adapted.parameters()) - bytes_of(trained)
    assert memory.gradient_bytes(work) == bytes_of(each.grad for each in trained)
    assert memory.optimizer_bytes(work) == bytes_of(moments(optimizer))


def test_an_eight_billion_model_has_the_weights_and_adapters_that_are_counted() -> None:
    config = LlamaConfig(
        vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
        num_key_value_heads=8, tie_word_embeddings=False,
    )  # fmt: skip
    with torch.device("meta"):
        model = LlamaForCausalLM(config).to(torch.bfloat16)
        shape = Shape(
            params=8030261248.0, active=8030261248.0, layers=32, hidden=4096, heads=32, kv_heads=8, head_dim=128,
            intermediate=14336, vocab=128256, tied=False,
        )  # fmt: skip
        work = work_of(shape, method="lora", lora_rank=16)
        assert memory.weight_bytes(work, COUNTED) == bytes_of(model.parameters())
        adapted = get_peft_model(model, LoraConfig(r=16, target_modules=LINEAR, init_lora_weights=False))
    assert work.trained == adapted.get_nb_trainable_parameters()[0] == 41943040


def test_full_training_of_a_llama_keeps_what_is_counted() -> None:
    measured = per_layer_and_token(llama)
    assert measured == 16 * HIDDEN + 4 * (64 + 32) + 8 * WIDE + NORMS + SUMS
    assert counted(work_of(shape_of(llama()))) == measured - NORMS - SUMS


@pytest.mark.parametrize("wide", [False, True])
def test_adapters_of_a_llama_keep_what_is_counted(wide: bool) -> None:
    """In fp32 every module casts its input for itself; in 16 bit those of one input share it, and attention's is kept."""
    measured = per_layer_and_token(lambda layers: with_adapters(llama(layers), wide=wide))
    first_outputs = len(LINEAR) * RANK * (4 if wide else 2)
    work = work_of(shape_of(llama()), method="lora")
    inputs = 4 * work.adapter_inputs if wide else 2 * (2 * HIDDEN + WIDE)
    alone = counted(work, adapter_input_bytes=0.0)
    assert alone + inputs + first_outputs + NORMS + SUMS == measured
    assert inputs / work.adapter_inputs <= 4
    assert 1 <= fitted().memory.adapter_input_bytes <= 5  # a mask of dropout beside the narrow or the wide copy


def test_dora_keeps_two_outputs_of_every_adapted_module() -> None:
    """The matrix's in 16 bit, the adapter's in fp32: 6 bytes; 4 where a framework computes both in 16 bit."""
    plain = per_layer_and_token(lambda layers: with_adapters(llama(layers)))
    dora = per_layer_and_token(lambda layers: with_adapters(llama(layers), dora=True))
    outputs = 64 + 32 + 32 + 64 + 176 + 176 + 64
    work = work_of(shape_of(llama()), method="dora")
    assert work.dora_outputs == outputs
    assert dora - plain == 6 * outputs
    assert 4 <= fitted().memory.adapter_output_bytes <= 6


def test_eager_attention_keeps_six_bytes_for_every_head_and_key() -> None:
    """The softmax in fp32 and its 16-bit cast, beside keys and values repeated for all heads, which are left out."""
    shape = shape_of(llama())
    eager = [saved_bytes(llama(layers, attention="eager"), LENGTH) for layers in (2, 4)]
    flash = [saved_bytes(llama(layers), LENGTH) for layers in (2, 4)]
    more = (eager[1] - eager[0] - (flash[1] - flash[0])) / (2 * BATCH * LENGTH)
    repeated = 2 * 2 * (HEADS - KV_HEADS) * HEAD_DIM
    scores = counted(work_of(shape, flash_attn="n")) - counted(work_of(shape))
    assert scores == COUNTED.eager_score_bytes * HEADS * LENGTH
    assert more == scores + repeated - SUMS


def test_full_training_of_a_gpt_neox_keeps_a_seventh_more_than_is_counted() -> None:
    """One matrix makes queries, keys and values, so keys' and queries' unrotated copies stay beside the value."""
    measured = per_layer_and_token(neox)
    here = counted(work_of(shape_of(neox(), gated=False)))
    assert here == 8 * HIDDEN + 8 * HIDDEN + 4 * 4 * HIDDEN
    assert 1.10 < measured / here < 1.15


@pytest.mark.parametrize("adapters", [False, True])
def test_checkpointing_keeps_the_input_of_every_layer(adapters: bool) -> None:
    def make(layers: int) -> Any:
        model = with_adapters(llama(layers)) if adapters else llama(layers)
        return checkpointed(model)

    work = work_of(shape_of(llama()), activation_ckpt="y", method="lora" if adapters else "full")
    assert per_layer_and_token(make) == 2 * HIDDEN
    assert memory.kept_bytes(work, COUNTED) == 2 * HIDDEN * work.layers * BATCH * LENGTH


def test_the_fitted_factor_on_counted_tensors_stays_near_one() -> None:
    constants: MemoryConstants = fitted().memory
    assert 0.85 < constants.saved_copies < 1.15


def bytes_of(tensors: Any) -> int:
    return sum(each.numel() * each.element_size() for each in tensors)


def moments(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    """Adam's two of every parameter; the step is one number."""
    return [state[name] for state in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
