"""What the guide and the evidence name as good uses of tuning; they support a verdict, and lower none of its hurdles."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.words import shown

NARROW_TASKS = ("classification", "routing", "extraction")
MANY_TASKS = 5
"""From here on adapters that share one base spread its hosting cost. Judgement of this project."""


def _vocabulary(facts: Facts) -> bool | None:
    if facts.low_resource_language:
        return True
    return None if facts.domain_gap is None else facts.domain_gap != "none"


def _format(facts: Facts) -> bool | None:
    return None if facts.output_format is None else facts.output_format == "custom"


def _style(facts: Facts) -> bool | None:
    return None if facts.style_gap is None else facts.style_gap != "none"


def _narrow(facts: Facts) -> bool | None:
    return None if facts.task_type is None else facts.task_type in NARROW_TASKS


def _enough(facts: Facts) -> bool | None:
    return None if facts.n_examples is None else facts.n_examples >= 500


def _many_tasks(facts: Facts) -> bool | None:
    return None if facts.n_tasks is None else facts.n_tasks >= MANY_TASKS


VOCABULARY = Gate(
    id="B1.vocabulary",
    test=_vocabulary,
    inputs=("domain_gap", "low_resource_language"),
    effect="speaks for tuning",
    because=lambda f: f"vocabulary gap: {shown(f.domain_gap)}; low-resource language: {shown(f.low_resource_language)}",
    source="guide, use cases that benefit; Icelandic correction with 1,000 pairs: 62 zero-shot, 70 with 3 shots, 87 tuned (OpenAI)",
)
FORMAT = Gate(
    id="B2.format",
    test=_format,
    inputs=("output_format",),
    effect="speaks for tuning",
    because=lambda f: (
        f"output format: {shown(f.output_format)}; decoding cannot enforce a format that no schema expresses"
    ),
    source="guide, use cases that benefit; Anyscale, tuned 13B on form: 58 to 98 %; Honeycomb and ReChat (Husain)",
)
STYLE = Gate(
    id="B3.style",
    test=_style,
    inputs=("style_gap",),
    effect="speaks for tuning",
    because=lambda f: f"style gap: {shown(f.style_gap)}",
    source="guide, use cases that benefit; Meta, August 2024 (style and format); Husain (tuning teaches style)",
)
NARROW = Gate(
    id="B4.narrow_task",
    test=_narrow,
    inputs=("task_type",),
    effect="speaks for tuning",
    because=lambda f: f"task type: {shown(f.task_type)}",
    source="guide, use cases that benefit; LoRA Land, arXiv:2405.00732: +34 points over the base on narrow tasks (written by a vendor); Bucher and Martini, arXiv:2406.08660",
    other_view="Bucher and Martini compare with zero-shot prompts only, a weak baseline",
)
ENOUGH = Gate(
    id="B5.examples",
    test=_enough,
    inputs=("n_examples",),
    effect="speaks for tuning",
    because=lambda f: f"{shown(f.n_examples)} examples; 500 to 5,000 are recommended",
    source="guide, data preparation; LIMA (1,000)",
    other_view="minimum data is disputed: 10 to 100 (OpenAI), 50 (T-Few), 200 to 500 (Bucher and Martini), thousands (Azure 2023)",
)
MANY_TASKS_GATE = Gate(
    id="B6.many_tasks",
    test=_many_tasks,
    inputs=("n_tasks",),
    effect="speaks for tuning",
    because=lambda f: f"{shown(f.n_tasks)} tasks can share one base model, an adapter each",
    source="Convirza (60 adapters on one base, 10 times cheaper); LoRA Land (310 adapters)",
)
GATES = (VOCABULARY, FORMAT, STYLE, NARROW, ENOUGH, MANY_TASKS_GATE)
