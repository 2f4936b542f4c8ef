"""What a verdict means to the shell."""

from __future__ import annotations

from advisor.compare.records import Verdict

CODES: dict[Verdict, int] = {"SHIP": 0, "SHIP_CHEAPER": 0, "KEEP": 0, "INVALID": 1, "NOT_ENOUGH_DATA": 3}


def exit_code(verdict: Verdict) -> int:
    """0 for an answer, 1 where the comparison does not hold, 3 where more items are needed."""
    return CODES[verdict]
