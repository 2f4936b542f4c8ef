"""Does the model lack facts, and where should they come from? Size, freshness, citations."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.gates.prompting import new_to_the_model
from advisor.decide.prices import CACHED_USD_PER_TOKEN
from advisor.decide.words import shown

WHOLE_IN_PROMPT_TOKENS = 200_000
"""Anthropic: below 200k tokens (about 500 pages) put it all into the prompt, with caching."""
FRESH_DAYS = 1.0
"""A cached prompt can be made anew once a day."""
CITATIONS_REQUESTS_PER_DAY = 10_000
"""Where citations count as at scale. Judgement of this project."""
WHOLE_PROMPT_USD_PER_DAY = 100.0
"""Above this for reading the cached base, retrieval of a few passages is cheaper. Judgement of this project."""
FORM_FAILURES = ("behaviour", "format")


def _gap(facts: Facts) -> bool | None:
    if facts.failure_mode == "knowledge":
        return True
    if facts.knowledge_need is None:
        return None
    return facts.knowledge_need != "none"


def _base_tokens(facts: Facts) -> int | None:
    """Size of the knowledge base; a base that is needed but has no tokens was not counted."""
    return facts.kb_tokens or None


def _retrieval(facts: Facts) -> bool | None:
    gap = _gap(facts)
    if gap is not True:
        return gap
    size = _base_tokens(facts)
    if size is None or size > WHOLE_IN_PROMPT_TOKENS:
        return True
    return _too_fresh(facts) or _cited_at_scale(facts) or _dear_to_read(facts, size)


def _too_fresh(facts: Facts) -> bool:
    return facts.freshness_days is not None and facts.freshness_days < FRESH_DAYS


def _cited_at_scale(facts: Facts) -> bool:
    return facts.needs_citations is True and (facts.volume_per_day or 0) >= CITATIONS_REQUESTS_PER_DAY


def _dear_to_read(facts: Facts, size: int) -> bool:
    return size * (facts.volume_per_day or 0) * CACHED_USD_PER_TOKEN > WHOLE_PROMPT_USD_PER_DAY


def _whole_base(facts: Facts) -> bool | None:
    gap = _gap(facts)
    return gap if gap is not True else not _retrieval(facts)


def _facts_and_form(facts: Facts) -> bool | None:
    gap = _gap(facts)
    if gap is not True:
        return gap
    if facts.failure_mode is None:
        return None
    return facts.failure_mode in FORM_FAILURES or (facts.failure_mode == "knowledge" and _form_sign(facts))


def _form_sign(facts: Facts) -> bool:
    """Is something besides facts missing, by what is known of form, style and vocabulary?"""
    some = facts.style_gap in ("some", "strong") or facts.domain_gap in ("some", "strong")
    return some or facts.output_format == "custom" or new_to_the_model(facts)


def _base(facts: Facts) -> str:
    size = "of unknown size" if _base_tokens(facts) is None else f"of {shown(facts.kb_tokens)} tokens"
    fresh = "" if facts.freshness_days is None else f", fresh within {shown(facts.freshness_days)} days"
    cited = ", cited" if facts.needs_citations else ""
    need = shown(facts.knowledge_need)
    return f"main failure: {shown(facts.failure_mode)}; {need} knowledge need, base {size}{fresh}{cited}"


_INPUTS = ("failure_mode", "knowledge_need", "kb_tokens", "freshness_days", "needs_citations", "volume_per_day")
RETRIEVAL = Gate(
    id="K1.retrieval",
    test=_retrieval,
    inputs=_INPUTS,
    effect="-> rag",
    because=_base,
    source="Ovadia, arXiv:2312.05934 (retrieval beats tuning for known and new facts); Gekhman, arXiv:2405.05904; Azure, AWS",
    other_view="Checkr: retrieval lowered hard cases from 82 to 79 %; Icelandic correction: tuned 87, with retrieval 83. Compare with and without",
)
WHOLE_BASE = Gate(
    id="K2.whole_base",
    test=_whole_base,
    inputs=_INPUTS,
    effect="-> prompt, with the whole knowledge base cached in it",
    because=_base,
    source="Anthropic, contextual retrieval (below 200k tokens put it all into the prompt; caching up to 90 % cheaper)",
)
FACTS_AND_FORM = Gate(
    id="K3.facts_and_form",
    test=_facts_and_form,
    inputs=(
        "failure_mode",
        "knowledge_need",
        "style_gap",
        "domain_gap",
        "output_format",
        "low_resource_language",
        "task_type",
    ),
    effect="rag becomes rag_lora where the examples allow tuning",
    because=lambda f: (
        f"main failure: {shown(f.failure_mode)}; {shown(f.knowledge_need)} knowledge need; style gap {shown(f.style_gap)}, "
        f"vocabulary gap {shown(f.domain_gap)}, output {shown(f.output_format)}, task type {shown(f.task_type)}"
    ),
    source="agriculture study, arXiv:2401.08406 (tuning +6 points, retrieval +5 on top); Azure graph query example; Meta, August 2024",
    other_view="Icelandic correction: retrieval took 4 points off the tuned model. Keep retrieval as an arm of the comparison",
)
GATES = (RETRIEVAL, WHOLE_BASE, FACTS_AND_FORM)
