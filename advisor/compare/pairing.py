"""The two arms, item by item, and counted as a paired table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from advisor.compare.records import ItemPair
from advisor.compare.rows import Rows, answered, by_arm
from advisor.statistics import PairedTable
from harness.protocol import ItemResult

Outcome = Literal["fixed", "broken", "both_right", "both_wrong", "missing"]
Judge = Callable[[ItemResult], bool]


def pairs(items: Iterable[ItemResult], baseline: str, candidate: str) -> tuple[ItemPair, ...]:
    """Every item with what each arm answered, in the items' order."""
    arms, _ = by_arm(items)
    everything = {item: row for rows in arms.values() for item, row in rows.items()}
    ordered = sorted(everything.values(), key=lambda row: (row.index, row.item))
    return tuple(_pair(row, arms, baseline, candidate) for row in ordered)


def _pair(row: ItemResult, arms: Mapping[str, Rows], baseline: str, candidate: str) -> ItemPair:
    answers = {arm: rows[row.item] for arm, rows in arms.items() if row.item in rows}
    return ItemPair(
        item=row.item,
        input=row.input,
        target=row.target,
        outputs={arm: answer.output for arm, answer in answers.items()},
        correct={arm: answer.correct for arm, answer in answers.items()},
        outcome=_outcome(answers.get(baseline), answers.get(candidate)),
    )


def _outcome(baseline: ItemResult | None, candidate: ItemResult | None) -> Outcome:
    if baseline is None or candidate is None or not (answered(baseline) and answered(candidate)):
        return "missing"
    if baseline.correct == candidate.correct:
        return "both_right" if candidate.correct else "both_wrong"
    return "fixed" if candidate.correct else "broken"


def table_of(baseline: Rows, candidate: Rows, *, right: Judge) -> PairedTable:
    """Items that both arms answered, counted with the candidate as A, so that differences are gains."""
    judged = [
        (right(candidate[item]), right(baseline[item]))
        for item in baseline
        if answered(baseline[item]) and answered(candidate[item])
    ]
    return _count(judged)


def worst_table(baseline: Rows, candidate: Rows) -> PairedTable:
    """All items, with what is missing held against the candidate: its gaps wrong, the baseline's gaps right."""
    return _count([(candidate[item].correct is True, baseline[item].correct is not False) for item in baseline])


def _count(judged: list[tuple[bool, bool]]) -> PairedTable:
    cells = ((True, True), (True, False), (False, True), (False, False))
    return PairedTable(*(judged.count(cell) for cell in cells))


def is_right(row: ItemResult) -> bool:
    """Whether the answer equals the target."""
    return row.correct is True


def is_well_formed(row: ItemResult) -> bool:
    """Whether the answer has the form that was asked for."""
    return row.format_valid is True
