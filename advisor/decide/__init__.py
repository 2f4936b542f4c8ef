"""Prompt or fine-tune: gates with sources, how sure, what would change it."""

from advisor.decide.engine import decide, quick

__all__ = ["decide", "quick"]
