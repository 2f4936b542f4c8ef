"""Builds evaluations out of how often which arm was right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from advisor.compare import compare
from advisor.compare.records import Comparison
from advisor.compare.rows import by_arm, recount
from harness import chain
from harness.protocol import EvaluateResult, EvaluationPlan, ItemResult

BASE, TUNED, ZERO = "best_prompt", "tuned", "zero_shot"
LABELS = {BASE: "base, best prompt", TUNED: "tuned (LoRA)", ZERO: "base, zero-shot"}


def row(
    arm: str, index: int, *, right: bool | None, valid: bool | None = True, target: str = "card_arrival"
) -> ItemResult:
    """One answer; ``right`` None is an item that failed."""
    failed = right is None
    output = None if failed else target if right else "something else"
    return ItemResult(
        arm=arm, key=f"{arm}-{index}", item=f"item-{index:05}", index=index, input=f"message {index}", target=target,
        output=output, prediction=output, correct=right, format_valid=None if failed else valid,
        prompt_tokens=40, output_tokens=0 if failed else 4, error="engine died" if failed else None,
    )  # fmt: skip


def paired(*, both: int = 0, only_tuned: int = 0, only_base: int = 0, neither: int = 0) -> list[ItemResult]:
    """Rows of two arms with this paired table."""
    cells = (
        [(True, True)] * both + [(False, True)] * only_tuned + [(True, False)] * only_base + [(False, False)] * neither
    )
    return [
        row(arm, index, right=pair[place])
        for index, pair in enumerate(cells)
        for place, arm in enumerate((BASE, TUNED))
    ]


def result_of(items: Iterable[ItemResult]) -> EvaluateResult:
    """What an evaluation of these rows would record."""
    arms, _ = by_arm(items)
    return EvaluateResult(
        arms=tuple(recount(arm, rows, 12.5) for arm, rows in arms.items()),
        items_path="items.jsonl", items_head="ab" * 32, engine="vllm 0.32.0", peak_memory_gib=2.5,
        machine_hours=0.02, usd=Decimal("0.01"),
    )  # fmt: skip


def plan_for(items: Iterable[ItemResult], **changes: object) -> EvaluationPlan:
    """A plan for as many items as there are."""
    given = {"baseline": BASE, "candidate": TUNED, "items": len({item.item for item in items}), **changes}
    return EvaluationPlan.model_validate(given)


def compared(
    items: list[ItemResult],
    plan: EvaluationPlan | None = None,
    *,
    result: EvaluateResult | None = None,
    sha256: str | None = None,
    value: Decimal | None = None,
    prices: Mapping[str, Decimal | None] | None = None,
) -> Comparison:
    """The comparison of these rows under a plan that was registered as it is, unless told otherwise."""
    chosen = plan or plan_for(items)
    return compare(
        result or result_of(items), items, chosen,
        plan_sha256=sha256 or chain.digest(chosen.model_dump(mode="json")), labels=LABELS,
        value_per_correct_usd=value, usd_per_request=prices, comparison_id="compare-1",
    )  # fmt: skip
