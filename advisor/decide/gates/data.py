"""Are there enough good examples? Label quality, number of examples, what a tuning probe showed."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.words import percent, shown

FEW_SHOT_BELOW = 100
PROBE_BELOW = 200
NORMAL_FROM = 500
MANY_SHOT_REQUESTS_PER_DAY = 500
"""Below this a long prompt of demonstrations costs about a dollar a day, less than any GPU. Judgement of this project."""


def _dirty(facts: Facts) -> bool | None:
    return None if facts.label_quality is None else facts.label_quality == "low"


def _uncounted(facts: Facts) -> bool | None:
    return facts.n_examples is None


def _none_at_all(facts: Facts) -> bool | None:
    return None if facts.n_examples is None else facts.n_examples == 0


def _very_few(facts: Facts) -> bool | None:
    return None if facts.n_examples is None else 0 < facts.n_examples < FEW_SHOT_BELOW


def _probe_first(facts: Facts) -> bool | None:
    if facts.n_examples is None:
        return None
    return FEW_SHOT_BELOW <= facts.n_examples < PROBE_BELOW and not _reached(facts)


def _many_shot(facts: Facts) -> bool | None:
    if facts.n_examples is None or facts.volume_per_day is None:
        return None
    middling = PROBE_BELOW <= facts.n_examples < NORMAL_FROM
    return middling and facts.volume_per_day < MANY_SHOT_REQUESTS_PER_DAY and not _reached(facts)


def _reached(facts: Facts) -> bool:
    return None not in (facts.tuned_score, facts.target_score) and (facts.tuned_score or 0) >= (facts.target_score or 0)


def _probe_failed(facts: Facts) -> bool | None:
    if facts.tuned_score is None or facts.prompt_score is None:
        return None
    return facts.tuned_score <= facts.prompt_score


def _probe_reached(facts: Facts) -> bool | None:
    return None if facts.tuned_score is None or facts.target_score is None else _reached(facts)


DIRTY = Gate(
    id="D1.labels",
    test=_dirty,
    inputs=("label_quality",),
    effect="-> not_yet: repair the labels first",
    because=lambda f: f"label quality: {shown(f.label_quality)}",
    source="Meta, fine-tuning series, August 2024 (small clean data beats large dirty data); guide (quality before quantity)",
)
UNCOUNTED = Gate(
    id="D0.uncounted",
    test=_uncounted,
    inputs=("n_examples",),
    effect="-> prompt while the prompt can get better, then not_yet: count the examples",
    because=lambda f: (
        f"{shown(f.n_examples)} examples" if f.n_examples is not None else "nobody has counted the examples yet"
    ),
    source="labelled cases of the evidence table: hiding the number of examples costs a rule set half of its right answers",
)
NONE_AT_ALL = Gate(
    id="D2.none",
    test=_none_at_all,
    inputs=("n_examples",),
    effect="-> prompt while the prompt can get better, then not_yet: collect examples",
    because=lambda f: f"{shown(f.n_examples)} examples to train on or to show",
    source="guide, data preparation; OpenAI, supervised fine-tuning guide (10 at the least)",
)
VERY_FEW = Gate(
    id="D2.few",
    test=_very_few,
    inputs=("n_examples",),
    effect="-> few_shot: use them as demonstrations and collect more",
    because=lambda f: f"{shown(f.n_examples)} examples; tuning is advised from {FEW_SHOT_BELOW}",
    source="guide, stick with prompting (below 100 examples); Mosbach, arXiv:2305.16938",
    other_view="OpenAI sees gains from 50 to 100, T-Few (arXiv:2205.05638) beats few-shot at about 50 per task; LIMA uses 1,000, Azure said thousands (2023)",
)
PROBE_FIRST = Gate(
    id="D2.probe_first",
    test=_probe_first,
    inputs=("n_examples", "tuned_score", "target_score"),
    effect="-> few_shot, until a LoRA probe reaches the target",
    because=lambda f: (
        f"{shown(f.n_examples)} examples; between {FEW_SHOT_BELOW} and {PROBE_BELOW} only a probe can tell; LoRA probe so far: {percent(f.tuned_score)}"
    ),
    source="guide (100 at the least, with caveats); Bucher and Martini, arXiv:2406.08660 (most of the gain by 200 to 500 labels)",
    other_view="OpenAI sees gains from 50 to 100 crafted examples",
)
MANY_SHOT = Gate(
    id="D3.many_shot",
    test=_many_shot,
    inputs=("n_examples", "volume_per_day", "tuned_score", "target_score"),
    effect="-> few_shot with hundreds of demonstrations",
    because=lambda f: (
        f"{shown(f.n_examples)} examples fit into a prompt, and {shown(f.volume_per_day)} requests a day make a long prompt cheap"
    ),
    source="many-shot learning, arXiv:2404.11018 and arXiv:2405.00200 (hundreds of demonstrations can rival tuning)",
    other_view="arXiv:2512.19879: in-context learning levels off with data while tuning goes on gaining",
)
PROBE_FAILED = Gate(
    id="L1.probe_failed",
    test=_probe_failed,
    inputs=("tuned_score", "prompt_score"),
    effect="blocks tuning",
    because=lambda f: f"the LoRA probe scores {percent(f.tuned_score)}, the best prompt {percent(f.prompt_score)}",
    source="learning curve at 50, 100, 200, 400 examples in place of a constant; Grow2 case (tuned 70B 4.2 of 5, a prompt 4.7)",
)
PROBE_REACHED = Gate(
    id="L1.probe_reached",
    test=_probe_reached,
    inputs=("tuned_score", "target_score"),
    effect="speaks for tuning: lifts the caution below 500 examples",
    because=lambda f: f"the LoRA probe scores {percent(f.tuned_score)}, the target is {percent(f.target_score)}",
    source="learning curve at 50, 100, 200, 400 examples in place of a constant",
)
GATES = (DIRTY, UNCOUNTED, NONE_AT_ALL, VERY_FEW, PROBE_FIRST, MANY_SHOT, PROBE_FAILED, PROBE_REACHED)
