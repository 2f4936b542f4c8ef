"""Five items side by side, chosen by a rule that was fixed before anybody saw them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.compare.records import ItemPair
from advisor.report.facts import EvaluationFacts, ReportFacts
from advisor.report.records import Answer, Card, Cards, Paragraph, Section, Tone
from advisor.report.untrusted import clean

SHOWN = 5
WANTED: tuple[str, ...] = ("fixed", "fixed", "broken", "both_wrong", "both_right")
OUTCOMES: dict[str, tuple[str, Tone]] = {
    "fixed": ("Fixed by tuning", "good"),
    "broken": ("Broken by tuning", "bad"),
    "both_wrong": ("Both wrong", "warning"),
    "both_right": ("Both right", "neutral"),
    "missing": ("An answer is missing", "warning"),
}
RULE = (
    "Chosen by a fixed rule, in the order of the test items: the first two that tuning fixed, the first that it broke, "
    "the first that both got wrong, the first that both got right. A kind without items gives its place to the next item."
)


def items_section(facts: ReportFacts) -> Section | None:
    """The cards; None without an evaluation."""
    evaluation = facts.evaluation
    if evaluation is None or not evaluation.items:
        return None
    cards = Cards(cards=tuple(_card(pair, evaluation) for pair in chosen(evaluation.items)))
    return Section(id="items", title="Five items, side by side", blocks=(Paragraph(line=(RULE,), role="note"), cards))


def chosen(pairs: Iterable[ItemPair]) -> tuple[ItemPair, ...]:
    """Five items by the rule; fewer where there are fewer."""
    left, picked = list(pairs), list[ItemPair]()
    for outcome in WANTED:
        found = next((pair for pair in left if pair.outcome == outcome), None)
        if found is not None:
            left.remove(found)
            picked.append(found)
    return (*picked, *left[: SHOWN - len(picked)])


def _card(pair: ItemPair, evaluation: EvaluationFacts) -> Card:
    outcome, tone = OUTCOMES[pair.outcome]
    return Card(
        outcome=outcome,
        tone=tone,
        item=clean(pair.item, longest=80),
        input=clean(pair.input),
        target=clean(pair.target),
        answers=tuple(_answers(pair, _labels(evaluation))),
    )


def _answers(pair: ItemPair, labels: Mapping[str, str]) -> Iterable[Answer]:
    for arm in sorted(pair.outputs, key=lambda name: list(labels).index(name) if name in labels else len(labels)):
        text = pair.outputs[arm]
        yield Answer(
            label=labels.get(arm, arm), text=None if text is None else clean(text), right=pair.correct.get(arm)
        )


def _labels(evaluation: EvaluationFacts) -> dict[str, str]:
    return {arm.arm: arm.label for arm in evaluation.comparison.arms}
