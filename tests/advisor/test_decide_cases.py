"""The labelled cases, with what they say alone and over neutral answers."""

from collections import Counter

import pytest

from advisor.decide import decide
from advisor.decide.facts import facts_of
from advisor.decide.gates.registry import ALL
from advisor.decide.rules import choose
from tests.advisor.labelled import Case, cases

PUBLIC, EVIDENCE = cases("public_cases"), cases("evidence_cases")
BOTH = PUBLIC + EVIDENCE


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case.id)
def test_a_labelled_case_is_decided_acceptably(case: Case) -> None:
    assert decide(case.full).approach in case.acceptable


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case.id)
def test_a_labelled_case_is_decided_acceptably_with_the_unsaid_unknown(case: Case) -> None:
    assert decide(case.sparse).approach in case.acceptable


def test_all_seven_approaches_are_reached() -> None:
    assert Counter(choose(facts_of(case.full)) for case in BOTH).keys() == {
        "prompt", "few_shot", "rag", "lora", "rag_lora", "distill", "not_yet",
    }  # fmt: skip


def test_no_single_gate_is_needed_by_most_cases_and_the_guide_alone_would_fail_many() -> None:
    """An ablation: what leaving one gate out costs. The rules do not hang on one of them."""
    lost = {gate.id: _right(frozenset({gate.id})) for gate in ALL}

    assert _right(frozenset()) == len(BOTH)
    assert min(lost.values()) >= 0.75 * len(BOTH)
    assert sum(right < len(BOTH) for right in lost.values()) >= 12


def _right(without: frozenset[str]) -> int:
    return sum(choose(facts_of(case.full), without=without) in case.acceptable for case in BOTH)
