"""What was not as a reader would expect, in sentences that stand beside the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.compare.pairing import worst_table
from advisor.compare.rows import Rows, answered
from advisor.compare.words import interval_text, percent, points
from advisor.statistics import tango_interval
from harness.protocol import EvaluationPlan

FORMAT_FAILURE = 0.5
"""Share of answers in the right form under which an arm's score says more about form than about skill."""


def deviations_of(plan: EvaluationPlan, arms: Mapping[str, Rows], labels: Mapping[str, str]) -> tuple[str, ...]:
    """All of them, in the order of their weight."""
    baseline, candidate = arms[plan.baseline], arms[plan.candidate]
    parts = (
        _short(plan, baseline),
        _missing(plan, baseline, candidate),
        _better_rival(plan, arms, labels),
        _format(plan, arms, labels),
    )
    return tuple(sentence for part in parts for sentence in part)


def _short(plan: EvaluationPlan, baseline: Rows) -> Iterator[str]:
    if len(baseline) < plan.items:
        yield f"PARTIAL: {len(baseline)} items instead of the {plan.items} registered"


def _missing(plan: EvaluationPlan, baseline: Rows, candidate: Rows) -> Iterator[str]:
    gaps = {plan.baseline: _gaps(baseline), plan.candidate: _gaps(candidate)}
    if not any(gaps.values()):
        return
    both = sum(answered(baseline[item]) and answered(candidate[item]) for item in baseline)
    worst = worst_table(baseline, candidate)
    bound = f"{points(worst.difference)} ({interval_text(tango_interval(worst, alpha=plan.alpha), plan.alpha)})"
    counts = ", ".join(f"{arm} {count}" for arm, count in gaps.items())
    yield (
        f"answers are missing ({counts}): tested on the {both} items that both arms answered; "
        f"with all that is missing held against the candidate the difference is {bound}"
    )


def _better_rival(plan: EvaluationPlan, arms: Mapping[str, Rows], labels: Mapping[str, str]) -> Iterator[str]:
    """The baseline was chosen before the outputs were seen; another arm may turn out to be the better prompt."""
    bar = _score(arms[plan.baseline])
    for arm, rows in sorted(arms.items()):
        if arm not in {plan.baseline, plan.candidate} and _score(rows) > bar:
            named = f"{labels.get(arm, arm)} scored {percent(_score(rows))}"
            yield f"{named}, above the registered baseline's {percent(bar)}: the gain over it is smaller"


def _format(plan: EvaluationPlan, arms: Mapping[str, Rows], labels: Mapping[str, str]) -> Iterator[str]:
    for arm in (plan.baseline, plan.candidate):
        valid = _share(arms[arm], "format_valid")
        if valid < FORMAT_FAILURE:
            yield (
                f"only {percent(valid)} of the answers of {labels.get(arm, arm)} have the right form: "
                "its score tells more about form than about skill"
            )


def _gaps(rows: Rows) -> int:
    return sum(not answered(row) for row in rows.values())


def _score(rows: Rows) -> float:
    return _share(rows, "correct")


def _share(rows: Rows, field: str) -> float:
    known = [getattr(row, field) for row in rows.values() if answered(row)]
    return sum(value is True for value in known) / len(known) if known else 0.0
