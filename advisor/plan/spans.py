"""Ranges as a plan reads them: the estimator's arithmetic under the plan's own name."""

from __future__ import annotations

from advisor.estimate.ranges import exactly, over, plus, scaled, times
from harness.protocol import Range as Span

__all__ = ["Span", "exactly", "over", "plus", "scaled", "times"]
