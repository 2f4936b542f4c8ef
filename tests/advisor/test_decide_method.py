"""The ablation that the documentation shows is the one that the code gives."""

from pathlib import Path

from advisor.decide.facts import facts_of
from advisor.decide.gates.registry import ALL
from advisor.decide.rules import choose
from tests.advisor.labelled import cases

METHOD = Path(__file__).parents[2] / "docs" / "decision-method.md"
CASES = cases("public_cases") + cases("evidence_cases")


def test_the_documented_ablation_is_true() -> None:
    text = METHOD.read_text(encoding="utf-8")
    for gate in ALL:
        right = sum(choose(facts_of(case.full), without=frozenset({gate.id})) in case.acceptable for case in CASES)
        assert f"| {gate.id} | {gate.effect} | {right} |" in text, gate.id


def test_the_documented_number_of_cases_is_true() -> None:
    assert f"{len(CASES)} labelled cases" in METHOD.read_text(encoding="utf-8")
