"""One workload in, one estimate out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import BadInput
from advisor.estimate import gpus as names
from advisor.estimate import memory, serving, speed
from advisor.estimate import spec as read
from advisor.estimate.architecture import Facts, Found, find_shape
from advisor.estimate.constants import Constants, fitted
from advisor.estimate.records import Prediction
from advisor.estimate.spread import Cases, interval, unknowns
from advisor.estimate.workload import Complete, Training, complete, read_training
from advisor.marks import weakest
from catalog.records import Confidence, Gpu
from harness.protocol import Range

USABLE_SHARE = 0.94
"""Of the memory a card is sold with, what a process can have: ECC and driver take 1 (A100) to 6 % (A10G, T4) of it."""


def predict(spec: Mapping[str, object], facts: Facts, constants: Constants | None = None) -> Prediction:
    """Memory, speed and fit of a workload with the columns of the calibration files. Raises BadInput."""
    fit = constants or fitted()
    task = (read.text(spec, "task") or "training").lower()
    ident = read.text(spec, "id")
    if ident is None:
        raise BadInput("id is missing", "every workload carries an id")
    if task not in ("training", "serving"):
        raise BadInput(f"task is {task!r}", "allowed: training, serving")
    found = find_shape(spec, facts)
    if found is None:
        said = "neither dimensions nor a size of the model are known: no estimate"
        return Prediction(id=ident, assumptions=(said,))
    answer = _training if task == "training" else _serving
    return answer(ident, spec, found, facts, fit)


def expected_peak_gib(spec: Mapping[str, object], facts: Facts) -> float | None:
    """The expected peak memory of a training workload alone: for a search over settings."""
    found = find_shape(spec, facts)
    if found is None:
        return None
    work = read_training(spec, found.shape)
    return sum(memory.peak_parts_gib(_middle(work, unknowns(work)), fitted().memory).values())


# ----------------------------------------------------------------------------------------------------- training


def _training(ident: str, spec: Mapping[str, object], found: Found, facts: Facts, fit: Constants) -> Prediction:
    work = read_training(spec, found.shape)
    cards, said = _cards(spec, facts)
    open_cases = unknowns(work)
    parts = memory.peak_parts_gib(_middle(work, open_cases), fit.memory)
    peak = _peak(work, found, open_cases, fit)
    return Prediction(
        id=ident,
        peak_gpu_memory_gib=peak,
        tokens_per_second_per_gpu=_speed(work, found, open_cases, cards, fit),
        fits=_fits(peak, spec, cards),
        breakdown_gib={name: size for name, size in parts.items() if size > 0},
        confidence=_confidence(found, cards),
        assumptions=(found.said, *said, *work.notes, *(case.said for case in open_cases.values())),
    )


def _middle(work: Training, open_cases: dict[str, Cases]) -> Complete:
    return complete(work, {name: case.expected for name, case in open_cases.items()})


def _peak(work: Training, found: Found, open_cases: dict[str, Cases], fit: Constants) -> Range:
    def gib(answers: dict[str, Any]) -> float:
        return sum(memory.peak_parts_gib(complete(work, answers), fit.memory).values())

    return interval(gib, open_cases, _wider(fit.spread.memory, 1.15 if found.typical else 1.0))


def _speed(
    work: Training, found: Found, open_cases: dict[str, Cases], cards: tuple[Gpu, ...], fit: Constants
) -> Range | None:
    rated = tuple(card for card in cards if card.bf16_dense_tflops or card.fp16_dense_tflops)
    if not rated:
        return None

    def rate(answers: dict[str, Any]) -> float:
        rest = dict(answers)
        card = rest.pop("card", rated[0])
        return speed.tokens_per_second_per_gpu(complete(work, rest), card, fit.training) or 1.0

    cases = {name: case for name, case in open_cases.items() if name != "mem_is"} | _card_cases(rated)
    return interval(rate, cases, _wider(fit.spread.training, 1.2 if found.typical else 1.0))


def _fits(peak: Range, spec: Mapping[str, object], cards: tuple[Gpu, ...]) -> bool | None:
    """Does the expected peak fit? None when the cards in question disagree or none is known."""
    stated = names.memory_class(read.text(spec, "gpu") or "")
    sizes = {float(stated)} if stated else {card.memory_gb for card in cards}
    answers = {peak.expected <= USABLE_SHARE * size for size in sizes}
    return answers.pop() if len(answers) == 1 else None


# ------------------------------------------------------------------------------------------------------ serving


def _serving(ident: str, spec: Mapping[str, object], found: Found, facts: Facts, fit: Constants) -> Prediction:
    work = serving.read_serving(spec, found.shape)
    cards, said = _cards(spec, facts)
    cases = _serving_unknowns(work)
    rated = tuple(card for card in cards if card.bf16_dense_tflops or card.fp16_dense_tflops)
    served = _served(work, {name: case.expected for name, case in cases.items()}, fit)
    capacity = serving.kv_cache_tokens(served, cards[0]) if cards else None
    return Prediction(
        id=ident,
        output_tokens_per_second=_output_rate(work, found, cases, rated, fit) if rated else None,
        fits=None if capacity is None else capacity > served.input_len,
        breakdown_gib=_serving_parts(served),
        kv_cache_tokens=None if capacity is None else int(capacity),
        confidence=_confidence(found, cards),
        assumptions=(found.said, *said, *(case.said for case in cases.values())),
    )


def _serving_parts(served: serving.Served) -> dict[str, float]:
    """Weights on each GPU: what is known of the memory before requests come."""
    return {"weights": served.weights_total / served.gpus / memory.GIB}


def _output_rate(
    work: serving.Serving, found: Found, cases: dict[str, Cases], cards: tuple[Gpu, ...], fit: Constants
) -> Range:
    def rate(answers: dict[str, Any]) -> float:
        rest = dict(answers)
        card = rest.pop("card", cards[0])
        return serving.output_tokens_per_second(_served(work, rest, fit), card, fit.serving) or 1.0

    return interval(rate, cases | _card_cases(cards), _wider(fit.spread.serving, 1.2 if found.typical else 1.0))


def _served(work: serving.Serving, answers: dict[str, Any], fit: Constants) -> serving.Served:
    values = {name: getattr(work, name) for name in serving.Served.__dataclass_fields__}
    values["memory_share"] = work.memory_share or fit.serving.memory_share
    return serving.Served(**{**values, **answers})


def _serving_unknowns(work: serving.Serving) -> dict[str, Cases]:
    table = {
        "gpus": Cases(1, (8,), "number of GPUs unknown: 1 to 8"),
        "weight_bytes": Cases(2.0, (0.56, 1.0), "precision unknown: 16 to 4 bit"),
        "input_len": Cases(512.0, (32.0, 4096.0), "input length unknown: 32 to 4096 tokens"),
        "output_len": Cases(256.0, (64.0, 1024.0), "output length unknown: 64 to 1024 tokens"),
        "concurrency": Cases(16.0, (1.0, 256.0), "requests at once unknown: 1 to 256"),
        "eager": Cases(False, (True,), "engine unknown: serving engine to eager framework"),
    }
    return {name: case for name, case in table.items() if getattr(work, name) is None}


# ------------------------------------------------------------------------------------------------------- shared


def _cards(spec: Mapping[str, object], facts: Facts) -> tuple[tuple[Gpu, ...], tuple[str, ...]]:
    """Cards that the workload may mean, likeliest first. Raises BadInput for a name that is none."""
    name = read.text(spec, "gpu")
    if name is None or names.memory_class(name) is not None or "not named" in name.lower():
        return (), ("GPU unknown: no speed; fit only where its memory is stated",)
    card, rivals = names.resolve(name, facts.gpus)
    if not rivals:
        mark = " (recalled)" if card.recalled else ""
        return (card,), (f"GPU {card.name}{mark}: {card.source}, {card.as_of}",)
    said = f"{name} may be {' or '.join(gpu.name for gpu in (card, *rivals))}"
    return (card, *rivals), (said,)


def _confidence(found: Found, cards: tuple[Gpu, ...]) -> Confidence | None:
    """Of model and cards the least trusted."""
    return weakest(found.confidence, *(card.confidence for card in cards))


def _card_cases(cards: tuple[Gpu, ...]) -> dict[str, Cases]:
    return {"card": Cases(cards[0], cards[1:], "")} if len(cards) > 1 else {}


def _wider(pair: tuple[float, float], factor: float) -> tuple[float, float]:
    return pair[0] / factor, pair[1] * factor
