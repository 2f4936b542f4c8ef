"""Workloads that differ only in lengths and batches, estimated together: the formulas run over columns.

A file of many workloads is mostly a few settings on a grid. What a setting means, its unknowns and their cases, is
understood once; each case is then one pass of the formulas over all workloads with that setting. The answers are those
of ``predict`` one by one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from advisor.estimate import memory, serving, speed
from advisor.estimate.arithmetic import Arithmetic
from advisor.estimate.predict import TYPICAL_MEMORY, TYPICAL_SPEED, card_cases, wider
from advisor.estimate.records import Prediction
from advisor.estimate.spread import LEAST_WIDENING, Cases, Choice, choices
from advisor.estimate.understood import ServingAsked, TrainingAsked, waiting
from advisor.estimate.workload import numeric
from harness.span import Range

if TYPE_CHECKING:
    from advisor.estimate.constants import Constants

NUMPY = cast("Arithmetic", np)
Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]
"""Lengths and batches that the workloads state, by the name of the field."""


Evaluate = Callable[[dict[str, Any]], Floats]


def predictions(
    idents: Sequence[str], asked: TrainingAsked | ServingAsked, columns: Columns, fit: Constants
) -> list[Prediction]:
    """Estimates of workloads that are ``asked`` but for their ids and columns."""
    if isinstance(asked, TrainingAsked):
        return _training(idents, asked, columns, fit)
    return _serving(idents, asked, columns, fit)


def _training(idents: Sequence[str], asked: TrainingAsked, columns: Columns, fit: Constants) -> list[Prediction]:
    count = len(idents)
    parts = _parts(asked, {name: case.expected for name, case in asked.cases.items()}, columns, fit)
    fits = _fits(parts, asked.rooms_gib, count)
    shares = {name: _column(size, count).tolist() for name, size in parts.items()}
    peaks, rates = _peaks(asked, columns, fit, count), _rates(asked, columns, fit, count)
    said = (asked.found.said, *asked.said, *(case.said for case in asked.cases.values()))
    return [
        Prediction(
            id=ident,
            peak_gpu_memory_gib=peaks[row],
            tokens_per_second_per_gpu=rates[row],
            fits=fits[row],
            breakdown_gib={name: sizes[row] for name, sizes in shares.items() if sizes[row] > 0},
            confidence=asked.confidence,
            assumptions=said,
        )
        for row, ident in enumerate(idents)
    ]


def _parts(asked: TrainingAsked, answers: dict[str, Any], columns: Columns, fit: Constants) -> dict[str, Any]:
    work = dataclasses.replace(numeric(asked.training, answers), **columns)
    parts = memory.peak_parts_gib(work, fit.memory, NUMPY)
    return memory.capped(parts, max(asked.rooms_gib), NUMPY) if asked.rooms_gib else parts


def _peaks(asked: TrainingAsked, columns: Columns, fit: Constants, count: int) -> list[Range]:
    def gib(answers: dict[str, Any]) -> Floats:
        return _column(sum(_parts(asked, answers, columns, fit).values()), count)

    return ranges(gib, asked.cases, wider(fit.spread.memory, TYPICAL_MEMORY if asked.found.typical else 1.0))


def _rates(asked: TrainingAsked, columns: Columns, fit: Constants, count: int) -> Sequence[Range | None]:
    if not asked.cards:
        return [None] * count

    def rate(answers: dict[str, Any]) -> Floats:
        rest = dict(answers)
        card = rest.pop("card", asked.cards[0])
        work = dataclasses.replace(numeric(asked.training, rest), **columns)
        return _column(speed.tokens_per_second_per_gpu(work, card, fit.training, NUMPY), count)

    cases = {name: case for name, case in asked.swift_cases.items() if name != "mem_is"} | card_cases(asked.cards)
    return ranges(rate, cases, wider(fit.spread.training, TYPICAL_SPEED if asked.found.typical else 1.0))


def _fits(parts: dict[str, Any], rooms: tuple[float, ...], count: int) -> list[bool | None]:
    """None where the cards in question disagree or none is known."""
    needed = _column(memory.needed_gib(parts), count).tolist()
    answers = [{need <= room for room in rooms} for need in needed]
    return [found.pop() if len(found) == 1 else None for found in answers]


def _serving(idents: Sequence[str], asked: ServingAsked, columns: Columns, fit: Constants) -> list[Prediction]:
    count = len(idents)
    served = dataclasses.replace(asked.work, **columns)
    weights = {"weights": float(served.weights_total / served.gpus / memory.GIB)}
    rooms = _rooms(asked, served, count)
    lengths = _column(served.input_len, count).tolist()
    output, first, each = (_served(asked, columns, fit, count, of) for of in (_output, _first_token, _each_token))
    waits, open_said = _waits(asked, served, count), tuple(case.said for case in asked.cases.values())
    return [
        Prediction(
            id=ident,
            output_tokens_per_second=output[row],
            time_to_first_token_s=first[row],
            time_per_output_token_s=each[row],
            fits=None if (room := rooms[row]) is None else room > lengths[row],
            breakdown_gib=weights,
            kv_cache_tokens=None if room is None else int(room),
            confidence=asked.confidence,
            assumptions=(asked.found.said, *asked.said, *waits[row], *open_said),
        )
        for row, ident in enumerate(idents)
    ]


def _waits(asked: ServingAsked, served: serving.Served, count: int) -> list[tuple[str, ...]]:
    if not asked.cards:
        return [()] * count
    running = serving.batch_size(served, asked.cards[0], NUMPY)
    room = serving.kv_cache_tokens(served, asked.cards[0], NUMPY)
    columns = (_column(value, count).tolist() for value in (served.concurrency, running, room))
    queued = bool(served.queued)
    return [waiting(a, queued=queued, running=b, room_tokens=c) for a, b, c in zip(*columns, strict=True)]


def _rooms(asked: ServingAsked, served: serving.Served, count: int) -> Sequence[float | None]:
    if not asked.cards:
        return [None] * count
    found: list[float] = _column(serving.kv_cache_tokens(served, asked.cards[0], NUMPY), count).tolist()
    return found


def _output(served: serving.Served, card: Any, fit: Constants) -> Any:
    return serving.output_tokens_per_second(served, card, fit.serving, NUMPY)


def _first_token(served: serving.Served, card: Any, fit: Constants) -> Any:
    step = serving.decode_seconds(served, card, fit.serving, NUMPY)
    return serving.prefill_seconds(served, card, fit.serving, NUMPY) + step + fit.serving.request_s


def _each_token(served: serving.Served, card: Any, fit: Constants) -> Any:
    return serving.batch_size(served, card, NUMPY) / _output(served, card, fit)


def _served(
    asked: ServingAsked, columns: Columns, fit: Constants, count: int, of: Callable[[Any, Any, Constants], Any]
) -> Sequence[Range | None]:
    if not asked.cards:
        return [None] * count

    def figure(answers: dict[str, Any]) -> Floats:
        rest = dict(answers)
        card = rest.pop("card", asked.cards[0])
        return _column(of(dataclasses.replace(asked.served(rest), **columns), card, fit), count)

    cases = asked.cases | card_cases(asked.cards)
    return ranges(figure, cases, wider(fit.spread.serving, TYPICAL_SPEED if asked.found.typical else 1.0))


def ranges(evaluate: Evaluate, open_cases: dict[str, Cases], base: tuple[float, float]) -> list[Range]:
    """``spread.interval`` over columns."""
    at = _remembering(evaluate, open_cases)
    down = up = np.zeros(())
    for name in open_cases:
        less, more = _moves(at, open_cases, name)
        down, up = down + less**2, up + more**2
    expected = at(())
    low = expected - np.sqrt(down + np.log(base[0]) ** 2)
    high = expected + np.sqrt(up + np.log(base[1]) ** 2)
    bounds = (np.exp(logs).tolist() for logs in (low, expected, high))
    return [Range(low=a, expected=b, high=c) for a, b, c in zip(*bounds, strict=True)]


def _moves(at: Callable[[Choice], Floats], open_cases: dict[str, Cases], name: str) -> tuple[Floats, Floats]:
    """How far down and up an unknown takes the logarithm of the answer, from whichever cases of the others."""
    case = open_cases[name]
    down = up = np.full((), LEAST_WIDENING)
    for start in choices({other: found for other, found in open_cases.items() if other != name}):
        for place in range(len(case.others)):
            step = case.weight * (at((*start, (name, place))) - at(start))
            down, up = np.maximum(down, -step), np.maximum(up, step)
    return down, up


def _remembering(evaluate: Evaluate, open_cases: dict[str, Cases]) -> Callable[[Choice], Floats]:
    """Logarithms of the answers for a choice; each is evaluated once."""
    middle = {name: case.expected for name, case in open_cases.items()}
    known: dict[frozenset[tuple[str, int]], Floats] = {}

    def at(choice: Choice) -> Floats:
        key = frozenset(choice)
        if key not in known:
            answers = {name: open_cases[name].others[place] for name, place in choice}
            known[key] = np.log(evaluate({**middle, **answers}))
        return known[key]

    return at


def _column(value: Any, count: int) -> Floats:
    """The same for all workloads where no column came in."""
    return np.broadcast_to(np.asarray(value, float), (count,))
