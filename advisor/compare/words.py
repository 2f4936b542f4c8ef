"""Numbers in the words of a verdict: the effect first, the p-value second."""

from __future__ import annotations

from advisor.compare.records import Primary


def points(fraction: float) -> str:
    """A difference of proportions in percentage points with its sign."""
    return f"{100 * fraction:+.1f} points"


def percent(fraction: float) -> str:
    """A proportion in percent."""
    return f"{100 * fraction:.1f} %"


def level(alpha: float) -> str:
    """The level of an interval."""
    return f"{100 * (1 - alpha):g} %"


def interval_text(interval: tuple[float, float], alpha: float) -> str:
    """An interval of a difference, in points."""
    return f"{level(alpha)} interval {100 * interval[0]:+.1f} to {100 * interval[1]:+.1f}"


def p_text(p: float) -> str:
    """A p-value to three digits, never as zero."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def chance(probability: float) -> str:
    """A probability to two digits, never as certainty."""
    return "above 0.99" if probability > 0.99 else f"{probability:.2f}"


def effect(primary: Primary, alpha: float) -> str:
    """The whole finding in one phrase."""
    return (
        f"{points(primary.difference)} ({interval_text(primary.interval, alpha)}; {p_text(primary.p_value)}): "
        f"{percent(primary.baseline)} to {percent(primary.candidate)} on {primary.n} items"
    )
