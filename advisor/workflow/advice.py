"""Decision and shortlist on the catalog of the day."""

from __future__ import annotations

from datetime import date

from advisor.decide import decide
from advisor.profile import Profile
from advisor.shortlist import shortlist
from advisor.workflow.facts import load_catalog
from advisor.workflow.records import Advice


def advise(profile: Profile, *, today: date) -> Advice:
    """What to do, with which models, and why."""
    decision = decide(profile)
    models = shortlist(profile, load_catalog(), today=today, approach=decision.approach)
    return Advice(decision=decision, shortlist=models)
