"""Decision and shortlist on the catalog of the day."""

from __future__ import annotations

from datetime import date

from advisor.decide import decide
from advisor.profile import Profile
from advisor.shortlist import shortlist
from advisor.workflow.facts import load_catalog
from advisor.workflow.records import Advice
from catalog.load import Catalog


def advise(profile: Profile, *, today: date, catalog: Catalog | None = None) -> Advice:
    """What to do, with which models, and why; on the facts of the package unless others are given."""
    decision = decide(profile)
    models = shortlist(profile, catalog or load_catalog(), today=today, approach=decision.approach)
    return Advice(decision=decision, shortlist=models)
