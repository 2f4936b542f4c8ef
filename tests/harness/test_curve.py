"""The loss curve and the money of a run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from harness import curve, protocol
from harness.protocol import Event, Price, StepDone, ValidationLoss
from harness.spending import spent


def step(number: int, loss: float) -> StepDone:
    return StepDone(
        elapsed_s=number,
        step=number,
        total_steps=20,
        loss=loss,
        learning_rate=1e-3,
        grad_norm=None,
        tokens=number,
        examples=number,
        tokens_per_second=1,
        peak_memory_gib=1,
        usd_so_far=None,
        eta_s=None,
    )


def checked(number: int, loss: float) -> ValidationLoss:
    return ValidationLoss(elapsed_s=number, step=number, loss=loss)


def test_steps_done_again_after_a_kill_count_once_as_they_were_done_last() -> None:
    events = [step(1, 3.0), step(2, 2.0), step(3, 9.0), step(3, 1.5), step(4, 1.0)]
    assert [(event.step, event.loss) for event in protocol.steps(events)] == [(1, 3.0), (2, 2.0), (3, 1.5), (4, 1.0)]


def test_validation_rows_decide_whether_it_learned_where_there_are_any() -> None:
    falling: list[Event] = [step(number, 3.0 / number) for number in range(1, 11)]
    assert curve.learned(falling)
    assert not curve.learned([checked(0, 1.0), *falling, checked(10, 1.2)])
    assert curve.learned([checked(0, 1.2), *falling, checked(10, 1.0)])


def test_a_flat_or_rising_curve_did_not_learn() -> None:
    assert not curve.learned([step(number, 2.0) for number in range(1, 21)])
    assert not curve.learned([step(number, 2.0 + number) for number in range(1, 21)])
    assert not curve.learned([step(1, 2.0)])


def test_one_lucky_last_step_is_not_learning() -> None:
    losses = [2.0] * 39 + [1.9]
    rising = [loss + number / 100 for number, loss in enumerate(losses)]
    assert not curve.learned([step(number, loss) for number, loss in enumerate(rising, start=1)])


def test_time_costs_its_hours_at_the_price_to_the_microdollar() -> None:
    price = Price(offer_id="o", gpu="g", usd_per_hour=Decimal("2.49"), source="s", as_of=date(2026, 1, 1))
    assert spent(3600, price) == Decimal("2.490000")
    assert spent(1.0, price) == Decimal("0.000692")
    assert spent(3600, None) is None
