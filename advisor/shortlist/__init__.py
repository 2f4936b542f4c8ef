"""Which models come into question for a profile, and why the others do not."""

from __future__ import annotations

from advisor.shortlist.money import monthly_usd, usd_per_request
from advisor.shortlist.rank import shortlist
from advisor.shortlist.records import DEFAULT, Candidate, Exclusion, Hosting, Shortlist, Weights
from advisor.shortlist.tunable import best_to_tune

__all__ = [
    "DEFAULT",
    "Candidate",
    "Exclusion",
    "Hosting",
    "Shortlist",
    "Weights",
    "best_to_tune",
    "monthly_usd",
    "shortlist",
    "usd_per_request",
]
