"""The estimator's physics: what must grow, what must shrink, what must add up, and what must be said."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.estimate import Prediction, predict
from harness.protocol import Range
from tests.advisor.workloads import FACTS, SERVING, TRAINING

METHODS = st.sampled_from(["lora", "qlora4", "full"])
KINDS = st.sampled_from(["allocated", "reserved", "nvidia-smi"])
YES = st.booleans()


def peak(**changes: object) -> Range:
    found = predict({**TRAINING, **changes}, FACTS).peak_gpu_memory_gib
    assert found is not None
    return found


def speed(**changes: object) -> Range:
    found = predict({**TRAINING, **changes}, FACTS).tokens_per_second_per_gpu
    assert found is not None
    return found


def served(**changes: object) -> Prediction:
    return predict({**SERVING, **changes}, FACTS)


def width(span: Range) -> float:
    return span.high / span.low


@given(METHODS, KINDS, YES, YES, st.integers(64, 16384), st.integers(1, 32))
def test_memory_grows_with_sequence_and_batch(
    method: str, kind: str, kept: bool, flash: bool, length: int, batch: int
) -> None:
    fixed = {"method": method, "mem_is": kind, "activation_ckpt": kept, "flash_attn": flash}
    here = peak(**fixed, seq_len=length, micro_batch=batch).expected
    assert peak(**fixed, seq_len=length * 2, micro_batch=batch).expected >= here * (1 - 1e-12)
    assert peak(**fixed, seq_len=length, micro_batch=batch + 1).expected >= here * (1 - 1e-12)


@given(st.sampled_from(["lora", "qlora4"]), st.integers(1, 512), st.integers(1, 64))
def test_memory_grows_with_rank(method: str, rank: int, more: int) -> None:
    assert peak(method=method, lora_rank=rank + more).expected > peak(method=method, lora_rank=rank).expected


@given(METHODS, st.floats(0.5, 100), st.floats(1.05, 4))
def test_memory_grows_with_parameters(method: str, billions: float, factor: float) -> None:
    fixed = {"hidden": 2048, "heads": 16, "kv_heads": 16, "intermediate": 8192, "vocab": 32000, "method": method}
    small = peak(**fixed, params_b=billions, layers=24, model="x").expected
    assert peak(**fixed, params_b=billions * factor, layers=24, model="x").expected > small


@given(METHODS, st.sampled_from(["FSDP full_shard", "ZeRO-3", "zero2"]), st.sampled_from([1, 2, 4, 8]))
def test_sharding_over_more_gpus_never_raises_a_gpus_share_of_model_states(method: str, way: str, gpus: int) -> None:
    states = ("weights", "adapters", "gradients", "optimizer")

    def share(count: int) -> float:
        parts = predict({**TRAINING, "method": method, "n_gpus": count, "parallelism": way}, FACTS).breakdown_gib
        assert parts is not None
        return sum(parts.get(name, 0.0) for name in states)

    assert share(gpus * 2) <= share(gpus) * (1 + 1e-12)


def test_full_sharding_needs_less_per_gpu_than_replicas() -> None:
    assert (
        peak(method="full", n_gpus=8, parallelism="FSDP").expected
        < peak(method="full", n_gpus=8, parallelism="DDP").expected
    )


@given(METHODS, KINDS, YES, YES, st.sampled_from([1, 8]), st.integers(128, 8192))
def test_parts_sum_to_the_expected_peak(
    method: str, kind: str, kept: bool, flash: bool, gpus: int, length: int
) -> None:
    spec = {"method": method, "mem_is": kind, "activation_ckpt": kept, "flash_attn": flash, "n_gpus": gpus}
    found = predict({**TRAINING, **spec, "parallelism": "FSDP" if gpus > 1 else "none", "seq_len": length}, FACTS)
    assert found.breakdown_gib is not None
    assert found.peak_gpu_memory_gib is not None
    assert math.isclose(sum(found.breakdown_gib.values()), found.peak_gpu_memory_gib.expected)


OPEN = (
    "seq_len", "micro_batch", "lora_rank", "lora_targets", "weight_dtype", "optimizer", "activation_ckpt", "flash_attn",
    "chunked_or_fused_ce", "mem_is",
)  # fmt: skip


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("nothing", [None, "", "unknown", "n/s"])
def test_an_unknown_input_widens_the_memory_interval_and_is_named(name: str, nothing: object) -> None:
    known = predict(TRAINING, FACTS)
    open_ = predict({**TRAINING, name: nothing}, FACTS)
    assert known.peak_gpu_memory_gib is not None
    assert open_.peak_gpu_memory_gib is not None
    assert width(open_.peak_gpu_memory_gib) > width(known.peak_gpu_memory_gib)
    assert len([said for said in open_.assumptions if "unknown" in said]) == 1
    assert not [said for said in known.assumptions if "unknown" in said]


@given(st.lists(st.sampled_from([name for name in OPEN if name != "mem_is"]), unique=True, max_size=5))
def test_the_speed_interval_widens_with_everything_that_becomes_unknown(names: list[str]) -> None:
    known = speed()
    assert width(speed(**dict.fromkeys(names))) >= width(known)


@pytest.mark.parametrize("name", ["precision", "input_len", "output_len", "concurrency", "engine", "n_gpus"])
def test_an_unknown_input_widens_the_serving_interval(name: str) -> None:
    known, open_ = served().output_tokens_per_second, served(**{name: None}).output_tokens_per_second
    assert known is not None
    assert open_ is not None
    assert width(open_) > width(known)


def test_an_unknown_gpu_has_no_speed_and_no_fit_but_a_peak() -> None:
    found = predict({**TRAINING, "gpu": None}, FACTS)
    assert found.tokens_per_second_per_gpu is None
    assert found.fits is None
    assert found.peak_gpu_memory_gib is not None


def test_a_name_that_states_only_a_memory_size_tells_the_fit() -> None:
    assert predict({**TRAINING, "gpu": "80GB VRAM class"}, FACTS).fits is True
    assert predict({**TRAINING, "gpu": "8GB VRAM class"}, FACTS).fits is False


def test_a_card_of_two_sizes_tells_the_fit_only_where_both_agree() -> None:
    assert predict({**TRAINING, "gpu": "A100 (size n/s)", "seq_len": 512, "micro_batch": 1}, FACTS).fits is True
    eight_bit = {"method": "full", "optimizer": "adamw_8bit"}
    assert predict({**TRAINING, "gpu": "A100 (size n/s)", **eight_bit}, FACTS).fits is None


def test_a_card_without_a_published_rate_has_a_peak_and_no_speed() -> None:
    found = predict({**TRAINING, "gpu": "Apple M4 Max"}, FACTS)
    assert found.tokens_per_second_per_gpu is None
    assert found.fits is True


def test_a_model_known_by_its_size_alone_is_estimated_more_widely() -> None:
    typical = peak(model="someone/unheard-of-8B")
    assert width(typical) > width(peak())
    assert 0.5 < typical.expected / peak().expected < 2


def test_a_model_of_unknown_size_is_not_estimated_and_says_so() -> None:
    found = predict({**TRAINING, "model": "unheard-of"}, FACTS)
    assert found.peak_gpu_memory_gib is None
    assert "size" in found.assumptions[0]


def test_full_fine_tuning_in_pure_16_bit_peaks_at_ten_bytes_per_parameter() -> None:
    """Weights 2, gradients 2, Adam 4, one temporary of the step 2; published 1-GPU runs peak at 9.98 to 10.02."""
    fixed = {"method": "full", "seq_len": 128, "micro_batch": 1, "mem_is": "allocated"}
    parts = predict({**TRAINING, **fixed}, FACTS).breakdown_gib
    assert parts is not None
    parameters = sum(parts[name] for name in ("weights", "gradients", "optimizer", "optimizer_step"))
    assert parameters * 2**30 / 8030261248 == pytest.approx(10, rel=0.001)


def test_quantised_weights_keep_embeddings_and_head_in_16_bit() -> None:
    spec = {**TRAINING, "method": "qlora4", "weight_dtype": "nf4", "framework": "torchtune"}
    parts = predict(spec, FACTS).breakdown_gib
    outside = 2 * 128256 * 4096
    assert parts is not None
    assert parts["weights"] * 2**30 == pytest.approx((8030261248 - outside) * 0.5625 + outside * 2)


def test_preparation_for_quantised_training_makes_embeddings_and_head_wide() -> None:
    spec = {**TRAINING, "method": "qlora4", "weight_dtype": "nf4"}
    plain, prepared = (predict({**spec, "framework": name}, FACTS).breakdown_gib for name in ("torchtune", "peft"))
    assert plain is not None
    assert prepared is not None
    assert prepared["weights"] - plain["weights"] == pytest.approx(2 * 2 * 128256 * 4096 / 2**30, rel=0.15)


def test_longer_context_needs_more_cache_and_so_serves_fewer_at_once() -> None:
    assert served(n_gpus=1).kv_cache_tokens == served(n_gpus=1, input_len=4096).kv_cache_tokens
    many, few = (
        served(concurrency="max (all queued)", input_len=size).output_tokens_per_second for size in (128, 8192)
    )
    assert many is not None
    assert few is not None
    assert few.expected < many.expected


def test_weights_that_do_not_fit_do_not_serve() -> None:
    found = served(gpu="L4", precision="fp32")
    assert found.fits is False
    assert "the weights leave no room for a request: rates as if there were room for one" in found.assumptions
    assert served().fits is True


@pytest.mark.parametrize(
    ("load", "offered"), [(5000, "5000 requests at once"), ("max (all queued)", "more requests at once")]
)
def test_requests_beyond_what_fits_are_said_to_wait(load: object, offered: str) -> None:
    found = served(concurrency=load, input_len=1024, output_len=256)
    assert found.kv_cache_tokens is not None
    room = round(found.kv_cache_tokens / (1024 + 128))
    told = f"{offered}, room for {room}: the others wait, which time to first token leaves out"
    assert told in found.assumptions
    assert not [said for said in served(concurrency=32).assumptions if "wait" in said]


@given(st.integers(1, 512), st.integers(16, 4096))
def test_serving_more_requests_at_once_is_never_slower_in_total(concurrency: int, length: int) -> None:
    one = served(concurrency=concurrency, input_len=length).output_tokens_per_second
    two = served(concurrency=concurrency * 2, input_len=length).output_tokens_per_second
    assert one is not None
    assert two is not None
    assert two.expected >= one.expected * 0.999


@pytest.mark.parametrize(
    "spec",
    [
        {"seq_len": 1, "micro_batch": 1, "lora_rank": 1},
        {"seq_len": 100_000_000, "micro_batch": 1_000_000},
        {"params_b": 1e-6, "hidden": 1, "layers": 1, "heads": 1, "kv_heads": 1, "intermediate": 1, "vocab": 1},
        {"params_b": 1e5, "hidden": 1_000_000, "layers": 10_000, "heads": 100_000, "vocab": 100_000_000},
        {"n_gpus": 100_000, "parallelism": "TP8 PP16 CP4"},
        {"n_gpus": 1, "parallelism": "TP8 PP16 CP4"},
        {"parallelism": "tp0 pp0"},
    ],
)
def test_degenerate_workloads_give_finite_ordered_intervals(spec: dict[str, object]) -> None:
    found = predict({**TRAINING, **spec}, FACTS)
    for span in (found.peak_gpu_memory_gib, found.tokens_per_second_per_gpu):
        assert span is not None
        assert 0 < span.low < span.expected < span.high < math.inf


BAD = [
    ({"seq_len": -1}, "seq_len is -1"),
    ({"seq_len": 0}, "seq_len is 0"),
    ({"seq_len": float("nan")}, "seq_len is nan"),
    ({"seq_len": float("inf")}, "seq_len is inf"),
    ({"seq_len": 10**400}, "seq_len"),
    ({"seq_len": "long"}, "seq_len must be a number, not 'long'"),
    ({"seq_len": [1]}, "seq_len must be a number"),
    ({"seq_len": True}, "seq_len must be a number"),
    ({"lora_rank": 1.5}, "lora_rank is 1.5"),
    ({"n_gpus": 0}, "n_gpus is 0"),
    ({"method": "magic"}, "method is 'magic'"),
    ({"method": None}, "method is None"),
    ({"method": {"a": 1}}, "method must be text"),
    ({"task": "guess"}, "task is 'guess'"),
    ({"id": None}, "id is missing"),
    ({"gpu": "H1000"}, "unknown GPU 'H1000'"),
    ({"params_b": -7}, "params_b is -7"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_bad_input_is_one_clear_line(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        predict({**TRAINING, **change}, FACTS)
    assert said in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    assert len(caught.value.message) < 120


def test_an_unknown_gpu_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        predict({**TRAINING, "gpu": "rtx 4080"}, FACTS)
    assert "rtx-4090" in caught.value.hint
