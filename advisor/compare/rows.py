"""The per-item results, sorted into arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.protocol import ArmScore, ItemResult

Rows = Mapping[str, ItemResult]
"""Item id to what one arm answered."""


def by_arm(items: Iterable[ItemResult]) -> tuple[dict[str, dict[str, ItemResult]], list[str]]:
    """Results by arm and item in the order of the items, and a fault for each item that an arm answered twice."""
    arms: dict[str, dict[str, ItemResult]] = {}
    faults: list[str] = []
    for row in sorted(items, key=lambda item: item.index):
        rows = arms.setdefault(row.arm, {})
        if row.item in rows:
            faults.append(f"arm {row.arm} holds item {row.item} twice")
        rows[row.item] = row
    return arms, faults


def recount(arm: str, rows: Rows, seconds: float) -> ArmScore:
    """The score that these rows add up to; seconds are not in the rows and taken over."""
    return ArmScore(
        arm=arm,
        items=len(rows),
        correct=sum(row.correct is True for row in rows.values()),
        format_valid=sum(row.format_valid is True for row in rows.values()),
        errors=sum(not answered(row) for row in rows.values()),
        seconds=seconds,
        prompt_tokens=sum(row.prompt_tokens for row in rows.values()),
        output_tokens=sum(row.output_tokens for row in rows.values()),
    )


def answered(row: ItemResult) -> bool:
    """Whether there is an output that could be scored."""
    return row.output is not None and row.correct is not None
