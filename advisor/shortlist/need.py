"""What a profile asks of a model."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from advisor.decide.records import Approach
from advisor.profile import Profile
from advisor.shortlist.hosting import Load

TUNED: frozenset[Approach] = frozenset({"lora", "rag_lora", "distill"})
DEFAULT_HORIZON_MONTHS = 12.0
"""How far ahead a choice is made where the profile does not say; judgement."""
DAYS_PER_MONTH = 365 / 12


class Need(NamedTuple):
    """The profile's side of each constraint; None is unknown and excludes nothing."""

    profile: Profile
    today: date
    tuned: bool
    languages: tuple[str, ...]
    """Lower-case primary codes."""
    context_tokens: int | None
    horizon_end: date

    @property
    def load(self) -> Load:
        """What would have to be served."""
        asked = self.profile
        return Load(
            asked.volume_per_day,
            asked.tokens_in,
            asked.tokens_out,
            self.context_tokens,
            private=asked.privacy == "no_egress",
            today=self.today,
        )


def need(profile: Profile, *, today: date, approach: Approach) -> Need:
    """Read the profile as a need."""
    months = profile.horizon_months or DEFAULT_HORIZON_MONTHS
    return Need(
        profile=profile,
        today=today,
        tuned=approach in TUNED,
        languages=tuple(dict.fromkeys(primary(code) for code in profile.languages or () if code.strip())),
        context_tokens=context(profile),
        horizon_end=today + timedelta(days=months * DAYS_PER_MONTH),
    )


def primary(code: str) -> str:
    """``zh-CN`` and ``zh_Hans`` are ``zh``."""
    return code.strip().lower().replace("_", "-").partition("-")[0]


def context(profile: Profile) -> int | None:
    """The longest context that is known to be needed."""
    request = (profile.tokens_in or 0) + (profile.tokens_out or 0)
    return max(profile.context_tokens or 0, request) or None
