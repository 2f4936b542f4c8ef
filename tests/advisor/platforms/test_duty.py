"""The closed form of a machine that goes to zero, against a simulation of one."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.platforms.duty import lambert_of_exp, off_share, rate_at, waiting_share

rates = st.floats(1e-6, 1.0)
seconds = st.floats(0.1, 500.0)


def simulated(rate: float, *, cold_start_s: float, stay_s: float, arrivals: int) -> tuple[float, float]:
    """Share of time off and share of requests that wait: requests by chance, each keeps the machine for ``stay_s``."""
    draw = random.Random(20261123)
    now = ready = until = on = 0.0
    waited = 0
    started = math.inf
    for _ in range(arrivals):
        now += draw.expovariate(rate)
        if now > until:  # it has gone off
            on += until - started if started < math.inf else 0.0
            started, ready = now, now + cold_start_s
            until = ready + stay_s
            waited += 1
        else:
            waited += now < ready
            until = max(until, max(now, ready) + stay_s)
    on += min(until, now) - started
    return 1 - on / now, waited / arrivals


@pytest.mark.parametrize(("rate", "cold", "stay"), [(0.01, 30.0, 65.0), (0.05, 100.0, 10.0), (0.002, 5.0, 300.0)])
def test_the_formula_is_what_a_simulation_of_300_000_requests_gives(rate: float, cold: float, stay: float) -> None:
    off, waited = simulated(rate, cold_start_s=cold, stay_s=stay, arrivals=300_000)

    assert off_share(rate, cold_start_s=cold, stay_s=stay) == pytest.approx(off, abs=0.005)
    assert waiting_share(rate, cold_start_s=cold, stay_s=stay) == pytest.approx(waited, abs=0.005)


@given(rates, seconds, seconds)
def test_more_traffic_is_never_less_time_on(rate: float, cold: float, stay: float) -> None:
    assert off_share(rate * 1.1, cold_start_s=cold, stay_s=stay) <= off_share(rate, cold_start_s=cold, stay_s=stay)


@given(rates, seconds, seconds)
def test_shares_are_shares(rate: float, cold: float, stay: float) -> None:
    assert 0 <= off_share(rate, cold_start_s=cold, stay_s=stay) <= 1
    assert 0 <= waiting_share(rate, cold_start_s=cold, stay_s=stay) <= 1


@given(st.floats(0.001, 0.999), st.one_of(st.just(0.0), seconds), seconds)
def test_the_rate_at_a_share_gives_that_share_back(share: float, cold: float, stay: float) -> None:
    rate = rate_at(share, cold_start_s=cold, stay_s=stay)

    assert rate is not None
    assert 1 - off_share(rate, cold_start_s=cold, stay_s=stay) == pytest.approx(share, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.2, -0.1])
def test_a_machine_is_never_on_for_all_of_the_time(share: float) -> None:
    assert rate_at(share, cold_start_s=10, stay_s=10) is None


@given(st.floats(-5, 5000))
def test_lamberts_function_solves_its_equation(exponent: float) -> None:
    found = lambert_of_exp(exponent)
    assert found + math.log(found) == pytest.approx(exponent, rel=1e-9, abs=1e-9)
