"""Recalibration: between the public fit and what was measured, surer with every run, the same without any."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.ledger import (
    Device,
    Expected,
    Foreseen,
    Group,
    LedgerRow,
    Measured,
    Prior,
    Scalar,
    Target,
    error_of,
    past_error,
    posterior,
    prior_of,
    recalibrated,
    similarity,
)
from harness.protocol import Range

CPU = Device(name="AMD EPYC", count=2, is_gpu=False)
H100 = Device(name="NVIDIA H100 80GB HBM3", count=1, is_gpu=True)
SPEC: dict[str, Scalar] = {"method": "lora", "params_b": 0.1345, "seq_len": 106.7, "micro_batch": 16}
TARGET = Target("training", CPU, SPEC)
SPAN = Range(low=2.0, expected=3.0, high=4.5)
EPOCH = datetime(2026, 11, 23, tzinfo=UTC)
PRIOR = Prior(common=0.05, work=0.03, repeat=0.02, down=0.4, up=0.5)

factors = st.floats(0.05, 20.0)
counts = st.integers(1, 6)
spans = st.tuples(st.floats(1e-3, 1e5), st.floats(1.01, 10), st.floats(1.01, 10)).map(
    lambda cut: Range(low=cut[0] / cut[1], expected=cut[0], high=cut[0] * cut[2])
)


def row(
    factor: float, *, device: Device = CPU, told: float = 3.0, public: float = 3.0, number: int = 0, **changes: Scalar
) -> LedgerRow:
    def around(value: float) -> Foreseen:
        span = Range(low=value / 1.5, expected=value, high=value * 1.5)
        return Foreseen(peak_memory_gib=span, examples_per_second=span, hours=span)

    came = public * factor
    return LedgerRow(
        run_id=f"train-{number}",
        at=EPOCH + timedelta(hours=number),
        expected=Expected(
            kind="training", device=device, spec={**SPEC, **changes}, predicted=around(told), public=around(public)
        ),
        measured=Measured(memory_is="rss", peak_memory_gib=came, examples_per_second=came, hours=came),
    )


def width(span: Range) -> float:
    return math.log(span.high / span.low)


@given(spans)
def test_without_rows_an_estimate_is_what_it_was(span: Range) -> None:
    assert recalibrated(span, [], TARGET, "peak_memory_gib") == (span, "")


@given(spans, factors, counts)
def test_the_expected_value_moves_toward_what_was_measured_and_not_past_it(
    span: Range, factor: float, count: int
) -> None:
    found = recalibrated(span, [row(factor) for _ in range(count)], TARGET, "peak_memory_gib").span

    between = sorted((span.expected, span.expected * factor))
    assert between[0] * (1 - 1e-9) <= found.expected <= between[1] * (1 + 1e-9)
    assert 0 < found.low < found.expected < found.high


@given(spans, factors, counts)
def test_more_runs_that_agree_move_it_further_and_make_it_surer(span: Range, factor: float, count: int) -> None:
    fewer, more = (
        recalibrated(span, [row(factor)] * number, TARGET, "examples_per_second").span for number in (count, count + 1)
    )

    assert abs(math.log(more.expected / span.expected)) >= abs(math.log(fewer.expected / span.expected)) - 1e-12
    assert width(more) < width(fewer) < width(span)


@given(st.lists(factors, min_size=1, max_size=5), st.floats(1.001, 3))
def test_the_faster_the_runs_the_faster_what_is_expected(measured: list[float], more: float) -> None:
    rows = [row(factor, number=at, micro_batch=2**at) for at, factor in enumerate(measured)]
    faster = [row(factor * more, number=at, micro_batch=2**at) for at, factor in enumerate(measured)]

    low, high = (recalibrated(SPAN, one, TARGET, "examples_per_second").span.expected for one in (rows, faster))

    assert low < high


@given(factors, st.floats(1.0, 1e4))
def test_a_run_of_other_work_counts_the_less_the_further_it_is(factor: float, apart: float) -> None:
    near = recalibrated(SPAN, [row(factor)], TARGET, "peak_memory_gib").span
    far = recalibrated(SPAN, [row(factor, params_b=0.1345 * apart)], TARGET, "peak_memory_gib").span

    assert abs(math.log(far.expected / SPAN.expected)) <= abs(math.log(near.expected / SPAN.expected)) + 1e-12
    assert width(far) >= width(near) - 1e-12


@given(st.lists(st.tuples(st.floats(0, 1), st.lists(st.floats(-2, 2), min_size=1, max_size=4)), min_size=1, max_size=5))
def test_the_posterior_is_that_of_normal_with_normal(drawn: list[tuple[float, list[float]]]) -> None:
    groups = [Group(likeness, tuple(logs)) for likeness, logs in drawn]

    found = posterior(groups, PRIOR)

    means = [sum(group.logs) / len(group.logs) for group in groups]
    assert 0 < found.variance < PRIOR.learnable
    assert min(0.0, *means) - 1e-9 <= found.mean <= max(0.0, *means) + 1e-9


def test_one_run_of_the_same_work_is_weighed_as_written_down() -> None:
    found = posterior([Group(1.0, (0.3,))], PRIOR)

    assert found.mean == pytest.approx(0.3 * 0.08 / (0.08 + 0.02))
    assert found.variance == pytest.approx(1 / (1 / 0.08 + 1 / 0.02))


def test_many_runs_of_one_other_work_never_outweigh_that_it_is_another() -> None:
    found = posterior([Group(0.0, (1.0,) * 10_000)], PRIOR)

    assert found.mean == pytest.approx(0.08 / (0.08 + 2 * 0.03), rel=1e-3)


def test_runs_that_scatter_leave_the_interval_wider_than_runs_that_agree() -> None:
    agree = recalibrated(SPAN, [row(1.2), row(1.2), row(1.2)], TARGET, "examples_per_second").span
    scatter = recalibrated(SPAN, [row(0.4), row(1.2), row(3.6)], TARGET, "examples_per_second").span

    assert width(scatter) > width(agree)


def test_an_interval_that_unknown_inputs_made_wide_stays_wide() -> None:
    open_ = Range(low=0.1, expected=3.0, high=90.0)

    found = recalibrated(open_, [row(1.0)] * 50, TARGET, "peak_memory_gib").span

    assert width(found) > 0.9 * width(open_)


@pytest.mark.parametrize(
    "other",
    [row(2.0, device=H100), row(2.0, method="full")],
    ids=["another sort of device", "another method"],
)
def test_a_run_of_another_sort_teaches_nothing(other: LedgerRow) -> None:
    assert similarity(other, TARGET) == 0
    assert recalibrated(SPAN, [other], TARGET, "peak_memory_gib").span is SPAN
    assert past_error([other], TARGET) == ""


def test_another_number_of_cores_counts_half() -> None:
    assert similarity(row(1.0, device=CPU.model_copy(update={"count": 64})), TARGET) == 0.5


def test_the_past_error_is_of_what_was_told_and_not_of_the_public_fit() -> None:
    rows = [row(1.0, told=2.0, number=0), row(1.0, told=3.0, number=1), row(1.0, told=2.5, number=2)]

    assert [error_of(one, "hours") for one in rows] == [0.5, 0.0, pytest.approx(0.2)]
    assert (
        past_error(rows, TARGET)
        == "on 3 similar runs here the estimate was off by (median): memory 20 %, speed 20 %, hours 20 %"
    )


def test_a_quantity_that_was_not_measured_is_left_out() -> None:
    resumed = row(2.0)
    resumed = resumed.model_copy(update={"measured": Measured(memory_is="rss", peak_memory_gib=6.0)})

    assert recalibrated(SPAN, [resumed], TARGET, "examples_per_second").span is SPAN
    assert past_error([resumed], TARGET) == "on 1 similar run here the estimate was off by: memory 100 %"


def test_the_prior_is_the_spread_of_the_public_fit() -> None:
    speed, hours = prior_of(TARGET, "examples_per_second"), prior_of(TARGET, "hours")

    assert speed.total == pytest.approx(((speed.down + speed.up) / 2 / 1.2815515655) ** 2)
    assert (speed.down, speed.up) == pytest.approx((hours.up, hours.down))
