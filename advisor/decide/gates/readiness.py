"""Can anything be judged yet? Metric, evaluation items, agreement of the labellers."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate

MIN_EVAL_ITEMS = 30
"""Admits a run; a verdict needs a power calculation. Judgement of this project."""
MIN_AGREEMENT = 0.4
"""Krippendorff's alpha below which labels carry too little signal. Judgement of this project."""
IMPLIES_A_METRIC = ("prompt_score", "target_score", "failure_mode", "teacher_reaches_target")


def _metric_unknown(facts: Facts) -> bool | None:
    """Who knows a score, a target, how it fails or what a teacher reaches has a measure, so it need not be asked again."""
    if facts.metric_defined is not None:
        return False
    return all(getattr(facts, name) is None for name in IMPLIES_A_METRIC)


def _metric_missing(facts: Facts) -> bool | None:
    return None if facts.metric_defined is None else not facts.metric_defined


def _too_few_items(facts: Facts) -> bool | None:
    return None if facts.eval_items is None else facts.eval_items < MIN_EVAL_ITEMS


def _labellers_disagree(facts: Facts) -> bool | None:
    return None if facts.label_agreement is None else facts.label_agreement < MIN_AGREEMENT


METRIC_UNKNOWN = Gate(
    id="G0.metric_unknown",
    test=_metric_unknown,
    inputs=("metric_defined", *IMPLIES_A_METRIC),
    effect="-> not_yet, until it is answered",
    because=lambda f: (
        "nobody has said whether a metric is defined, and without one no later answer can be checked"
        if _metric_unknown(f)
        else "whether a metric is defined is known, or follows from the other answers"
    ),
    source="OpenAI, supervised fine-tuning guide: evaluations come before tuning",
)
METRIC_MISSING = Gate(
    id="G0.metric",
    test=_metric_missing,
    inputs=("metric_defined",),
    effect="-> not_yet",
    because=lambda f: "a metric is defined" if f.metric_defined else "no metric is defined, so success cannot be told",
    source="OpenAI, supervised fine-tuning guide; Husain (no evaluation harness, no effective tuning); Azure readiness list; guide, checklist 1",
)
TOO_FEW_ITEMS = Gate(
    id="G0.eval_items",
    test=_too_few_items,
    inputs=("eval_items",),
    effect="-> not_yet",
    because=lambda f: f"{f.eval_items} held-out items; at least {MIN_EVAL_ITEMS} are needed to compare anything",
    source="guide, checklist 3; OpenAI, supervised fine-tuning guide; the number 30 is this project's judgement",
    other_view="30 items only admit a run: a difference of 3 points needs several hundred (Miller 2024, power calculation)",
)
LABELLERS_DISAGREE = Gate(
    id="D1.agreement",
    test=_labellers_disagree,
    inputs=("label_agreement",),
    effect="-> not_yet",
    because=lambda f: (
        f"labellers agree with alpha {f.label_agreement:g}; below {MIN_AGREEMENT} the labels decide nothing"
    ),
    source="Meta, fine-tuning series, August 2024 (small clean data beats large dirty data); the limit 0.4 is this project's judgement",
)
GATES = (METRIC_UNKNOWN, METRIC_MISSING, TOO_FEW_ITEMS, LABELLERS_DISAGREE)
