"""Formulas are written once and run on single numbers or on whole columns of them."""

from __future__ import annotations

import math
from typing import Any, Protocol

Number = Any
"""A float, or an array of them; the formulas do not care which."""


class Arithmetic(Protocol):
    """What the formulas need beside the operators; numpy itself is one."""

    def where(self, condition: Any, yes: Any, no: Any, /) -> Any:
        """``yes`` where the condition holds, else ``no``."""

    def maximum(self, a: Any, b: Any, /) -> Any:
        """The larger."""

    def minimum(self, a: Any, b: Any, /) -> Any:
        """The smaller."""

    def log2(self, a: Any, /) -> Any:
        """Logarithm to the base 2."""

    def sqrt(self, a: Any, /) -> Any:
        """Square root."""


class Scalars:
    """The same on single numbers, without numpy."""

    def where(self, condition: bool, yes: float, no: float) -> float:
        """``yes`` if the condition holds, else ``no``."""
        return yes if condition else no

    def maximum(self, a: float, b: float) -> float:
        """The larger."""
        return max(b, a)

    def minimum(self, a: float, b: float) -> float:
        """The smaller."""
        return min(b, a)

    def log2(self, a: float) -> float:
        """Logarithm to the base 2."""
        return math.log2(a)

    def sqrt(self, a: float) -> float:
        """Square root."""
        return math.sqrt(a)


SCALARS = Scalars()
