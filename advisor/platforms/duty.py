"""How long a machine that scales to zero runs: a busy period of a queue without waiting, with a start-up.

Requests come by chance at rate L a second and are worked on side by side. The machine starts at a request that finds
it off, takes c seconds to come up, and stays until nothing has been asked for the idle timeout; let k be one answer
and the timeout together. The mean busy period of such a queue (M/D/infinity: Takacs 1962, chapter 3) is (e^(Lk) - 1)/L; the
start-up comes before it, and the off time lasts 1/L on average. So the machine is

    off for a share  1 / (Lc + e^(Lk))

of the time, and of the requests of a cycle, Lc + e^(Lk) of them, the first and the Lc that come while it starts wait.
"""

from __future__ import annotations

import math

LARGEST_EXPONENT = 700.0
"""Beyond it a double overflows; a machine that is off for a share of e^-700 is never off."""
STEPS = 60


def off_share(rate: float, *, cold_start_s: float, stay_s: float) -> float:
    """Share of the time that the machine is off, at ``rate`` requests a second; ``stay_s`` is answer and timeout."""
    if rate * stay_s > LARGEST_EXPONENT:
        return 0.0
    return 1.0 / (rate * cold_start_s + math.exp(rate * stay_s))


def waiting_share(rate: float, *, cold_start_s: float, stay_s: float) -> float:
    """Share of requests that wait for a start: the one that causes it, and those that come meanwhile."""
    return (1.0 + rate * cold_start_s) * off_share(rate, cold_start_s=cold_start_s, stay_s=stay_s)


def rate_at(on_share: float, *, cold_start_s: float, stay_s: float) -> float | None:
    """Requests a second at which the machine runs for this share of the time; None where it never does.

    Solves Lc + e^(Lk) = R = 1/(1 - share): with a = c/k it is L = (R/a - W(e^(R/a)/a)) / k, W being Lambert's.
    """
    if not 0.0 < on_share < 1.0 or stay_s <= 0:
        return None
    reciprocal = 1.0 / (1.0 - on_share)
    ratio = cold_start_s / stay_s
    if ratio <= 0:
        return math.log(reciprocal) / stay_s
    return (reciprocal / ratio - lambert_of_exp(reciprocal / ratio - math.log(ratio))) / stay_s


def lambert_of_exp(exponent: float) -> float:
    """W(e^x), the w with w + ln w = x, by Newton's method; e^x itself may be beyond a double."""
    guess = exponent - math.log(exponent) if exponent > 1 else math.exp(min(exponent, 1.0)) / 2
    for _ in range(STEPS):
        step = (guess + math.log(guess) - exponent) * guess / (guess + 1)
        guess = guess - step if step < guess else guess / 2
        if abs(step) <= 1e-15 * guess:
            break
    return guess
