"""What is known of each platform, fact by fact, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from advisor.platforms.sheet import sheet
from advisor.platforms.text import wrapped
from catalog.records import Platform, PlatformFact

ASKED = ("setup_minutes", "skill", "residency", "soc2", "hipaa", "gdpr", "scalability")
"""What is said to be unknown where nobody has written it down."""
LEGEND = "~ recalled or judgement, ? unknown. `--for PROFILE` compares for your traffic."


def facts_text(platforms: Iterable[Platform], facts: Iterable[PlatformFact]) -> str:
    """Every platform with its facts, their source and date."""
    known = tuple(facts)
    lines = [line for platform in platforms for line in _platform(platform, known)]
    return "\n".join([*lines, LEGEND])


def _platform(platform: Platform, facts: tuple[PlatformFact, ...]) -> Iterator[str]:
    own = sheet(platform.id, facts)
    yield from wrapped("", f"{platform.name} ({platform.id}): {', '.join(platform.kinds)}")
    words = {"paid": platform.cost_basis, "goes to zero": platform.scale_to_zero, "adapters": platform.lora_serving}
    for name, said in words.items():
        yield from wrapped(f"  {name:<14} ", said)
    yield from wrapped("  source         ", f"{platform.source} ({platform.as_of}, {platform.confidence})")
    for fact in own.facts:
        yield from wrapped(f"  {'~' if fact.recalled else ' '} ", _fact(fact))
    missing = [name for name in ASKED if own.find(name) is None]
    if missing:
        yield from wrapped("  ? ", f"unknown: {', '.join(missing)}")
    yield ""


def _fact(fact: PlatformFact) -> str:
    where = f" ({fact.mode})" if fact.mode else ""
    note = f"; {fact.note}" if fact.note else ""
    return f"{fact.fact}{where}: {_value(fact)}{note} [{fact.source}, {fact.as_of}]"


def _value(fact: PlatformFact) -> str:
    if fact.low is None or fact.high is None:
        return fact.text or "?"
    return plain(fact.low) if fact.low == fact.high else f"{plain(fact.low)} to {plain(fact.high)}"


def plain(amount: Decimal) -> str:
    """Digits without an exponent."""
    return f"{amount:f}"
