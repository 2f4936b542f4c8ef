"""Why a platform is out, what speaks for and against it, and what the catalog does not know of it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.platforms.sheet import Sheet
from advisor.profile import Profile

SKILLS = {"none": 0, "some": 1, "ml": 2}
RULES = {"soc2": "SOC 2", "hipaa": "HIPAA", "gdpr": "GDPR"}
WAIT_SHARE = 0.05
"""Of requests: more than these waiting for a cold start break a 95th percentile."""


def exclusions(profile: Profile, facts: Sheet) -> Iterator[str]:
    """Reasons that put it out; what is unknown puts nothing out."""
    if profile.privacy == "no_egress" and facts.word("own_account") != "yes":
        yield "the data may not leave, and it would run in somebody else's account"
    yield from _elsewhere(profile, facts)
    yield from (
        f"{RULES[rule]} is not to be had there" for rule in profile.compliance or () if facts.word(rule) == "no"
    )
    if short(profile, facts) >= 2:
        yield "nobody in the team could run it: it takes ML engineers"


def short(profile: Profile, facts: Sheet) -> int:
    """By how many steps the team's skill is below what it takes; 0 where either is unknown."""
    needed, have = facts.word("skill"), profile.team_skill
    return max(0, SKILLS[needed] - SKILLS[have]) if needed in SKILLS and have else 0


def _elsewhere(profile: Profile, facts: Sheet) -> Iterator[str]:
    """A place that is known and is none of those where the data may be worked on."""
    where = facts.word("residency")
    if not profile.data_residency or where in (None, "pick", "ask"):
        return
    if not set(where.split(";")) & set(profile.data_residency):
        found = facts.find("residency")
        because = f": {found.note}" if found and found.note else ""
        yield f"the data may be worked on in {', '.join(profile.data_residency)} only{because}"


def warnings(profile: Profile, facts: Sheet) -> Iterator[str]:
    """What to see to before relying on it."""
    if short(profile, facts) == 1:
        yield f"it takes skill '{facts.word('skill')}', the team has '{profile.team_skill}': plan time to learn"
    if profile.privacy == "no_egress" and facts.word("own_account") == "yes":
        yield "the data stays only if your account there, or your machine, counts as inside"
    if profile.data_residency and facts.word("residency") == "ask":
        yield f"ask whether it stays in {', '.join(profile.data_residency)}: by contract only"
    for rule in profile.compliance or ():
        if facts.word(rule) == "agreement":
            found = facts.find(rule)
            yield f"{RULES[rule]} by agreement: {found.note if found and found.note else 'has to be signed'}"


def unknown(profile: Profile, facts: Sheet) -> Iterator[str]:
    """What the profile asks for and nobody has written down."""
    yield from (RULES[rule] for rule in profile.compliance or () if facts.word(rule) is None)
    if profile.data_residency and facts.word("residency") is None:
        yield "where the data is worked on"
