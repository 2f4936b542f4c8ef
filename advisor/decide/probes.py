"""The cheapest next thing to learn: which probe has the best chance, per dollar, to change the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from advisor.decide.facts import Facts
from advisor.decide.gates import readiness
from advisor.decide.prices import STRONG_USD_PER_M_IN, STRONG_USD_PER_M_OUT, TYPICAL_TOKENS_IN, TYPICAL_TOKENS_OUT
from advisor.decide.records import Approach, Probe
from advisor.decide.rules import choose
from advisor.decide.words import dollars
from advisor.profile import Profile

ENGINEER_USD_PER_HOUR = 75.0
"""Read where the profile does not say. Judgement of this project."""
WORTH_SHOWING = 0.02
"""A chance to change the decision below this is noise of the draws."""
OPTIMISER_GAIN = (0.0, 0.08, 0.20)
"""Points: least, usual, best. GEPA, arXiv:2507.19457: 6 to 10 on average, up to 20."""
TUNING_GAIN = (-0.03, 0.12, 0.35)
"""Points over the best prompt: LoRA Land +10 over GPT-4 on average, +34 over the base; Grow2 lost to a prompt."""

Outcome = Callable[[Facts, Facts, Random], dict[str, Any]]
"""What a probe would put into the profile, given the facts at hand and one possible world."""


@dataclass(frozen=True, kw_only=True)
class ProbeKind:
    """One cheap experiment."""

    id: str
    learns: str
    why: str
    hours: float
    outcome: Outcome
    applies: Callable[[Facts], bool]
    requests: int = 0
    """Requests to a model that it takes."""
    usd: float = 0.0
    """Other cash."""
    cash_basis: str = ""


def _reveal(*names: str) -> Outcome:
    return lambda _facts, world, _rng: {name: getattr(world, name) for name in names}


def _oracle(facts: Facts, world: Facts, _rng: Random) -> dict[str, Any]:
    """Given the right passage the answer is right: facts were missing. Otherwise they were not."""
    if world.failure_mode == "knowledge":
        return {"failure_mode": "knowledge"}
    return {"failure_mode": "behaviour"} if facts.failure_mode == "knowledge" else {}


def _schema(_facts: Facts, world: Facts, _rng: Random) -> dict[str, Any]:
    """A schema removes the failure only if the format failed and a schema can express it."""
    cured = world.failure_mode == "format" and world.output_format == "json_schema"
    return {"failure_mode": "format", "output_format": "json_schema"} if cured else {}


def _optimiser(facts: Facts, world: Facts, rng: Random) -> dict[str, Any]:
    low, usual, high = OPTIMISER_GAIN
    score = facts.prompt_score if facts.prompt_score is not None else world.prompt_score or 0.0
    return {"prompt_effort": "optimized", "prompt_score": min(1.0, score + rng.triangular(low, high, usual))}


def _curve(facts: Facts, world: Facts, rng: Random) -> dict[str, Any]:
    low, usual, high = TUNING_GAIN
    score = facts.prompt_score if facts.prompt_score is not None else world.prompt_score or 0.0
    return {"prompt_score": score, "tuned_score": min(1.0, max(0.0, score + rng.triangular(low, high, usual)))}


def _bench(facts: Facts, _world: Facts, rng: Random) -> dict[str, Any]:
    """A limit under a second is missed more often than not, a generous one seldom."""
    missed = rng.random() < (0.5 if (facts.latency_p95_ms or 0) < 1000 else 0.1)
    return {"failure_mode": "latency"} if missed else {}


def _measurable(facts: Facts) -> bool:
    return not any(gate.test(facts) is True for gate in readiness.GATES[:3])


def _has_examples(facts: Facts) -> bool:
    return _measurable(facts) and (facts.n_examples or 0) >= 50 and facts.weights_allowed is not False


KINDS: tuple[ProbeKind, ...] = (
    ProbeKind(
        id="metric", learns="metric_defined", hours=4.0, applies=lambda f: not _measurable(f),
        why="Write down the metric, the target and 30 held-out items: until then nothing else can be judged.",
        outcome=lambda _f, _w, _r: {"metric_defined": True, "eval_items": readiness.MIN_EVAL_ITEMS},
    ),
    ProbeKind(
        id="failures", learns="failure_mode", hours=2.0, applies=_measurable,
        why="Label 30 failures by cause: facts, behaviour, format, reasoning, cost or latency.",
        outcome=_reveal("failure_mode"),
    ),
    ProbeKind(
        id="count", learns="n_examples", hours=0.5, applies=lambda f: _measurable(f) and f.n_examples is None,
        why="Count the labelled examples that may be trained on.", outcome=_reveal("n_examples"),
    ),
    ProbeKind(
        id="best_prompt", learns="prompt_score", hours=2.0, requests=200,
        applies=lambda f: _measurable(f) and f.prompt_score is None,
        why="Score the best prompt so far on the held-out items.", outcome=_reveal("prompt_score"),
    ),
    ProbeKind(
        id="oracle", learns="failure_mode", hours=2.0, requests=100, applies=_measurable,
        why="Give the model the right passage: a jump means that facts are missing, none means that they are not.",
        outcome=_oracle,
    ),
    ProbeKind(
        id="schema", learns="output_format", hours=1.0, requests=100,
        applies=lambda f: _measurable(f) and f.output_format != "free" and f.failure_mode in (None, "format"),
        why="Run again with decoding held to a schema: what fails after that is not syntax.", outcome=_schema,
    ),
    ProbeKind(
        id="ceiling", learns="teacher_reaches_target", hours=1.0, requests=100, applies=_measurable,
        why="Run the same items on a stronger model: is the target within reach of any prompt?",
        outcome=_reveal("teacher_reaches_target"),
    ),
    ProbeKind(
        id="optimiser", learns="prompt_score", hours=3.0, requests=2000,
        applies=lambda f: _measurable(f) and f.prompt_effort != "optimized",
        why="Let a prompt optimiser work on the prompt: it adds 6 to 10 points on average.", outcome=_optimiser,
    ),
    ProbeKind(
        id="agreement", learns="label_agreement", hours=4.0, applies=lambda f: _measurable(f) and f.n_examples != 0,
        why="Have 50 examples labelled a second time: do the labels agree?", outcome=_reveal("label_agreement", "label_quality"),
    ),
    ProbeKind(
        id="curve", learns="tuned_score", hours=4.0, usd=0.68, applies=_has_examples,
        cash_basis="2 hours of an RTX 4090 at $0.34 (RunPod, 2026-09-25)",
        why="Tune a 1-3B model on 50, 100, 200 and 400 examples: does the curve climb towards the target?", outcome=_curve,
    ),
    ProbeKind(
        id="bench", learns="failure_mode", hours=0.5, usd=0.17,
        applies=lambda f: _measurable(f) and f.latency_p95_ms is not None and f.failure_mode not in ("latency", "cost"),
        cash_basis="half an hour of an RTX 4090 at $0.34 (RunPod, 2026-09-25)",
        why="Measure latency and cost for 15 minutes at the real request rate.", outcome=_bench,
    ),
)  # fmt: skip


def next_probe(profile: Profile, facts: Facts, chosen: Approach, worlds: list[Facts], *, seed: int) -> Probe | None:
    """The probe with the best chance per dollar to change the approach; None when none is worth its noise."""
    priced = [_priced(kind, profile, facts, chosen, worlds, seed) for kind in KINDS if kind.applies(facts)]
    worth = [probe for probe in priced if probe.chance_to_change >= WORTH_SHOWING]
    return max(worth, key=lambda probe: probe.chance_to_change / max(probe.usd or 0.0, 1.0), default=None)


def _priced(kind: ProbeKind, profile: Profile, facts: Facts, chosen: Approach, worlds: list[Facts], seed: int) -> Probe:
    rate = ENGINEER_USD_PER_HOUR if profile.engineer_usd_per_hour is None else float(profile.engineer_usd_per_hour)
    api = 0.0 if facts.privacy == "no_egress" else kind.requests * _request_usd(facts)
    return Probe(
        id=kind.id,
        learns=kind.learns,
        why=kind.why,
        hours=kind.hours,
        usd=round(kind.hours * rate + api + kind.usd, 2),
        chance_to_change=round(_chance(kind, facts, chosen, worlds, seed), 3),
        cost_basis=_basis(kind, rate, api, stated=profile.engineer_usd_per_hour is not None),
    )


def _chance(kind: ProbeKind, facts: Facts, chosen: Approach, worlds: list[Facts], seed: int) -> float:
    """Share of the worlds in which the probe's result, put into the profile, gives another approach."""
    rng = Random(seed)  # noqa: S311  # a simulation, no secret
    seen: Counter[tuple[tuple[str, Any], ...]] = Counter(
        tuple((name, _rounded(value)) for name, value in kind.outcome(facts, world, rng).items()) for world in worlds
    )
    changed = sum(times for result, times in seen.items() if choose(facts.but_with(dict(result))) != chosen)
    return changed / len(worlds) if worlds else 0.0


def _rounded(value: Any) -> Any:
    """A result as a report gives it: scores in whole points, so that equal results are decided once."""
    return round(value, 2) if isinstance(value, float) else value


def _request_usd(facts: Facts) -> float:
    tokens_in = TYPICAL_TOKENS_IN if facts.tokens_in is None else facts.tokens_in
    tokens_out = TYPICAL_TOKENS_OUT if facts.tokens_out is None else facts.tokens_out
    return (tokens_in * STRONG_USD_PER_M_IN + tokens_out * STRONG_USD_PER_M_OUT) / 1e6


def _basis(kind: ProbeKind, rate: float, api: float, *, stated: bool) -> str:
    people = f"{kind.hours:g} h of work at {dollars(rate)} an hour ({'stated' if stated else 'assumed'})"
    calls = (
        f"{kind.requests} requests to Claude Sonnet 5.5, {dollars(api)} (genai-prices 0.2.3, 2026-11)" if api else ""
    )
    return "; ".join(part for part in (people, calls, kind.cash_basis) if part)
