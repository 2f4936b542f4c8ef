"""What would change the decision: for every input the smallest change that gives another approach.

Numbers live on a lattice (whole examples, tenths of a percent, days), so a flip is exact: its value changes the approach and one
step short of it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor, log2
from typing import Any, NamedTuple, get_args

from advisor.decide.facts import NAMES, Facts
from advisor.decide.priors import PRIORS, Choice
from advisor.decide.records import Approach, Flip
from advisor.decide.rules import choose
from advisor.profile import Profile

UNKNOWN_SHOWN = 6
"""Flips shown of inputs that nobody has answered; the known ones are shown completely."""


class Lattice(NamedTuple):
    """The values that a number can take: ``index / per_unit`` between two indices."""

    low: int
    high: int
    per_unit: int = 1

    def value(self, index: int) -> float:
        """The number at an index; whole where the lattice is."""
        return index if self.per_unit == 1 else index / self.per_unit


LATTICES: dict[str, Lattice] = {
    "n_examples": Lattice(0, 10**6),
    "label_agreement": Lattice(-100, 100, 100),
    "eval_items": Lattice(0, 10**5),
    "volume_per_day": Lattice(0, 10**9),
    "tokens_in": Lattice(0, 10**6),
    "tokens_out": Lattice(0, 10**6),
    "cacheable_prefix_tokens": Lattice(0, 10**6),
    "latency_p95_ms": Lattice(1, 10**6),
    "requirement_change_days": Lattice(1, 3650),
    "kb_tokens": Lattice(0, 10**9),
    "freshness_days": Lattice(0, 36500, 10),
    "lead_time_days": Lattice(0, 3650),
    "budget_usd": Lattice(0, 10**6),
    "prompt_score": Lattice(0, 1000, 1000),
    "target_score": Lattice(0, 1000, 1000),
    "tuned_score": Lattice(0, 1000, 1000),
}
"""Day-sized, dollar-sized and item-sized steps; scores in tenths of a percent."""

SIZES = {"score": 0.1, "ordinary": 1.0}


class Change(NamedTuple):
    """A flip with its size: 1 is a doubling, ten points of score, or another answer of a closed set."""

    size: float
    known: bool
    flip: Flip


def flips(profile: Profile, facts: Facts, chosen: Approach) -> tuple[Flip, ...]:
    """The flips, smallest change first, unanswered inputs last."""
    found = [change for name in NAMES for change in _changes(name, profile, facts, chosen)]
    ordered = sorted(found, key=lambda change: (change.size, change.flip.input, str(change.flip.to)))
    known = [change.flip for change in ordered if change.known]
    return (*known, *[change.flip for change in ordered if not change.known][:UNKNOWN_SHOWN])


def _changes(name: str, profile: Profile, facts: Facts, chosen: Approach) -> Iterator[Change]:
    before, value = getattr(profile, name), getattr(facts, name)
    for size, to in _candidates(name, value, lambda new: choose(facts.but_with({name: new})) != chosen):
        approach = choose(facts.but_with({name: to}))
        flip = Flip(
            input=name, from_=value if before is not None and value is not None else before, to=to, approach=approach
        )
        yield Change(size, value is not None, flip)


def _candidates(name: str, value: Any, differs: Callable[[Any], bool]) -> list[tuple[float, Any]]:
    """Sizes and values of the changes of one input that give another approach."""
    if name in LATTICES:
        return _numbers(name, value, differs)
    return [(1.0, option) for option in options(name) if option not in (value, "unknown") and differs(option)]


def options(name: str) -> tuple[Any, ...]:
    """The closed set of a field; nothing for numbers."""
    kind = get_args(Profile.model_fields[name].annotation)[0]
    listed = get_args(kind)
    return (True, False) if bool in (kind, *listed) else tuple(part for part in listed if isinstance(part, str))


def _numbers(name: str, value: float | None, differs: Callable[[Any], bool]) -> list[tuple[float, Any]]:
    if value is None:
        return _from_unknown(name, differs)
    lattice = LATTICES[name]
    found = [_first(lattice, value, direction, differs) for direction in (1, -1)]
    return [(_size(name, value, to), to) for to in found if to is not None]


def _from_unknown(name: str, differs: Callable[[Any], bool]) -> list[tuple[float, Any]]:
    """The answer nearest to the middle of the prior that gives another approach."""
    if name not in PRIORS or isinstance(PRIORS[name].belief, Choice):
        return []
    lattice, middle = LATTICES[name], PRIORS[name].belief.middle()
    middle = lattice.value(round(middle * lattice.per_unit))
    if differs(middle):
        return [(1.0, middle)]
    found = [_first(lattice, middle, direction, differs) for direction in (1, -1)]
    return sorted((1.0 + _size(name, middle, to), to) for to in found if to is not None)[:1]


def _first(lattice: Lattice, value: float, direction: int, differs: Callable[[Any], bool]) -> float | None:
    """The nearest lattice value in one direction that differs: growing steps, then bisection."""
    scaled = round(value * lattice.per_unit, 6)
    same = floor(scaled) if direction > 0 else ceil(scaled)
    while True:
        index = same + direction * max(1, abs(same) // 6)
        index = min(lattice.high, index) if direction > 0 else max(lattice.low, index)
        if (index - same) * direction <= 0:
            return None
        if differs(lattice.value(index)):
            return lattice.value(_bisect(lattice, same, index, differs))
        same = index


def _bisect(lattice: Lattice, same: int, other: int, differs: Callable[[Any], bool]) -> int:
    while abs(other - same) > 1:
        middle = (same + other) // 2
        same, other = (same, middle) if differs(lattice.value(middle)) else (middle, other)
    return other


def _size(name: str, value: float, to: float) -> float:
    """Ten points of a score or of agreement, one doubling of anything else."""
    if name.endswith("_score") or name == "label_agreement":
        return abs(to - value) / 0.1
    return abs(log2((to + 1) / (value + 1)))
