"""From the raw text that a model gave to an answer that can be scored; the same rule for every arm.

Classification: the first line that is not blank, whatever its case, spacing and closing punctuation. A model that
adds an explanation under its label is understood; one that hides the label in a sentence is not.
Generation: the text without surrounding white space, compared exactly.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from harness.errors import InputError

CLOSING = ".,;:!?\u2026"
"""Punctuation that models put after a label."""


class Answer(NamedTuple):
    """What an output says, and whether it is one of the answers that were allowed."""

    prediction: str
    format_valid: bool


def read_answer(output: str, labels: tuple[str, ...]) -> Answer:
    """The answer in a raw output: the label as the data spells it where it is one, else the text itself."""
    if not labels:
        return Answer(plain(output), True)
    line = first_line(plain(output))
    label = spellings(labels).get(loose(line))
    return Answer(line, False) if label is None else Answer(label, True)


def is_empty(output: str) -> bool:
    """Whether a model said nothing at all."""
    return not plain(output)


def plain(text: str) -> str:
    """Without surrounding white space and without NUL, which array comparisons drop silently."""
    return text.replace("\0", "").strip()


def first_line(text: str) -> str:
    """The first line of a text that does not start with a blank one."""
    return text.splitlines()[0].strip() if text else ""


def loose(text: str) -> str:
    """The form in which labels are compared: case folded, single spaces, no closing punctuation."""
    return " ".join(text.casefold().split()).rstrip(CLOSING).rstrip()


def spellings(labels: tuple[str, ...]) -> dict[str, str]:
    """Each label by its loose form."""
    return {loose(label): label for label in labels}


def check_labels(labels: tuple[str, ...]) -> None:
    """Refuse labels that the comparison could not tell apart. Raises InputError."""
    counts = Counter(loose(label) for label in labels)
    twins = [label for label in labels if counts[loose(label)] > 1 or not loose(label)]
    if twins:
        raise InputError(
            f"labels {', '.join(map(repr, twins[:4]))} cannot be told apart by case, spacing and closing punctuation",
            "rename them in the data",
        )
