"""Numbers as people read them: dollars, intervals, durations. Unknown is said, never shown as zero."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from advisor.plan.records import Money, Span

UNKNOWN = "unknown"


def usd(amount: Decimal | float | None) -> str:
    """US dollars with as many digits as the size deserves."""
    if amount is None:
        return UNKNOWN
    size = abs(float(amount))
    if size == 0:
        return "$0"
    if size < 0.01:
        return f"${amount:.4f}" if size >= 0.001 else f"${amount:.8f}".rstrip("0")
    return f"${amount:,.2f}" if size < 100 else f"${amount:,.0f}"


def money(range_: Money | None) -> str:
    """Expected dollars with the 80 % interval behind."""
    if range_ is None:
        return "unpriced"
    if range_.low == range_.high:
        return usd(range_.expected)
    return f"{usd(range_.expected)} ({usd(range_.low)}-{usd(range_.high)})"


def number(amount: float) -> str:
    """A plain number, three significant digits at least, thousands grouped."""
    if amount == 0 or abs(amount) >= 1000:
        return f"{amount:,.0f}"
    return f"{amount:.3g}"


def span(range_: Span, unit: str = "") -> str:
    """Expected value with the 80 % interval behind."""
    tail = f" {unit}" if unit else ""
    if range_.low == range_.high:
        return f"{number(range_.expected)}{tail}"
    return f"{number(range_.expected)} ({number(range_.low)}-{number(range_.high)}){tail}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with one digit."""
    return f"{100 * fraction:.1f} %"


def points(difference: float) -> str:
    """A difference of fractions in percentage points, with its sign."""
    return f"{100 * difference:+.1f} pp"


def duration(seconds: float | None) -> str:
    """Seconds as a person says them."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def ago(started_at: str, now: datetime) -> str:
    """How long ago an ISO 8601 moment was; the text itself where it cannot be read."""
    try:
        seconds = (now - datetime.fromisoformat(started_at)).total_seconds()
    except (ValueError, TypeError):
        return started_at
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days ago"


def about(seconds: float) -> str:
    """A duration in one short word, for where there is little room."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def track(fraction: float, width: int) -> tuple[str, str]:
    """The done and the open part of a progress line, thick and thin."""
    done = round(max(0.0, min(1.0, fraction)) * width)
    return "━" * done, "─" * (width - done)


def bar(fraction: float, width: int) -> str:
    """A horizontal bar of ``width`` cells, in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, fraction)) * max(0, width) * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
