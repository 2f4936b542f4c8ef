"""The number of parameters that a model says of itself: in its index, or in its name."""

from __future__ import annotations

import re
from typing import NamedTuple

LABEL = re.compile(r"(?<![A-Za-z0-9.])(\d{1,4}(?:\.\d{1,2})?)\s?([KMBT])(?![A-Za-z0-9])", re.IGNORECASE)
UNITS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
SLACK = 0.2
"""Names round: Qwen2.5-7B has 7.6 billion, Gemma 2 9B has 9.2."""


class Stated(NamedTuple):
    """A number and who says it."""

    parameters: int
    by: str
    """``its index``, ``its name`` ..."""
    rounded: bool

    def agrees(self, parameters: int) -> bool:
        """Whether a count is what was meant: to the unit, or as near as names are."""
        slack = SLACK * self.parameters if self.rounded else 0
        return abs(parameters - self.parameters) <= slack


def from_label(text: str | None, by: str) -> Stated | None:
    """The first size in a name: 135M of SmolLM2-135M-Instruct, 30B of Qwen3-30B-A3B; none of Mixtral-8x7B."""
    found = LABEL.search(text.rpartition("/")[2]) if text else None
    if found is None:
        return None
    parameters = round(float(found[1]) * UNITS[found[2].upper()])
    return Stated(parameters, by, rounded=True) if parameters else None
