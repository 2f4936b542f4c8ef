"""What a plan takes for granted where the profile is silent: each with its range, source and date.

Values are marked by where they come from: the guide, a measurement, or a judgement that anyone may replace by an
answer in the profile.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from advisor.plan.records import Span

AS_OF = date(2026, 11, 23)
GUIDE = "the guide: 500 to 5,000 examples recommended, 2 to 5 epochs"
JUDGEMENT = "judgement, to be replaced by your own number"


class Taken(NamedTuple):
    """A range and its source."""

    span: Span
    source: str


def _taken(low: float, expected: float, high: float, source: str = JUDGEMENT) -> Taken:
    return Taken(Span(low=low, expected=expected, high=high), source)


RECOMMENDED_EXAMPLES = 500
EXAMPLES = _taken(500, 1500, 5000, GUIDE)
EPOCHS = _taken(2, 3, 5, GUIDE)
TOKENS_PER_EXAMPLE = _taken(150, 400, 1500)
TOKENS_IN = _taken(100, 400, 2000)
TOKENS_OUT = _taken(10, 120, 600)
EVAL_ITEMS = _taken(200, 500, 1000)
START_UP_HOURS = _taken(0.05, 0.15, 0.5)
DOWNLOAD_GB_S = _taken(0.05, 0.2, 0.8)
CHECKPOINT_SHARE = _taken(0.01, 0.03, 0.08)
EXTRA_RUNS = _taken(0, 1, 3)
ENGINE_START_HOURS = _taken(0.02, 0.05, 0.15)
PEOPLE_HOURS: dict[str | None, Taken] = {
    "ml": _taken(8, 24, 60),
    "some": _taken(24, 60, 120),
    "none": _taken(60, 120, 240),
    None: _taken(8, 60, 240),
}
"""By the team's skill; once."""
UPKEEP_HOURS = _taken(2, 6, 16)
"""A month: watching quality, new data, dependencies."""
LORA_RANK = 16
LOAD_SHARE = 0.5
"""Of an engine's rate that a day's traffic can use: requests do not come evenly."""
CONCURRENCY = 32
FIT_MARGIN = 1.15
"""The expected peak times this must fit."""
