"""What a workload says, in the form that the formulas take, with the cases of what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from advisor.estimate import gpus as names
from advisor.estimate import memory, serving
from advisor.estimate import spec as read
from advisor.estimate.architecture import Facts, Found, find_shape
from advisor.estimate.cards import Card, card_of
from advisor.estimate.constants import Constants
from advisor.estimate.serving import Served, Serving, read_serving
from advisor.estimate.serving import numeric as numeric_serving
from advisor.estimate.spread import Cases, serving_unknowns, unknowns
from advisor.estimate.work import Work
from advisor.estimate.workload import Sharding, Training, numeric, read_training
from advisor.marks import weakest

if TYPE_CHECKING:
    from catalog.records import Confidence, Gpu

USABLE_SHARE = 0.975
"""Of the memory a card is sold with, in GiB, what processes can have: 0.99 of an A100, 0.94 of an A10G or T4 with ECC."""
NARROW, WIDE = 0.6, 2.0
"""Bytes of a parameter, quantised and not."""


@dataclass(frozen=True)
class TrainingAsked:
    """A training workload."""

    found: Found
    said: tuple[str, ...]
    training: Training
    cards: tuple[Card, ...]
    """Those with a published rate that may be meant, likeliest first."""
    rooms_gib: tuple[float, ...]
    """What processes can have of each card in question, ascending."""
    cases: dict[str, Cases]
    """Of the memory."""
    swift_cases: dict[str, Cases]
    """Of the speed."""
    confidence: Confidence | None
    """Of the least trusted fact of the catalog behind it, of model and GPU."""

    @property
    def work(self) -> Work:
        """The likeliest case, for the memory."""
        return numeric(self.training, {name: case.expected for name, case in self.cases.items()})

    @property
    def swift(self) -> Work:
        """The likeliest case, for the speed."""
        return numeric(self.training, {name: case.expected for name, case in self.swift_cases.items()})


@dataclass(frozen=True)
class ServingAsked:
    """A serving workload."""

    found: Found
    said: tuple[str, ...]
    asked: Serving
    cards: tuple[Card, ...]
    cases: dict[str, Cases]
    memory_share: float
    confidence: Confidence | None
    waits: tuple[str, ...] = ()
    """What is to be told of requests that find no room at once."""
    rooms_gib: tuple[float, ...] = ()

    @property
    def work(self) -> Served:
        """The likeliest case."""
        return self.served({name: case.expected for name, case in self.cases.items()})

    @property
    def swift(self) -> Served:
        """The same."""
        return self.work

    def served(self, answers: Mapping[str, Any]) -> Served:
        """A case."""
        return numeric_serving(self.asked, answers, self.memory_share)


def understood(spec: Mapping[str, object], facts: Facts, fit: Constants) -> TrainingAsked | ServingAsked | None:
    """The workload; None when not even a size of the model is known. Raises BadInput."""
    found = find_shape(spec, facts)
    if found is None:
        return None
    gpus, said = _gpus(spec, facts)
    if (read.text(spec, "task") or "training").lower() == "serving":
        return _serving(spec, found, gpus, said, fit)
    return _training(spec, found, gpus, said, fit)


def _training(
    spec: Mapping[str, object], found: Found, gpus: tuple[Gpu, ...], said: tuple[str, ...], fit: Constants
) -> TrainingAsked:
    work = read_training(spec, found.shape)
    rooms = _rooms_gib(spec, gpus)
    sharding, dimensions = _likely_sharding(work, gpus), _open_dimensions(spec, found)
    return TrainingAsked(
        found=found,
        said=said,
        training=work,
        cards=tuple(card for card in (card_of(gpu, fp16_only=work.fp16_only) for gpu in gpus) if card),
        rooms_gib=rooms,
        cases=unknowns(work, sharding, kept=_keeps(work, rooms, fit)) | dimensions,
        swift_cases=unknowns(work, sharding, kept=bool(work.tuned_kernels)) | dimensions,
        confidence=_confidence(found, gpus),
    )


def _serving(
    spec: Mapping[str, object], found: Found, gpus: tuple[Gpu, ...], said: tuple[str, ...], fit: Constants
) -> ServingAsked:
    work = read_serving(spec, found.shape, found.experts)
    cards = tuple(card for card in map(card_of, gpus) if card)
    share = fit.serving.memory_share
    cases = serving_unknowns(work, share) | _open_dimensions(spec, found)
    asked = ServingAsked(found, said, work, cards, cases, share, _confidence(found, gpus))
    return replace(asked, waits=_waiting(asked)) if cards else asked


def _waiting(asked: ServingAsked) -> tuple[str, ...]:
    served, card = asked.work, asked.cards[0]
    running, room = serving.batch_size(served, card), serving.kv_cache_tokens(served, card)
    return waiting(served.concurrency, queued=bool(served.queued), running=running, room_tokens=room)


def waiting(offered: float, *, queued: bool, running: float, room_tokens: float) -> tuple[str, ...]:
    """That more requests are offered than are answered at once."""
    if not room_tokens:
        return ("the weights leave no room for a request: rates as if there were room for one",)
    if offered <= running:
        return ()
    said = "more requests" if queued else f"{offered:.0f} requests"
    return (f"{said} at once, room for {running:.0f}: the others wait, which time to first token leaves out",)


def _open_dimensions(spec: Mapping[str, object], found: Found) -> dict[str, Cases]:
    """What dimensions given without some of them may be: keys of every head or of one for eight, a gated width or not."""
    if found.typical or found.confidence is not None:
        return {}
    shape, few = found.shape, max(1, found.shape.heads // 8)
    others = {
        "kv_heads": replace(shape, kv_heads=few),
        "intermediate": replace(shape, intermediate=round(2.75 * shape.hidden)),
        "tied_embeddings": replace(shape, tied=True),
    }
    names = [name for name in others if read.text(spec, name) is None]
    said = f"dimensions unknown: {', '.join(names)}; taken {shape.kv_heads}, {shape.intermediate}, untied"
    return {"shape": Cases(shape, tuple(others[name] for name in names), said)} if names else {}


def _gpus(spec: Mapping[str, object], facts: Facts) -> tuple[tuple[Gpu, ...], tuple[str, ...]]:
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


def _confidence(found: Found, gpus: tuple[Gpu, ...]) -> Confidence | None:
    return weakest(found.confidence, *(gpu.confidence for gpu in gpus))


def _rooms_gib(spec: Mapping[str, object], gpus: tuple[Gpu, ...]) -> tuple[float, ...]:
    stated = names.memory_class(read.text(spec, "gpu") or "")
    sizes = {float(stated)} if stated else {gpu.memory_gb for gpu in gpus}
    return tuple(sorted(USABLE_SHARE * size for size in sizes))


def _likely_sharding(work: Training, gpus: tuple[Gpu, ...]) -> Sharding | None:
    """How a framework with its own kernels spreads a model that one card does not hold: over as few as do."""
    if not work.tuned_kernels or not gpus or work.gpus is None:
        return None
    width = NARROW if work.method == "qlora4" else WIDE
    need, degree = 1.25 * width * work.shape.params / (gpus[0].memory_gb * memory.GIB), 1
    while degree < need and degree < work.gpus:
        degree *= 2
    return Sharding(tensor=degree)


def _keeps(work: Training, rooms: tuple[float, ...], fit: Constants) -> bool:
    """Does a framework with its own kernels keep all activations: where they fit.

    Where they don't, it recomputes selectively, which saves memory at little cost in time.
    """
    if not work.tuned_kernels:
        return False
    parts = memory.peak_parts_gib(all_kept(work), fit.memory)
    return not rooms or bool(memory.needed_gib(parts) <= rooms[-1])


def all_kept(work: Training) -> Work:
    """The likeliest case in which all activations are kept."""
    return numeric(work, {name: case.expected for name, case in unknowns(work, kept=True).items()})
