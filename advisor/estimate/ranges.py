"""Arithmetic of 80 % intervals: products of independent ranges, and sums."""

from __future__ import annotations

import math

from harness.span import Range


def exactly(value: float) -> Range:
    """A known number."""
    return Range(low=value, expected=value, high=value)


def times(*ranges: Range) -> Range:
    """Product of independent quantities: expected values multiply, logarithmic widths add in quadrature.

    Any factor with a zero bound falls back to multiplying the bounds.
    """
    expected = math.prod(one.expected for one in ranges)
    if any(one.low <= 0 for one in ranges):
        return Range(
            low=math.prod(one.low for one in ranges), expected=expected, high=math.prod(one.high for one in ranges)
        )
    down = math.hypot(*(math.log(one.expected / one.low) for one in ranges))
    up = math.hypot(*(math.log(one.high / one.expected) for one in ranges))
    return Range(low=expected * math.exp(-down), expected=expected, high=expected * math.exp(up))


def over(quantity: Range, divisor: Range) -> Range:
    """Quotient of independent quantities; the divisor is positive."""
    return times(quantity, Range(low=1 / divisor.high, expected=1 / divisor.expected, high=1 / divisor.low))


def plus(*ranges: Range) -> Range:
    """Sum of quantities that may all turn out high together: bounds add, as a budget wants them."""
    return Range(
        low=sum(one.low for one in ranges),
        expected=sum(one.expected for one in ranges),
        high=sum(one.high for one in ranges),
    )


def scaled(quantity: Range, factor: float) -> Range:
    """Every bound times a known factor."""
    return Range(low=quantity.low * factor, expected=quantity.expected * factor, high=quantity.high * factor)
