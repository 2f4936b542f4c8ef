"""The prompts that a tuned model has to beat: instructions, with and without worked examples."""

from __future__ import annotations

import random
from collections import defaultdict

from harness.protocol import Prompt, Row, Shot

GENERATION_SHOTS = (4, 8)
CLASSIFICATION_SHOTS = (1, 2)
GENERATION_INSTRUCTION = "Answer the request in the style of a finished result, with nothing before or after it."


def classification_instruction(labels: tuple[str, ...]) -> str:
    """What a classifier is asked to do; short, since every item pays for it."""
    return f"Classify the message. Labels: {'; '.join(labels)}. Answer with the label only."


def candidates(rows: list[Row], *, instruction: str, labels: tuple[str, ...], seed: int) -> list[Prompt]:
    """Zero-shot and few-shot prompts; shots are training rows, in an order that mixes the labels."""
    zero = Prompt(id="zero_shot", system=instruction)
    counts = CLASSIFICATION_SHOTS if labels else GENERATION_SHOTS
    few = [(count, per_label(rows, count, seed=seed) if labels else sample(rows, count, seed=seed)) for count in counts]
    return [
        zero,
        *(Prompt(id=f"few_shot_{count}", system=instruction, shots=shots(chosen, seed=seed)) for count, chosen in few),
    ]


def sample(rows: list[Row], count: int, *, seed: int) -> list[Row]:
    """The first rows of a seeded order, so that more shots include the fewer."""
    return mixed(rows, seed=seed)[:count]


def per_label(rows: list[Row], count: int, *, seed: int) -> list[Row]:
    """So many rows of every label."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in mixed(rows, seed=seed):
        by_label[row.output].append(row)
    return [row for label in sorted(by_label) for row in by_label[label][:count]]


def shots(rows: list[Row], *, seed: int) -> tuple[Shot, ...]:
    """Rows as worked examples."""
    return tuple(Shot(input=row.input, output=row.output) for row in mixed(rows, seed=seed))


def mixed(rows: list[Row], *, seed: int) -> list[Row]:
    """Rows in a seeded order that does not depend on where they stood."""
    ordered = sorted(rows, key=lambda row: row.id)
    random.Random(f"{seed}/shots").shuffle(ordered)  # noqa: S311 - a reproducible order, not a secret
    return ordered
