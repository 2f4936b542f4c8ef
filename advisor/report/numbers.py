"""Numbers as people read them. Unknown is a word, never zero."""

from __future__ import annotations

from decimal import Decimal

UNKNOWN = "unknown"
NBSP = "\N{NO-BREAK SPACE}"


def percent(fraction: float | None) -> str:
    """A proportion in percent."""
    return UNKNOWN if fraction is None else f"{100 * fraction:.1f}{NBSP}%"


def points(fraction: float) -> str:
    """A difference of proportions in percentage points, with a real minus sign."""
    return f"{100 * fraction:+.1f} points".replace("-", "\N{MINUS SIGN}")


def level(alpha: float) -> str:
    """The level of an interval."""
    return f"{100 * (1 - alpha):g}{NBSP}%"


def points_range(low: float, high: float) -> str:
    """An interval of a difference, in points."""
    return f"{100 * low:+.1f} to {100 * high:+.1f}".replace("-", "\N{MINUS SIGN}")


def usd(amount: Decimal | None) -> str:
    """US dollars: cents where there are dollars, two digits that count where there are none."""
    if amount is None:
        return UNKNOWN
    sign, size = ("\N{MINUS SIGN}" if amount < 0 else ""), abs(amount)
    if size == 0 or size >= 1:
        return f"{sign}${size:,.2f}" if size < 10_000 else f"{sign}${size:,.0f}"
    digits = max(2, 1 - size.adjusted())
    return f"{sign}${size:.{min(digits, 8)}f}"


def seconds(value: float | None) -> str:
    """A duration in the units that a person would use."""
    if value is None:
        return UNKNOWN
    if value < 60:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def hours(value: float | None) -> str:
    """Hours as a duration."""
    return seconds(None if value is None else value * 3600)


def gib(value: float | None) -> str:
    """Memory."""
    return UNKNOWN if value is None else f"{value:.2f} GiB"


def count(value: float | None) -> str:
    """A number of things, in groups of three digits; small ones with two digits that count."""
    if value is None:
        return UNKNOWN
    if 0 < abs(value) < 1:
        return f"{value:.2g}"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"


def millions(value: int) -> str:
    """A number of parameters."""
    for size, unit in ((1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value:,}"


def p_value(p: float) -> str:
    """A p-value to three digits, never as zero."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
