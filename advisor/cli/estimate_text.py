"""Estimates for a person: a few workloads in full, many as a table of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from advisor.marks import LEGEND, recalled, sign
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.estimate.records import Prediction
    from harness.span import Range

IN_FULL = 3
"""Workloads; more are a table."""
WIDTH = 80
FITS = {True: "yes", False: "no", None: "unknown"}
PARTS = {
    "weights": "weights",
    "adapters": "adapters",
    "optimizer": "optimizer states",
    "sharding_buffers": "gathered layers",
    "loading": "loading",
    "gradients": "gradients",
    "activations": "activations",
    "logits": "logits and loss",
    "optimizer_step": "optimizer step",
    "framework": "framework",
    "fragmentation": "allocator's cache",
    "cuda_context": "CUDA context",
    "communication": "communication",
    "headroom": "what formulas miss",
    "own_runs": "as runs here showed",
}
"""What a part of the memory is called."""


def lines_of(found: Iterable[Prediction]) -> Iterator[str]:
    """Lines of at most 80 columns."""
    rest = iter(found)
    first = list(islice(rest, IN_FULL + 1))
    if len(first) <= IN_FULL:
        yield from _in_full(first)
    else:
        yield from _table(chain(first, rest))


def _in_full(found: Iterable[Prediction]) -> Iterator[str]:
    marked = False
    for one in found:
        yield from card(one)
        yield ""
        marked |= recalled(one.confidence)
    if marked:
        yield LEGEND
    yield "Ranges hold 80 %."


def card(one: Prediction) -> Iterator[str]:
    """All that is foreseen of a workload."""
    yield printable(one.id)[:WIDTH]
    yield from _figures(one)
    yield f"  {'Fits':<26}{FITS[one.fits]}"
    yield from _past_error(one)
    yield from _parts(one)
    yield from _assumed(one)


def _figures(one: Prediction) -> Iterator[str]:
    figures = {
        "Peak memory per GPU": (one.peak_gpu_memory_gib, "GiB"),
        "Speed per GPU": (one.tokens_per_second_per_gpu, "tokens/s"),
        "Output of all GPUs": (one.output_tokens_per_second, "tokens/s"),
        "Time to first token": (one.time_to_first_token_s, "s"),
        "Time per output token": (one.time_per_output_token_s, "s"),
    }
    for name, (span, unit) in figures.items():
        if span is not None:
            expected = f"{sign(one.confidence)}{_number(span.expected)} {unit}"
            yield f"  {name:<26}{expected:<18}{_number(span.low)} to {_number(span.high)}"
    if one.kv_cache_tokens is not None:
        yield f"  {'Room for context':<26}{one.kv_cache_tokens:,} tokens over all GPUs"


def _parts(one: Prediction) -> Iterator[str]:
    if not one.breakdown_gib:
        return
    yield "  Memory by part, GiB"
    for name, size in sorted(one.breakdown_gib.items(), key=lambda part: -part[1]):
        yield f"    {PARTS.get(name, name):<24}{size:>8.2f}"


def _past_error(one: Prediction) -> list[str]:
    said = printable(one.past_error or "no similar run here yet")
    return textwrap.wrap(said, WIDTH, initial_indent=f"  {'Past error':<26}", subsequent_indent=" " * 28)


def _assumed(one: Prediction) -> Iterator[str]:
    if one.assumptions:
        yield "  Rests on"
    for said in one.assumptions:
        yield from textwrap.wrap(printable(said), WIDTH, initial_indent="    - ", subsequent_indent="      ")


def _table(found: Iterable[Prediction]) -> Iterator[str]:
    yield f"{'id':<24}{'peak GiB per GPU':>22}{'tokens/s':>26}{'fits':>8}"
    marked = False
    for one in found:
        speed = one.tokens_per_second_per_gpu or one.output_tokens_per_second
        memory = _spanned(one, one.peak_gpu_memory_gib)
        yield f"{printable(one.id)[:23]:<24}{memory:>22}{_spanned(one, speed):>26}{FITS[one.fits]:>8}"
        marked |= recalled(one.confidence)
    if marked:
        yield LEGEND
    yield "Ranges hold 80 %. Training: per GPU. Serving: output of all GPUs."


def _spanned(one: Prediction, span: Range | None) -> str:
    """The range with its mark, where a fact behind it is recalled."""
    if span is None:
        return "unknown"
    return sign(one.confidence) + " - ".join(_number(part) for part in (span.low, span.expected, span.high))


def _number(value: float) -> str:
    """Three figures; thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.3g}"
