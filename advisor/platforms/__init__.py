"""Where to serve the model: platforms compared for a profile's traffic, skills, compliance and data residency."""

from __future__ import annotations

from advisor.platforms.choose import choose
from advisor.platforms.records import Comparison, Flip, Part, PlatformChoice, Way

__all__ = ["Comparison", "Flip", "Part", "PlatformChoice", "Way", "choose"]
