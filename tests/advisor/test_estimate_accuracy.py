"""A handful of published measurements, each from another framework: the estimate's interval holds most, none is absurd."""

import pytest

from advisor.estimate import evaluation_estimate, machine_estimate, predict
from harness.protocol import MachineFacts, ModelFacts
from tests.advisor.workloads import FACTS

LLAMA_2_7B: dict[str, object] = {
    "task": "training", "params_b": 6.738, "hidden": 4096, "layers": 32, "heads": 32, "kv_heads": 32,
    "intermediate": 11008, "vocab": 32000, "tied_embeddings": "n", "model": "Llama-2-7B",
}  # fmt: skip
MISTRAL_7B = {**LLAMA_2_7B, "params_b": 7.242, "kv_heads": 8, "intermediate": 14336, "model": "Mistral-7B-v0.1"}
LLAMA_3B: dict[str, object] = {
    **LLAMA_2_7B, "params_b": 3.213, "hidden": 3072, "layers": 28, "heads": 24, "kv_heads": 8, "intermediate": 8192,
    "vocab": 128256, "tied_embeddings": "y", "model": "Llama-3.2-3B",
}  # fmt: skip
FULL_BF16 = {"weight_dtype": "bf16", "compute_dtype": "bf16", "optimizer": "AdamW"}

MEASURED: list[tuple[str, dict[str, object], float, float | None]] = [
    (
        "Lightning-AI/litgpt tutorials/resource-tables.md@26857050: QLoRA, allocated",
        {**LLAMA_2_7B, **FULL_BF16, "weight_dtype": "nf4", "method": "qlora4", "lora_rank": 8, "lora_targets": "q,v",
         "seq_len": 1304, "micro_batch": 1, "activation_ckpt": "n", "flash_attn": "y", "gpu": "A100-SXM4-40GB",
         "n_gpus": 1, "parallelism": "none", "mem_is": "allocated"},
        13.2, None,
    ),
    (
        "foundation-model-stack/fms-acceleration scripts/benchmarks: LoRA, nvidia-smi",
        {**MISTRAL_7B, **FULL_BF16, "method": "lora", "lora_rank": 16, "lora_targets": "q,k,v,o", "seq_len": 4096,
         "micro_batch": 4, "grad_accum": 1, "activation_ckpt": "y", "flash_attn": "y(FA2)",
         "chunked_or_fused_ce": "y(triton CE, not chunked)", "gpu": "A100-80GB", "n_gpus": 1, "parallelism": "none",
         "mem_is": "nvidia-smi"},
        28.385, 3780.6,
    ),
    (
        "pytorch/torchtune README: full fine-tune in bf16, packed, allocated",
        {**LLAMA_3B, **FULL_BF16, "method": "full", "seq_len": 4096, "micro_batch": 2, "grad_accum": 1,
         "activation_ckpt": "n", "flash_attn": "y(sdpa)", "chunked_or_fused_ce": "n", "gpu": "A100-80GB", "n_gpus": 1,
         "parallelism": "none", "mem_is": "allocated"},
        60.0, 7075.0,
    ),
    (
        "pytorch/torchtune README: LoRA rank 64, checkpointing, chunked loss, allocated",
        {**LLAMA_3B, **FULL_BF16, "method": "lora", "lora_rank": 64, "lora_targets": "q,v,o + mlp(gate,up,down)",
         "seq_len": 4096, "micro_batch": 2, "grad_accum": 1, "activation_ckpt": "y", "flash_attn": "y(sdpa)",
         "chunked_or_fused_ce": "y", "gpu": "A100-80GB", "n_gpus": 1, "parallelism": "none", "mem_is": "allocated"},
        8.5, 8210.0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("source", "spec", "peak_gib", "tokens_s"), MEASURED, ids=[row[0][:40] for row in MEASURED])
def test_a_published_measurement_is_foreseen_within_half(
    source: str, spec: dict[str, object], peak_gib: float, tokens_s: float | None
) -> None:
    found = predict({"id": source, **spec}, FACTS)
    assert found.peak_gpu_memory_gib is not None
    assert 0.67 < found.peak_gpu_memory_gib.expected / peak_gib < 1.5
    if tokens_s is not None:
        assert found.tokens_per_second_per_gpu is not None
        assert 0.5 < found.tokens_per_second_per_gpu.expected / tokens_s < 2


MACHINE = MachineFacts(host="here", cpu="x86", cores=2, memory_gib=24, fp32_gflops=88.9)
SMOLLM2 = ModelFacts(
    architecture="LlamaForCausalLM", total_params=134515008, num_layers=30, hidden_size=576, num_heads=9, num_kv_heads=3,
    head_dim=64, intermediate_size=1536, vocab_size=49152, tied_embeddings=True, weight_bytes=269_030_016,
    context_length=8192,
)  # fmt: skip
RUN = {"lora_rank": 8, "tokens_per_example": 104.0, "micro_batch": 4, "max_seq_length": 512}


def test_the_measured_run_on_two_cores_lies_inside_the_interval() -> None:
    """98 tokens/s and 2.7 GB resident, measured with a 135M model on 2 cores of 89 Gflop/s."""
    need = machine_estimate(MACHINE, SMOLLM2, examples=240, dtype="float32", **RUN)  # type: ignore[arg-type]  # one dict of ints and a float
    assert need.hours.low < 240 * 104 / 98 / 3600 < need.hours.high
    assert need.peak_memory_gib.low < 2.7e9 / 2**30 < need.peak_memory_gib.high


def test_a_machine_that_was_not_measured_gets_a_wider_interval() -> None:
    unmeasured = MACHINE.model_copy(update={"fp32_gflops": None})
    known = machine_estimate(MACHINE, SMOLLM2, examples=240, dtype="float32", **RUN).hours  # type: ignore[arg-type]  # as above
    open_ = machine_estimate(unmeasured, SMOLLM2, examples=240, dtype="float32", **RUN).hours  # type: ignore[arg-type]  # as above
    assert open_.high / open_.low > known.high / known.low


@pytest.mark.parametrize(("tokens", "seconds"), [(100, 0.20), (600, 0.35)])
def test_the_measured_evaluation_lies_inside_the_interval(tokens: int, seconds: float) -> None:
    """vLLM on 2 cores: 17 s to an engine, 0.20 to 0.35 s an item at 100 to 600 tokens of prompt."""
    need = evaluation_estimate(MACHINE, SMOLLM2, items=300, tokens_per_item=tokens)
    assert need.hours.low < (17 + 300 * seconds) / 3600 < need.hours.high


def test_more_examples_take_longer_and_longer_ones_more_memory() -> None:
    small = machine_estimate(MACHINE, SMOLLM2, examples=100, dtype="float32", **RUN)  # type: ignore[arg-type]  # as above
    many = machine_estimate(MACHINE, SMOLLM2, examples=200, dtype="float32", **RUN)  # type: ignore[arg-type]  # as above
    long = machine_estimate(MACHINE, SMOLLM2, examples=100, dtype="float32", **{**RUN, "tokens_per_example": 300.0})  # type: ignore[arg-type]  # as above
    assert many.hours.expected > small.hours.expected
    assert long.peak_memory_gib.expected > small.peak_memory_gib.expected
