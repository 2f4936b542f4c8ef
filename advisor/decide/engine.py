"""The decision: rules for the answer, draws for how sure, bisection for what would change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from advisor.decide.draws import sample
from advisor.decide.facts import Facts, facts_of
from advisor.decide.flips import flips
from advisor.decide.gate import result
from advisor.decide.gates.registry import ALL
from advisor.decide.headline import headline
from advisor.decide.probes import next_probe
from advisor.decide.readings import assumptions
from advisor.decide.records import APPROACHES, Approach, Decision, GateResult
from advisor.decide.rules import choose, settle
from advisor.profile import Profile


def decide(profile: Profile, *, seed: int = 17, draws: int = 400) -> Decision:
    """The whole decision; the same profile and seed give the same answer. Takes tens of milliseconds."""
    facts = facts_of(profile)
    approach, decisive = settle(facts)
    worlds = sample(profile, facts, seed=seed, draws=draws)
    return _decision(facts, approach, decisive, worlds).model_copy(
        update={
            "flips": flips(profile, facts, approach),
            "next_probe": next_probe(profile, facts, approach, worlds, seed=seed),
        }
    )


def quick(profile: Profile, *, seed: int = 17, draws: int = 100) -> Decision:
    """The decision without flips and next probe, for every key press; its probabilities are coarser."""
    facts = facts_of(profile)
    approach, decisive = settle(facts)
    return _decision(facts, approach, decisive, sample(profile, facts, seed=seed, draws=draws))


def trace(facts: Facts, decisive: frozenset[str]) -> tuple[GateResult, ...]:
    """What every gate says, in reading order."""
    return tuple(result(gate, facts, decisive=gate.id in decisive) for gate in ALL)


def _decision(facts: Facts, approach: Approach, decisive: frozenset[str], worlds: Sequence[Facts]) -> Decision:
    shares = _shares(worlds)
    gates = trace(facts, decisive)
    return Decision(
        approach=approach,
        confidence=shares[approach],
        probability_best=shares,
        headline=headline(approach, gates),
        gates=gates,
        flips=(),
        next_probe=None,
        assumptions=assumptions(facts),
    )


def _shares(worlds: Sequence[Facts]) -> dict[Approach, float]:
    """Share of the worlds in which each approach is the rules' answer."""
    counts = Counter(choose(world) for world in worlds)
    return {approach: counts[approach] / len(worlds) for approach in APPROACHES}
