"""Estimates of workloads and plans where runs of the same GPU were measured here."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from advisor.estimate import predict
from advisor.estimate.ledger import Device, Expected, Foreseen, LedgerRow, Measured, Scalar
from advisor.estimate.own import OWN_RUNS, gpu_name, with_own_runs
from advisor.profile import Profile
from advisor.store.pricing import make_plan
from harness.protocol import Range
from tests.advisor.workloads import FACTS, H100, LLAMA_8B, TODAY, TRAINING

SPEC = {**TRAINING, "gpu": "H100 80GB SXM5", "n_gpus": 1}


def row(factor: float, *, gpu: str = H100.id, **changes: Scalar) -> LedgerRow:
    """A run of the workload above that took ``factor`` times the memory, and time, that was foreseen."""
    found = predict(SPEC, FACTS)
    assert found.peak_gpu_memory_gib is not None
    assert found.tokens_per_second_per_gpu is not None
    told = Foreseen(peak_memory_gib=found.peak_gpu_memory_gib, tokens_per_second=found.tokens_per_second_per_gpu)
    spec: dict[str, Scalar] = {
        "method": "lora", "params_b": (LLAMA_8B.total_params or 0) / 1e9, "seq_len": _number("seq_len"),
        "micro_batch": _number("micro_batch"), **changes,
    }  # fmt: skip
    return LedgerRow(
        run_id="train-1",
        at=datetime(2026, 11, 23, tzinfo=UTC),
        expected=Expected(
            kind="training", device=Device(name=gpu, count=1, is_gpu=True), spec=spec, predicted=told, public=told
        ),
        measured=Measured(
            memory_is="allocated",
            peak_memory_gib=found.peak_gpu_memory_gib.expected * factor,
            tokens_per_second=found.tokens_per_second_per_gpu.expected / factor,
        ),
    )


def _number(name: str) -> float | None:
    value: Any = SPEC.get(name)
    return None if value is None else float(value)


def ratio(span: Range | None) -> float:
    assert span is not None
    return span.high / span.low


def test_without_runs_an_estimate_is_what_it_was() -> None:
    found = predict(SPEC, FACTS)

    assert with_own_runs(found, SPEC, FACTS, ()) is found


def test_a_run_of_the_same_work_moves_memory_and_speed_and_says_how_far_it_was_off() -> None:
    found = predict(SPEC, FACTS)

    moved = with_own_runs(found, SPEC, FACTS, [row(1.3)])

    before, after = found.peak_gpu_memory_gib, moved.peak_gpu_memory_gib
    assert before is not None
    assert after is not None
    assert before.expected < after.expected < before.expected * 1.3
    assert ratio(after) < ratio(before)
    assert ratio(moved.tokens_per_second_per_gpu) < ratio(found.tokens_per_second_per_gpu)
    assert moved.past_error == "on 1 similar run here the estimate was off by: memory 30 %, tokens/s 23 %"


def test_the_parts_still_sum_to_the_peak() -> None:
    moved = with_own_runs(predict(SPEC, FACTS), SPEC, FACTS, [row(1.3)])

    assert moved.peak_gpu_memory_gib is not None
    assert moved.breakdown_gib is not None
    assert moved.breakdown_gib[OWN_RUNS] > 0
    assert math.isclose(sum(moved.breakdown_gib.values()), moved.peak_gpu_memory_gib.expected)


def test_what_took_far_more_memory_than_foreseen_fits_no_longer() -> None:
    found = predict(SPEC, FACTS)
    assert found.fits is True

    assert with_own_runs(found, SPEC, FACTS, [row(20.0)]).fits is False


@pytest.mark.parametrize(
    "other", [row(1.3, gpu="a100-80gb-sxm"), row(1.3, method="full")], ids=["another GPU", "another method"]
)
def test_other_runs_leave_an_estimate_alone(other: LedgerRow) -> None:
    found = predict(SPEC, FACTS)

    assert with_own_runs(found, SPEC, FACTS, [other]) == found


def test_a_workload_whose_gpu_is_not_told_is_left_alone() -> None:
    spec = {**SPEC, "gpu": None}
    found = predict(spec, FACTS)

    assert with_own_runs(found, spec, FACTS, [row(1.3)]) == found


def test_a_gpu_goes_by_the_name_that_the_catalog_has_for_it() -> None:
    assert gpu_name("NVIDIA H100 80GB HBM3", FACTS) == H100.id
    assert gpu_name("NVIDIA H100 80GB HBM3", None) == "NVIDIA H100 80GB HBM3"


def test_a_plan_is_moved_by_runs_on_its_gpu_and_tells_their_error() -> None:
    profile = Profile(name="bank", n_examples=800, train_tokens_per_example=300, epochs=3, eval_items=200)

    alone, own = (
        make_plan(profile, LLAMA_8B.id, FACTS, today=TODAY, gpu="h100-sxm", ledger=rows) for rows in ((), (row(1.3),))
    )

    assert own.peak_memory_gib.expected > alone.peak_memory_gib.expected
    assert own.gpu_hours.expected > alone.gpu_hours.expected
    assert own.id != alone.id
    assert any("no similar run" in said for said in alone.assumptions)
    assert any("the estimate was off by" in said for said in own.assumptions)
