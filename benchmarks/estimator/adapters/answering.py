"""The loop that every adapter shares: questions on standard input, answers on standard output, one JSON object a line.

An adapter runs in the environment of its peer, which has nothing of this project. A question holds what the source of
a measurement says, read by this project and unknown where it says nothing: then the peer's own default holds. What a
peer cannot express is no answer, with the reason.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

Question = dict[str, Any]
Answer = dict[str, float]


class Inexpressible(Exception):
    """The peer has no way to be asked this."""


def serve(answer: Callable[[Question], Answer]) -> None:
    """Answer every question: ``memory`` GiB of a GPU, ``throughput`` tokens/s of a GPU, and what else the parts are."""
    for line in sys.stdin:
        question = json.loads(line)
        try:
            found: dict[str, Any] = dict(answer(question))
        except Exception as error:
            found = {"why": f"{type(error).__name__}: {error}"[:160]}
        print(json.dumps({"id": question["id"], "part": question["part"], **found}), flush=True)


def need(question: Question, *names: str) -> None:
    """Raise Inexpressible where the peer cannot do without what is unknown."""
    missing = [name for name in names if question.get(name) is None]
    if missing:
        raise Inexpressible(f"needs {', '.join(missing)}")


def only(question: Question, *parts: str) -> None:
    """Raise Inexpressible for a part that the peer does not estimate."""
    if question["part"] not in parts:
        raise Inexpressible(f"estimates no {question['part']}")


def given(question: Question, **names: str) -> dict[str, Any]:
    """The peer's names for what is known; it keeps its defaults for the rest."""
    return {theirs: question[ours] for theirs, ours in names.items() if question.get(ours) is not None}
