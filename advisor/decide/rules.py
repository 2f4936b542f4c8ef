"""The order of the rules: which gates settle the approach, asked one after the other.

The same function decides the profile, every draw and every flip.
"""

from __future__ import annotations

from collections.abc import Callable

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.gates import benefits, data, economics, feasibility, knowledge, prompting, readiness
from advisor.decide.records import Approach

Says = Callable[[Gate], bool]
"""Asks one gate whether it fires; what is unknown does not."""
TUNING: frozenset[Approach] = frozenset({"lora", "rag_lora", "distill"})

BETTER_PROMPT = (prompting.REASONING, prompting.STRONG_MODEL_TASK, prompting.GENERAL, prompting.SCHEMA)
"""What a stronger model or constrained decoding cures, and no small tuned model does."""


def choose(facts: Facts, *, without: frozenset[str] = frozenset()) -> Approach:
    """The approach for these facts; ``without`` leaves gates out by id, for an ablation."""
    return _route(facts, lambda gate: gate.test(facts) is True and gate.id not in without)


def settle(facts: Facts) -> tuple[Approach, frozenset[str]]:
    """The approach, and the ids of the gates that fired on the way to it."""
    fired: set[str] = set()

    def says(gate: Gate) -> bool:
        yes = gate.test(facts) is True
        if yes:
            fired.add(gate.id)
        return yes

    return _route(facts, says), frozenset(fired)


def _route(facts: Facts, says: Says) -> Approach:
    if any(map(says, readiness.GATES)):
        return "not_yet"
    if says(prompting.TARGET_MET):
        return "prompt"
    if says(economics.CANNOT_PAY) or says(economics.CACHE):
        return _without_tuning(says)
    if says(economics.DISTIL):
        return _without_tuning(says) if _blocked(says) else "distill"
    return _improve(facts, says)


def _improve(facts: Facts, says: Says) -> Approach:
    """The quality is short: facts, form, or neither."""
    if any(map(says, BETTER_PROMPT)):
        return "prompt"
    return _facts_missing(facts, says) if facts.failure_mode == "knowledge" else _form_missing(facts, says)


def _facts_missing(facts: Facts, says: Says) -> Approach:
    """Facts come by retrieval or by the prompt; tuning is added only for form, once the prompt is at its best."""
    return "prompt" if says(knowledge.WHOLE_BASE) else _retrieve(facts, says)


def _form_missing(facts: Facts, says: Says) -> Approach:
    """Behaviour or format fails, or nobody knows yet what fails; facts may be needed besides."""
    return _retrieve(facts, says) if says(knowledge.RETRIEVAL) else _tune(facts, says)


def _retrieve(facts: Facts, says: Says) -> Approach:
    form_too = says(knowledge.RETRIEVAL) and says(knowledge.FACTS_AND_FORM) and _tune(facts, says) == "lora"
    return "rag_lora" if form_too else "rag"


def _tune(facts: Facts, says: Says) -> Approach:
    """Tune where it is possible, the prompt is exhausted and the examples allow it."""
    if _blocked(says):
        return _without_tuning(says)
    by_examples = _by_examples(facts, says)
    own_labels = by_examples == "lora" and (says(benefits.ENOUGH) or says(data.PROBE_REACHED))
    if own_labels or not says(economics.TEACHER):
        return by_examples
    return "distill" if says(economics.TEACHER_TOO_DEAR) else "prompt"


def _by_examples(facts: Facts, says: Says) -> Approach:
    if says(data.DIRTY):
        return "not_yet"
    if says(data.VERY_FEW):
        return "few_shot"
    if says(data.UNCOUNTED) or says(data.NONE_AT_ALL):
        return "not_yet" if facts.prompt_effort == "optimized" else "prompt"
    if _prompt_first(facts, says) or says(data.PROBE_FAILED):
        return "prompt"
    return "few_shot" if says(data.PROBE_FIRST) or says(data.MANY_SHOT) else "lora"


def _prompt_first(facts: Facts, says: Says) -> bool:
    """Is the prompt not exhausted? Unknown effort reads as basic."""
    if says(prompting.NOTHING_TRIED) or says(prompting.FEW_AND_NOT_OPTIMISED):
        return True
    unpolished = facts.prompt_effort is None or says(prompting.NOT_OPTIMISED)
    return unpolished and not says(prompting.BEYOND_AN_OPTIMISER)


def _blocked(says: Says) -> bool:
    return any(map(says, feasibility.BLOCKERS))


def _without_tuning(says: Says) -> Approach:
    """The best that needs no weights: retrieval for facts, demonstrations where there are a few, else a better prompt."""
    if says(knowledge.RETRIEVAL):
        return "rag"
    return "few_shot" if says(data.VERY_FEW) else "prompt"
