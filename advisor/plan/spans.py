"""Arithmetic of 80 % intervals: products of independent ranges, and sums."""

from __future__ import annotations

import math

from harness.protocol import Range as Span


def exactly(value: float) -> Span:
    """A known number."""
    return Span(low=value, expected=value, high=value)


def times(*spans: Span) -> Span:
    """Product of independent quantities: expected values multiply, logarithmic widths add in quadrature.

    Any factor with a zero bound falls back to multiplying the bounds.
    """
    expected = math.prod(span.expected for span in spans)
    if any(span.low <= 0 for span in spans):
        return Span(low=math.prod(s.low for s in spans), expected=expected, high=math.prod(s.high for s in spans))
    down = math.hypot(*(math.log(span.expected / span.low) for span in spans))
    up = math.hypot(*(math.log(span.high / span.expected) for span in spans))
    return Span(low=expected * math.exp(-down), expected=expected, high=expected * math.exp(up))


def over(span: Span, divisor: Span) -> Span:
    """Quotient of independent quantities; the divisor is positive."""
    return times(span, Span(low=1 / divisor.high, expected=1 / divisor.expected, high=1 / divisor.low))


def plus(*spans: Span) -> Span:
    """Sum of quantities that may all turn out high together: bounds add, as a budget wants them."""
    return Span(
        low=sum(span.low for span in spans),
        expected=sum(span.expected for span in spans),
        high=sum(span.high for span in spans),
    )


def scaled(span: Span, factor: float) -> Span:
    """Every bound times a known factor."""
    return Span(low=span.low * factor, expected=span.expected * factor, high=span.high * factor)
