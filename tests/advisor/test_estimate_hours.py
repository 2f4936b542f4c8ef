"""Hours of a run by part, against values counted by hand, and what an unknown does to them."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.hours import TYPICAL, Hours, Job, run_hours
from advisor.estimate.ranges import exactly
from harness.protocol import Range

KNOWN = Job(
    download_gb=exactly(18),
    tokens=exactly(3_600_000),
    tokens_per_second=exactly(500),
    checkpoint_gb=exactly(9),
    evaluated_tokens=exactly(720_000),
    output_tokens_per_second=exactly(1000),
    arms=2,
    download_gb_s=exactly(0.1),
    start_up_hours=exactly(0.2),
    engine_start_hours=exactly(0.05),
    write_gb_s=exactly(0.5),
    checkpoint_every_hours=exactly(0.5),
    interruptions_per_hour=exactly(0.1),
)
PARTS = ("download", "start", "training", "evaluation", "checkpoints", "retries")


def job(**changes: Any) -> Job:
    return KNOWN._replace(**changes)


def width(hours: Hours) -> float:
    return hours.total.high / hours.total.low


def test_every_part_is_what_it_is_by_hand() -> None:
    found = run_hours(KNOWN)
    assert {name: getattr(found, name).expected for name in PARTS} == pytest.approx(
        {
            "download": 18 / 0.1 / 3600,
            "start": 0.2,
            "training": 2.0,
            "evaluation": 2 * 0.05 + 0.2,
            "checkpoints": 5 * 18 / 3600,
            "retries": 2.0 * 0.1 * (0.25 + 0.2 + 0.05),
        }
    )
    assert found.total.expected == pytest.approx(0.05 + 0.2 + 2 + 0.3 + 0.025 + 0.1)
    assert found.total.low == pytest.approx(found.total.high)
    assert found.assumptions == ()


def test_a_machine_that_is_never_interrupted_repeats_nothing() -> None:
    assert run_hours(KNOWN._replace(interruptions_per_hour=exactly(0))).retries == exactly(0)


def test_without_a_serving_rate_only_engines_starts_are_counted() -> None:
    assert run_hours(KNOWN._replace(output_tokens_per_second=None)).evaluation == exactly(0.1)


@pytest.mark.parametrize("name", TYPICAL)
def test_an_unknown_quantity_widens_the_hours_and_is_said(name: str) -> None:
    found = run_hours(job(**{name: None}))
    assert width(found) > width(run_hours(KNOWN))
    assert found.assumptions == (TYPICAL[name].said,)


def test_what_nobody_knows_is_all_said() -> None:
    found = run_hours(job(**dict.fromkeys(TYPICAL)))
    assert len(found.assumptions) == len(TYPICAL)
    assert width(found) > max(width(run_hours(job(**{name: None}))) for name in TYPICAL)


@given(st.sampled_from(["tokens", "download_gb", "checkpoint_gb", "evaluated_tokens"]), st.floats(1.01, 1e4))
def test_more_to_do_takes_longer(name: str, factor: float) -> None:
    more = job(**{name: exactly(getattr(KNOWN, name).expected * factor)})
    assert run_hours(more).total.expected > run_hours(KNOWN).total.expected


@given(st.floats(1.0, 1e3), st.floats(1.0, 10.0), st.lists(st.sampled_from(sorted(TYPICAL)), unique=True))
def test_parts_sum_to_the_total_and_bounds_are_in_order(tokens_s: float, spread: float, gone: list[str]) -> None:
    rate = Range(low=tokens_s / spread, expected=tokens_s, high=tokens_s * spread)
    found = run_hours(job(tokens_per_second=rate, **dict.fromkeys(gone)))
    for bound in ("low", "expected", "high"):
        assert math.isclose(sum(getattr(getattr(found, name), bound) for name in PARTS), getattr(found.total, bound))
    assert all(
        0 < getattr(found, name).low <= getattr(found, name).expected <= getattr(found, name).high for name in PARTS
    )
