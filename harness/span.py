"""A figure with its 80 % interval, without the libraries that the other records need.

An estimate is made of these alone, so that one can be printed before a library that checks records is even read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Low and high bound an 80 % interval; expected is the middle estimate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}
    """What holds where a record contains one and is read."""

    low: float
    expected: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError for what is no number."""
        if not (math.isfinite(self.low) and math.isfinite(self.expected) and math.isfinite(self.high)):
            raise ValueError(f"low {self.low}, expected {self.expected}, high {self.high}: not all are finite numbers")
