"""One workload in, one estimate out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import BadInput
from advisor.estimate import memory, serving, speed
from advisor.estimate import spec as read
from advisor.estimate.architecture import Facts
from advisor.estimate.cards import Card
from advisor.estimate.constants import Constants, fitted
from advisor.estimate.records import Prediction
from advisor.estimate.spread import Cases, interval
from advisor.estimate.understood import USABLE_SHARE, ServingAsked, TrainingAsked, understood
from advisor.estimate.work import Work
from advisor.estimate.workload import numeric
from harness.span import Range

__all__ = ["USABLE_SHARE", "expected_peak_gib", "predict"]

TASKS = ("training", "serving")
TYPICAL_MEMORY, TYPICAL_SPEED = 1.15, 1.2
"""How much wider an interval is where only the size of the model is known."""


def predict(spec: Mapping[str, object], facts: Facts, constants: Constants | None = None) -> Prediction:
    """Memory, speed and fit of a workload with the columns of the measurements' files. Raises BadInput."""
    fit = constants or fitted()
    task = (read.text(spec, "task") or "training").lower()
    ident = read.text(spec, "id")
    if ident is None:
        raise BadInput("id is missing", "every workload carries an id")
    if task not in TASKS:
        raise BadInput(f"task is {task!r}", f"allowed: {', '.join(TASKS)}")
    asked = understood(spec, facts, fit)
    if asked is None:
        said = "neither dimensions nor a size of the model are known: no estimate"
        return Prediction(id=ident, assumptions=(said,))
    return _training(ident, asked, fit) if isinstance(asked, TrainingAsked) else _serving(ident, asked, fit)


def expected_peak_gib(spec: Mapping[str, object], facts: Facts) -> float | None:
    """The expected peak memory of a training workload alone: for a search over settings."""
    asked = understood(spec, facts, fitted())
    if not isinstance(asked, TrainingAsked):
        return None
    return sum(_parts(asked.work, asked.rooms_gib, fitted()).values())


def _training(ident: str, asked: TrainingAsked, fit: Constants) -> Prediction:
    parts = _parts(asked.work, asked.rooms_gib, fit)
    said = tuple(case.said for case in asked.cases.values())
    return Prediction(
        id=ident,
        peak_gpu_memory_gib=_peak(asked, fit),
        tokens_per_second_per_gpu=_speed(asked, fit) if asked.cards else None,
        fits=_fits(parts, asked.rooms_gib),
        breakdown_gib={name: size for name, size in parts.items() if size > 0},
        confidence=asked.confidence,
        assumptions=(asked.found.said, *asked.said, *said),
    )


def _parts(work: Work, rooms: tuple[float, ...], fit: Constants) -> dict[str, float]:
    parts = memory.peak_parts_gib(work, fit.memory)
    return memory.capped(parts, max(rooms)) if rooms else parts


def _peak(asked: TrainingAsked, fit: Constants) -> Range:
    def gib(answers: dict[str, Any]) -> float:
        return sum(_parts(numeric(asked.training, answers), asked.rooms_gib, fit).values())

    return interval(gib, asked.cases, wider(fit.spread.memory, TYPICAL_MEMORY if asked.found.typical else 1.0))


def _speed(asked: TrainingAsked, fit: Constants) -> Range:
    def rate(answers: dict[str, Any]) -> float:
        rest = dict(answers)
        card = rest.pop("card", asked.cards[0])
        return float(speed.tokens_per_second_per_gpu(numeric(asked.training, rest), card, fit.training))

    cases = {name: case for name, case in asked.swift_cases.items() if name != "mem_is"} | card_cases(asked.cards)
    return interval(rate, cases, wider(fit.spread.training, TYPICAL_SPEED if asked.found.typical else 1.0))


def _fits(parts: dict[str, float], rooms: tuple[float, ...]) -> bool | None:
    """Does it fit? None when the cards in question disagree or none is known."""
    answers = {bool(memory.needed_gib(parts) <= room) for room in rooms}
    return answers.pop() if len(answers) == 1 else None


def _serving(ident: str, asked: ServingAsked, fit: Constants) -> Prediction:
    served = asked.work
    capacity = serving.kv_cache_tokens(served, asked.cards[0]) if asked.cards else None
    return Prediction(
        id=ident,
        output_tokens_per_second=_output_rate(asked, fit) if asked.cards else None,
        time_to_first_token_s=_first_token(asked, fit) if asked.cards else None,
        time_per_output_token_s=_each_token(asked, fit) if asked.cards else None,
        fits=None if capacity is None else capacity > served.input_len,
        breakdown_gib={"weights": served.weights_total / served.gpus / memory.GIB},
        kv_cache_tokens=None if capacity is None else int(capacity),
        confidence=asked.confidence,
        assumptions=(asked.found.said, *asked.said, *asked.waits, *(case.said for case in asked.cases.values())),
    )


def _output_rate(asked: ServingAsked, fit: Constants) -> Range:
    def rate(answers: dict[str, Any]) -> float:
        card, served = _case(asked, answers)
        return float(serving.output_tokens_per_second(served, card, fit.serving))

    return _served_range(asked, rate, fit)


def _first_token(asked: ServingAsked, fit: Constants) -> Range:
    """Of a request that finds room at once: its prefill, one decoding step, its handling."""

    def seconds(answers: dict[str, Any]) -> float:
        card, served = _case(asked, answers)
        step = serving.decode_seconds(served, card, fit.serving)
        return float(serving.prefill_seconds(served, card, fit.serving) + step + fit.serving.request_s)

    return _served_range(asked, seconds, fit)


def _each_token(asked: ServingAsked, fit: Constants) -> Range:
    """While so many requests are in flight, prefills of others included."""

    def seconds(answers: dict[str, Any]) -> float:
        card, served = _case(asked, answers)
        return float(serving.batch_size(served, card) / serving.output_tokens_per_second(served, card, fit.serving))

    return _served_range(asked, seconds, fit)


def _served_range(asked: ServingAsked, evaluate: Any, fit: Constants) -> Range:
    cases = asked.cases | card_cases(asked.cards)
    return interval(evaluate, cases, wider(fit.spread.serving, TYPICAL_SPEED if asked.found.typical else 1.0))


def _case(asked: ServingAsked, answers: dict[str, Any]) -> tuple[Card, serving.Served]:
    rest = dict(answers)
    card = rest.pop("card", asked.cards[0])
    return card, asked.served(rest)


def card_cases(cards: tuple[Card, ...]) -> dict[str, Cases]:
    """The GPUs that a name may mean."""
    return {"card": Cases(cards[0], cards[1:], "")} if len(cards) > 1 else {}


def wider(pair: tuple[float, float], factor: float) -> tuple[float, float]:
    """Factors around the expected value, each further from it."""
    return pair[0] / factor, pair[1] * factor
