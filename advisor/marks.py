"""The mark of what rests on memory: how far a figure is to be trusted is how far the least trusted fact behind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # lists go without the cost of the records
    from catalog.records import Confidence

ORDER: tuple[Confidence, ...] = ("verified", "sourced", "recalled", "judgement")
"""From the most trusted on."""
RECALLED = "~"
LEGEND = "~ rests on recalled figures or judgement: ask before relying on it."


def weakest(*known: Confidence | None) -> Confidence | None:
    """The least trusted; None where nothing is known of any."""
    return max((one for one in known if one is not None), key=ORDER.index, default=None)


def recalled(confidence: Confidence | None) -> bool:
    """Whether it has to show its mark."""
    return confidence in ("recalled", "judgement")


def sign(confidence: Confidence | None) -> str:
    """The mark, or nothing."""
    return RECALLED if recalled(confidence) else ""


def doubtful(record: Any, attribute: str) -> bool:
    """Whether one value of a record has to show the mark: its record does, or the record names it.

    The price of a model has a confidence of its own.
    """
    if attribute.endswith("_usd_per_mtok") and hasattr(record, "price_confidence"):
        return recalled(record.price_confidence)
    return recalled(record.confidence) or attribute in getattr(record, "recalled_fields", ())
