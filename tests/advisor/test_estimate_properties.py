"""What holds for any workload: growth, shares, sums, widening, and that a column is as good as a number."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advisor.estimate import Prediction, cards, memory, predict, serving, speed, work
from advisor.estimate.arithmetic import Arithmetic
from advisor.estimate.cards import Card, card_of
from advisor.estimate.constants import fitted
from advisor.estimate.understood import ServingAsked, TrainingAsked, understood
from advisor.estimate.work import Work
from harness.protocol import Range
from tests.advisor.workloads import A100_80, FACTS, H100, L4, RTX_4090, SERVING, TRAINING

FIT = fitted()
NUMPY = cast("Arithmetic", np)
SHAPES: list[dict[str, object]] = [
    {"model": "Llama-3.1-8B-Instruct"},
    {"model": "tiny/135M"},
    {"model": "someone/unheard-of-70B"},
    {"model": "someone/unheard-of-30B-A3B"},
    {"model": "x", "params_b": 46.7, "hidden": 4096, "layers": 32, "heads": 32, "kv_heads": 8, "intermediate": 14336,
     "vocab": 32000, "tied_embeddings": "n"},
    {"model": "x", "params_b": 1.4, "hidden": 2048, "layers": 24, "heads": 16, "kv_heads": 16, "intermediate": 8192,
     "vocab": 50304, "tied_embeddings": "n"},
]  # fmt: skip
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(["lora", "dora", "qlora4", "full"]),
    "lora_rank": st.integers(1, 256),
    "lora_targets": st.sampled_from(["q,v", "q,k,v,o", "all linear", "all + head"]),
    "weight_dtype": st.sampled_from(["bf16", "nf4", "nf4-dq", "fp32", "int8", "gptq int4"]),
    "compute_dtype": st.sampled_from(["bf16", "fp16", "fp8", "bf16 mixed"]),
    "optimizer": st.sampled_from(["AdamW", "AdamW 8bit", "PagedAdamW8bit", "SGD", "AdamW fused", "AdamW in_bwd"]),
    "seq_len": st.integers(1, 65536),
    "micro_batch": st.integers(1, 64),
    "grad_accum": st.integers(1, 64),
    "activation_ckpt": st.sampled_from(["y", "n", "y (offload)"]),
    "flash_attn": st.sampled_from(["y(FA2)", "n"]),
    "chunked_or_fused_ce": st.sampled_from(["n", "y", "y(liger fused)"]),
    "mem_is": st.sampled_from(["allocated", "reserved", "nvidia-smi"]),
    "n_gpus": st.sampled_from([1, 2, 3, 4, 8, 16, 64]),
    "parallelism": st.sampled_from(
        ["none", "DDP", "zero1", "ZeRO-2", "ZeRO-3 + CPU offload", "FSDP", "tp2", "tp4 pp2", "tp2 cp2 zero1", "pp4"]
    ),
    "framework": st.sampled_from(["transformers peft", "torchtune", "unsloth", "litgpt", "megatron-lm", "new thing"]),
    "gpu": st.sampled_from(["A100-SXM4-80GB", "H100 80GB HBM3", "RTX 4090", "L4"]),
}  # fmt: skip
CARDS = tuple(card for card in map(card_of, (A100_80, H100, RTX_4090, L4)) if card)
NOTHING = st.none()


def workloads(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, object]]:
    """Training workloads with every field known or, at times, not."""
    some = {name: values | NOTHING if name != "method" else values for name, values in fields.items()}
    shaped = st.sampled_from(SHAPES)
    return st.builds(lambda shape, rest: {"id": "any", **shape, **rest}, shaped, st.fixed_dictionaries(some))


SERVED: dict[str, st.SearchStrategy[Any]] = {
    "precision": st.sampled_from(["bf16", "fp8", "fp4", "int4 awq", "gptq", "nf4 bnb", "nf4-dq bnb", "int8"]),
    "engine": st.sampled_from(["vLLM", "transformers", "TensorRT-LLM", "SGLang"]),
    "input_len": st.integers(0, 32768),
    "output_len": st.integers(0, 8192),
    "concurrency": st.integers(1, 5000) | st.just("max (all queued)"),
    "n_gpus": st.sampled_from([1, 2, 4, 8]),
    "parallelism": st.sampled_from(["tp2", "tp2 pp2", "tp8", "pp2"]),
    "gpu_mem_util": st.floats(0.1, 1.0),
    "gpu": FIELDS["gpu"],
}
SERVINGS = st.builds(
    lambda shape, rest: {"id": "any", "task": "serving", **shape, **rest},
    st.sampled_from(SHAPES),
    st.fixed_dictionaries({name: values | NOTHING for name, values in SERVED.items()}),
)


def work_of(spec: dict[str, object]) -> Work:
    asked = understood(spec, FACTS, FIT)
    assert isinstance(asked, TrainingAsked)
    return asked.work


def parts_of(of: Work) -> dict[str, float]:
    return memory.peak_parts_gib(of, FIT.memory)


def ranges(found: Prediction) -> list[Range]:
    fields = (
        found.peak_gpu_memory_gib, found.tokens_per_second_per_gpu, found.output_tokens_per_second,
        found.time_to_first_token_s, found.time_per_output_token_s,
    )  # fmt: skip
    return [span for span in fields if span is not None]


def width(span: Range | None) -> float:
    assert span is not None
    return span.high / span.low


@given(workloads(FIELDS))
def test_any_training_workload_gives_ordered_finite_intervals_around_what_is_expected(spec: dict[str, object]) -> None:
    found = predict(spec, FACTS)
    assert found.peak_gpu_memory_gib is not None
    for span in ranges(found):
        assert 0 < span.low <= span.expected <= span.high < math.inf
    assert found.breakdown_gib is not None
    assert all(size >= 0 and math.isfinite(size) for size in found.breakdown_gib.values())
    assert math.isclose(sum(found.breakdown_gib.values()), found.peak_gpu_memory_gib.expected)


@given(SERVINGS)
def test_any_serving_workload_gives_ordered_finite_intervals_around_what_is_expected(spec: dict[str, object]) -> None:
    found = predict(spec, FACTS)
    for span in ranges(found):
        assert 0 < span.low <= span.expected <= span.high < math.inf
    assert found.kv_cache_tokens is None or found.kv_cache_tokens >= 0


@given(workloads(FIELDS))
def test_no_part_of_the_memory_is_negative_and_they_sum_to_the_peak(spec: dict[str, object]) -> None:
    parts = parts_of(work_of(spec))
    assert all(size >= 0 for size in parts.values())
    assert math.isclose(sum(parts.values()), memory.peak_gib(work_of(spec), FIT.memory))


@given(workloads(FIELDS), st.sampled_from(["seq_len", "micro_batch"]), st.floats(1.0, 8.0))
def test_memory_never_shrinks_with_sequence_or_batch(spec: dict[str, object], name: str, factor: float) -> None:
    here = work_of(spec)
    more = dataclasses.replace(here, **{name: getattr(here, name) * factor})
    assert memory.peak_gib(more, FIT.memory) >= memory.peak_gib(here, FIT.memory) * (1 - 1e-12)


@given(workloads(FIELDS), st.integers(1, 256), st.integers(1, 256))
def test_memory_never_shrinks_with_the_rank_and_grows_where_adapters_are(
    spec: dict[str, object], rank: int, more: int
) -> None:
    small, large = (parts_of(work_of({**spec, "lora_rank": size})) for size in (rank, rank + more))
    assert sum(large.values()) >= sum(small.values()) * (1 - 1e-12)
    assert large["adapters"] > small["adapters"] or spec["method"] == "full"


@given(workloads(FIELDS), st.floats(1.01, 8.0))
def test_memory_grows_with_parameters(spec: dict[str, object], factor: float) -> None:
    here = work_of(spec)
    grown = {name: getattr(here, name) * factor for name in ("params", "linear_params")}
    grown |= {"trained": here.trained * (factor if here.full else 1.0)}
    more = memory.peak_gib(dataclasses.replace(here, **grown), FIT.memory)
    assert more >= memory.peak_gib(here, FIT.memory) * (1 - 1e-12)
    if not here.weights_offloaded:
        assert more > memory.peak_gib(here, FIT.memory)


SHARES: dict[str, Callable[[Work], float]] = {
    "weights": lambda of: memory.weight_bytes(of, FIT.memory),
    "adapters": lambda of: memory.held_bytes(of, FIT.memory)["adapters"],
    "optimizer": memory.optimizer_bytes,
    "gradients": memory.gradient_bytes,
    "optimizer step": memory.step_bytes,
    "kept activations": lambda of: memory.kept_bytes(of, FIT.memory),
    "logits": lambda of: memory.logit_bytes(of, FIT.memory),
}
"""Each part as if it stood at its own moment."""


@pytest.mark.parametrize("part", SHARES)
@given(spec=workloads(FIELDS), degree=st.sampled_from(["tensor", "context", "pipeline", "shards"]))
def test_more_gpus_to_a_model_never_raise_a_gpus_share_of_any_part(
    part: str, spec: dict[str, object], degree: str
) -> None:
    here = work_of(spec)
    more = dataclasses.replace(here, **{degree: getattr(here, degree) * 2})
    assert SHARES[part](more) <= SHARES[part](here) * (1 + 1e-12)


@pytest.mark.parametrize("part", SHARES)
@given(spec=workloads(FIELDS), stage=st.sampled_from([0, 1, 2]), shards=st.sampled_from([1, 2, 3, 8, 512]))
def test_a_higher_stage_of_zero_never_raises_a_gpus_share_of_any_part(
    part: str, spec: dict[str, object], stage: int, shards: int
) -> None:
    low, high = (dataclasses.replace(work_of(spec), stage=float(at), shards=float(shards)) for at in (stage, stage + 1))
    assert SHARES[part](high) <= SHARES[part](low) * (1 + 1e-12)


@given(spec=workloads(FIELDS), degree=st.sampled_from(["tensor", "context", "pipeline"]))
def test_more_gpus_to_a_model_never_raise_the_peak(spec: dict[str, object], degree: str) -> None:
    here = dataclasses.replace(work_of(spec), world=64.0)
    more = dataclasses.replace(here, **{degree: getattr(here, degree) * 2})
    assert memory.peak_gib(more, FIT.memory) <= memory.peak_gib(here, FIT.memory) * (1 + 1e-12)


CASES: dict[str, list[object]] = {
    "seq_len": [512, 1024, 4096],
    "micro_batch": [1, 2, 8],
    "grad_accum": [1, 4, 32],
    "lora_rank": [8, 16, 64],
    "lora_targets": ["all linear", "q,v"],
    "weight_dtype": ["bf16", "fp32"],
    "optimizer": ["AdamW", "AdamW 8bit"],
    "activation_ckpt": ["y", "n"],
    "flash_attn": ["y", "n"],
    "chunked_or_fused_ce": ["n", "y", "y(fused)"],
    "mem_is": ["allocated", "reserved", "nvidia-smi"],
    "compute_dtype": ["bf16", "fp8"],
    "framework": ["transformers", "megatron"],
}
"""What an unknown input is taken to be, at most."""
OPEN = sorted(CASES)


@settings(max_examples=60)
@given(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CASES.items()}),
    st.sampled_from(["lora", "full"]),
    st.lists(st.sampled_from(OPEN), unique=True, max_size=4),
    st.sampled_from(OPEN),
)
def test_an_input_that_becomes_unknown_never_narrows_an_interval(
    known: dict[str, object], method: str, gone: list[str], name: str
) -> None:
    assume(name not in gone)
    assume(name != "framework" or not gone)  # a framework of its own kernels takes other cases for what else is open
    spec = {**TRAINING, **known, "method": method, "gpu": None} | dict.fromkeys(gone)
    before, after = predict(spec, FACTS), predict({**spec, name: None}, FACTS)
    assert width(after.peak_gpu_memory_gib) >= width(before.peak_gpu_memory_gib) * (1 - 1e-9)
    swift = [predict({**each, "gpu": "H100 80GB HBM3"}, FACTS) for each in (spec, {**spec, name: None})]
    assert width(swift[1].tokens_per_second_per_gpu) >= width(swift[0].tokens_per_second_per_gpu) * (1 - 1e-9)


@pytest.mark.parametrize("name", [*OPEN, "n_gpus", "parallelism"])
def test_a_missing_input_widens_the_memory_and_is_named(name: str) -> None:
    several = {**TRAINING, "n_gpus": 4, "parallelism": "FSDP"}
    known, missing = predict(several, FACTS), predict({**several, name: None}, FACTS)
    assert width(missing.peak_gpu_memory_gib) > width(known.peak_gpu_memory_gib)
    assert width(missing.tokens_per_second_per_gpu) > width(known.tokens_per_second_per_gpu) or name == "mem_is"
    assert sum("unknown" in said for said in missing.assumptions) == sum("unknown" in s for s in known.assumptions) + 1


@pytest.mark.parametrize("name", ["kv_heads", "intermediate", "tied_embeddings", "layers"])
@pytest.mark.parametrize("base", [TRAINING, SERVING])
def test_a_dimension_that_is_not_given_widens_what_hangs_on_it(name: str, base: dict[str, object]) -> None:
    shape = SHAPES[-1]
    full, less = (predict({**base, **given}, FACTS) for given in (shape, {**shape, name: None}))
    assert [width(b) > width(a) for a, b in zip(ranges(full), ranges(less), strict=True)] == [True] * len(ranges(full))
    assert any("unknown" in said or "only the size" in said for said in less.assumptions)


@pytest.mark.parametrize("name", ["precision", "input_len", "output_len", "concurrency", "n_gpus", "gpu_mem_util"])
def test_a_missing_input_widens_the_serving_rate_and_is_named(name: str) -> None:
    known, missing = predict(SERVING, FACTS), predict({**SERVING, name: None}, FACTS)
    assert width(missing.output_tokens_per_second) > width(known.output_tokens_per_second)
    assert any("unknown" in said for said in missing.assumptions)
    assert not any("unknown" in said for said in known.assumptions)


@settings(max_examples=40)
@given(st.lists(workloads(FIELDS), min_size=2, max_size=12))
def test_a_column_of_workloads_has_the_memory_of_each(specs: list[dict[str, object]]) -> None:
    works = [work_of(spec) for spec in specs]
    column = memory.peak_parts_gib(work.stacked(works), FIT.memory, NUMPY)
    for place, one in enumerate(works):
        for name, size in parts_of(one).items():
            assert math.isclose(np.broadcast_to(column[name], len(works))[place], size, rel_tol=1e-12, abs_tol=1e-15)


@settings(max_examples=40)
@given(st.lists(st.tuples(workloads(FIELDS), st.sampled_from(CARDS)), min_size=2, max_size=12))
def test_a_column_of_workloads_has_the_speed_of_each(pairs: list[tuple[dict[str, object], Card]]) -> None:
    works = [work_of(spec) for spec, _ in pairs]
    column = speed.tokens_per_second_per_gpu(
        work.stacked(works), cards.stacked([card for _, card in pairs]), FIT.training, NUMPY
    )
    alone = [
        speed.tokens_per_second_per_gpu(one, card, FIT.training) for one, (_, card) in zip(works, pairs, strict=True)
    ]
    np.testing.assert_allclose(column, alone, rtol=1e-12)


@settings(max_examples=40)
@given(st.lists(st.tuples(SERVINGS, st.sampled_from(CARDS)), min_size=2, max_size=12))
def test_a_column_of_workloads_is_served_as_each(pairs: list[tuple[dict[str, object], Card]]) -> None:
    asked = [understood(spec, FACTS, FIT) for spec, _ in pairs]
    works = [one.work for one in asked if isinstance(one, ServingAsked)]
    card = cards.stacked([card for _, card in pairs])
    for formula in (serving.output_tokens_per_second, serving.prefill_seconds, serving.decode_seconds):
        column = formula(serving.stacked(works), card, FIT.serving, NUMPY)
        alone = [formula(one, each, FIT.serving) for one, (_, each) in zip(works, pairs, strict=True)]
        np.testing.assert_allclose(column, alone, rtol=1e-12)
