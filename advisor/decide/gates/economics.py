"""Is the quality there but too dear or too slow? Distillation, and where it cannot pay."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.gates.prompting import RUNNING_COST, shortfall
from advisor.decide.prices import GPU_USD_PER_DAY, strong_model_usd_per_day, uncached_usd_per_day
from advisor.decide.words import dollars, shown

STRONG_MODEL_P95_MS = 1000
"""A large model behind an API seldom answers within a second at the 95th percentile; Checkr's tuned 8B takes 150 to 500 ms."""
CACHED_SHARE = 0.5
CACHED_CARDS = 10
"""Caching settles it when it halves the bill and leaves it below ten cards' rent. Judgement of this project."""


def _too_dear_or_slow(facts: Facts) -> bool | None:
    return None if facts.failure_mode is None else facts.failure_mode in RUNNING_COST


def _quality_is_met(facts: Facts) -> bool:
    """By a teacher, by the prompt, or because cost or latency is all that is reported to fail."""
    gap = shortfall(facts)
    if facts.teacher_reaches_target is True or (gap is not None and gap <= 0):
        return True
    return gap is None and facts.teacher_reaches_target is not False


def _distil(facts: Facts) -> bool | None:
    running = _too_dear_or_slow(facts)
    return running if running is not True else _quality_is_met(facts)


def _cannot_pay(facts: Facts) -> bool | None:
    if facts.failure_mode != "cost" or facts.privacy == "no_egress":
        return None if facts.failure_mode is None else False
    usd = strong_model_usd_per_day(facts)
    return None if usd is None else usd < GPU_USD_PER_DAY


def _caching_suffices(facts: Facts) -> bool | None:
    if facts.failure_mode != "cost" or facts.privacy == "no_egress":
        return None if facts.failure_mode is None else False
    full, cached = uncached_usd_per_day(facts), strong_model_usd_per_day(facts)
    if full is None or cached is None or facts.cacheable_prefix_tokens is None:
        return None
    return cached <= CACHED_SHARE * full and cached <= CACHED_CARDS * GPU_USD_PER_DAY


def _teacher(facts: Facts) -> bool | None:
    return facts.teacher_reaches_target


def _teacher_too_dear(facts: Facts) -> bool | None:
    if not facts.teacher_reaches_target:
        return facts.teacher_reaches_target
    usd = strong_model_usd_per_day(facts)
    slow = facts.latency_p95_ms is not None and facts.latency_p95_ms < STRONG_MODEL_P95_MS
    return slow or facts.privacy == "no_egress" or (usd is not None and usd >= GPU_USD_PER_DAY)


def _daily(facts: Facts) -> str:
    usd = strong_model_usd_per_day(facts)
    cost = "an unknown amount" if usd is None else dollars(usd)
    return (
        f"a strong API model would cost {cost} a day at {shown(facts.volume_per_day)} requests, cached where possible; "
        f"the cheapest always-on card costs {dollars(GPU_USD_PER_DAY)}"
    )


_COST_INPUTS = ("volume_per_day", "tokens_in", "tokens_out", "cacheable_prefix_tokens")
_PRICES = "Claude Sonnet 5.5 $2 in, $10 out, $0.10 cached per 1M tokens (genai-prices 0.2.3, 2026-11); RTX 4090 $0.34 an hour (RunPod, 2026-09-25)"
DISTIL = Gate(
    id="E1.distil",
    test=_distil,
    inputs=("failure_mode", "teacher_reaches_target", "prompt_score", "target_score"),
    effect="-> distill",
    because=lambda f: (
        f"main failure: {shown(f.failure_mode)}; a teacher reaches the target: {shown(f.teacher_reaches_target)}"
    ),
    source="Meta, August 2024 (distillation for cost); Airtrain (-94 % cost); Convirza (10 times cheaper); Checkr (5 times cheaper)",
    other_view="Azure: cost as the main motive is a sign of not being ready",
)
CANNOT_PAY = Gate(
    id="E2.cannot_pay",
    test=_cannot_pay,
    inputs=("failure_mode", "privacy", *_COST_INPUTS),
    effect="blocks tuning: cache, batch or take a smaller model",
    because=lambda f: f"main failure: {shown(f.failure_mode)}; {_daily(f)}",
    source=f"Azure readiness list (cost as main motive); {_PRICES}",
    other_view="a fixed volume threshold is wrong: with a small API model the break-even lies at 148,000 requests a day, with GPT-4o it lay at 6,400",
)
CACHE = Gate(
    id="E2.cache",
    test=_caching_suffices,
    inputs=("failure_mode", "privacy", *_COST_INPUTS),
    effect="blocks tuning: cache the prefix",
    because=lambda f: (
        f"main failure: {shown(f.failure_mode)}; {shown(f.cacheable_prefix_tokens)} of {shown(f.tokens_in)} tokens can be cached; {_daily(f)}"
    ),
    source=f"Anthropic, prompt caching (up to 90 % cheaper); {_PRICES}",
    other_view="Indeed: a tuned model needs 60 % fewer tokens, because the instructions move into the weights",
)
TEACHER = Gate(
    id="E3.teacher",
    test=_teacher,
    inputs=("teacher_reaches_target",),
    effect="-> prompt with the stronger model while examples are few",
    because=lambda f: (
        "a stronger model reaches the target" if f.teacher_reaches_target else "no stronger model reaches the target"
    ),
    source="guide, performance needs; evidence table, probe 4 (stronger-model ceiling)",
)
TEACHER_TOO_DEAR = Gate(
    id="E3.teacher_too_dear",
    test=_teacher_too_dear,
    inputs=("teacher_reaches_target", "latency_p95_ms", "privacy", *_COST_INPUTS),
    effect="-> distill while examples are few: the teacher writes the labels",
    because=lambda f: (
        f"a stronger model reaches the target: {shown(f.teacher_reaches_target)}; {_daily(f)}; p95 limit {shown(f.latency_p95_ms)} ms; privacy: {shown(f.privacy)}"
    ),
    source=f"Meta, August 2024 (distillation for cost); {_PRICES}",
)
GATES = (DISTIL, CANNOT_PAY, CACHE, TEACHER, TEACHER_TOO_DEAR)
