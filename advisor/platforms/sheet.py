"""What the catalog knows of one platform, asked by fact and mode."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from catalog.records import Offer, PlatformFact
from harness.protocol import Range as Span


class Sheet(NamedTuple):
    """The facts of one platform."""

    facts: tuple[PlatformFact, ...]

    def find(self, fact: str, mode: str | None = None) -> PlatformFact | None:
        """The fact of a mode, else the one that holds for all modes; None is unknown."""
        found = [one for one in self.facts if one.fact == fact and one.mode in (mode, None)]
        return max(found, key=lambda one: one.mode is not None, default=None)

    def word(self, fact: str, mode: str | None = None) -> str | None:
        """The fact as a word."""
        found = self.find(fact, mode)
        return found.text if found else None

    def span(self, fact: str, mode: str | None = None) -> Span | None:
        """The fact as a range, its middle the geometric mean, or half the upper bound where the lower is zero."""
        found = self.find(fact, mode)
        if found is None or found.low is None or found.high is None:
            return None
        return between(found.low, found.high)

    @property
    def modes(self) -> tuple[str, ...]:
        """Ways of renting machines there, in the order of the file."""
        return tuple(one.mode for one in self.facts if one.fact == "offers" and one.mode)

    def sells(self, offer: Offer, mode: str) -> bool:
        """Whether an offer of the catalog is one of this mode: ``provider/product``, with ``*`` for any product."""
        pairs = (self.word("offers", mode) or "").split(";")
        return any(pair in (f"{offer.provider}/{offer.product}", f"{offer.provider}/*") for pair in pairs)


def sheet(platform: str, facts: Iterable[PlatformFact]) -> Sheet:
    """The facts of a platform."""
    return Sheet(tuple(one for one in facts if one.platform == platform))


def between(low: Decimal, high: Decimal) -> Span:
    """A range between two bounds."""
    middle = float(low * high) ** 0.5 if low > 0 else float(high) / 2
    return Span(low=float(low), expected=min(max(middle, float(low)), float(high)), high=float(high))
