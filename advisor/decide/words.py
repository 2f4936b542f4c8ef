"""How values are written in reasons."""

from __future__ import annotations

from typing import Any


def shown(value: Any) -> str:
    """A value as a person writes it: yes and no, thousands separated, unknown as such."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return str(value).replace("_", " ")


def percent(score: float | None) -> str:
    """A fraction as a percentage with at most one decimal."""
    return "unknown" if score is None else f"{100 * score:.1f}".rstrip("0").rstrip(".") + " %"


def dollars(amount: float) -> str:
    """Dollars with cents below 100."""
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
