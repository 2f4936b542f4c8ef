"""What this installation measured beside what was foreseen, and estimates recalibrated from it. Pure.

Each finished run is a row. An estimate for like work is moved by how far the public fit was off here, shrunk toward the
public fit, and its interval narrowed by what has been learned; docs/method.md has the formulas. Without rows an
estimate is what it was.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, Field

from advisor.estimate.constants import fitted
from advisor.estimate.machine import PROCESS_SPREAD
from advisor.records import Frozen
from harness.protocol import MoneyRange
from harness.span import Range

Kind = Literal["training", "evaluation", "serving"]
Quantity = Literal["peak_memory_gib", "tokens_per_second", "examples_per_second", "hours"]
MemoryIs = Literal["rss", "allocated", "reserved", "nvidia-smi"]
Scalar = str | int | float | bool | None
Z_80 = 1.2815515655446004
"""Standard deviations from the middle to either end of an 80 % interval of a normal distribution."""
SIZES = ("params_b", "seq_len", "micro_batch")
"""Columns in which work may be larger or smaller; the length is that which is computed."""
SCALE = math.log(4.0)
"""A factor of four in one size makes work this much less alike: exp(-1/2)."""
OTHER_MACHINE = 0.5
"""Likeness to a run on another processor, or on another number of cores or GPUs."""
ALIKE = 0.3
"""From this likeness on a run counts as similar work in what is said of past errors."""
PRIOR_RUNS = 4.0
"""How many repeated runs the assumed scatter of repetition is worth against the scatter seen."""


class Device(Frozen):
    """What a run ran on."""

    name: str
    """Of the processor or GPU, as the system names it."""
    count: int = Field(ge=1)
    """Cores, or GPUs."""
    is_gpu: bool


class Foreseen(Frozen):
    """What an estimate says of one run. Rates are of the steps or of generation alone, hours of the whole process."""

    peak_memory_gib: Range | None = None
    tokens_per_second: Range | None = None
    """Each row counted whole, prompts included; on several GPUs per GPU."""
    examples_per_second: Range | None = None
    hours: Range | None = None
    usd: MoneyRange | None = None
    """The hours at the price that the run is counted against."""


class Measured(Frozen):
    """What a run took; None where it cannot be told, as a rate over several sessions."""

    peak_memory_gib: float | None = None
    memory_is: MemoryIs
    tokens_per_second: float | None = None
    examples_per_second: float | None = None
    hours: float | None = None
    usd: float | None = None


class Expected(Frozen):
    """The estimate of a run as it stood when the run began: kept with its start in the workspace's journal."""

    kind: Kind
    device: Device
    spec: dict[str, Scalar]
    """Columns of the calibration's files, and the lengths and counts of this run."""
    predicted: Foreseen
    """As it was told, recalibrated by the runs before it."""
    public: Foreseen
    """By the public fit alone: what recalibration is learned from."""
    past_error: str = ""
    """What was said of the estimate's error on similar work before."""


class LedgerRow(Frozen):
    """A finished run beside its estimate."""

    run_id: str
    at: AwareDatetime
    """When it finished."""
    expected: Expected
    measured: Measured


class Target(NamedTuple):
    """The work that an estimate is for."""

    kind: Kind
    device: Device
    spec: Mapping[str, Scalar]


class Recalibrated(NamedTuple):
    """A range with what is to be said of it; nothing where nothing was learned."""

    span: Range
    said: str


class Prior(NamedTuple):
    """Variances of log(measured / foreseen) under the public fit, and the logarithmic reach of its interval."""

    common: float
    """Shared by all runs of an installation."""
    work: float
    """Of one kind of work against another."""
    repeat: float
    """Of one run against another of the same work."""
    down: float
    up: float

    @property
    def learnable(self) -> float:
        """Variance that goes away once enough runs of the same work are known."""
        return self.common + self.work

    @property
    def total(self) -> float:
        """Variance of a run of which nothing is known."""
        return self.common + self.work + self.repeat


class Posterior(NamedTuple):
    """What is known of the work after the runs."""

    mean: float
    """Of log(measured / foreseen by the public fit)."""
    variance: float
    """Of that mean, between 0 and the learnable part of the prior."""
    repeat: float
    """Of one run about it, with the scatter that was seen."""


class Group(NamedTuple):
    """Runs of one and the same work."""

    likeness: float
    logs: tuple[float, ...]


def recalibrated(span: Range, rows: Sequence[LedgerRow], target: Target, quantity: Quantity) -> Recalibrated:
    """The public fit's range moved and narrowed by like runs. Without any it is returned as it is."""
    groups = _groups(rows, target, quantity)
    if not groups or span.low <= 0:
        return Recalibrated(span, "")
    prior = prior_of(target, quantity)
    found = posterior(groups, prior)
    expected = span.expected * math.exp(found.mean)
    share = (found.variance + found.repeat) / prior.total
    down = _reach(math.log(span.expected / span.low), prior.down, share)
    up = _reach(math.log(span.high / span.expected), prior.up, share)
    moved = Range(low=expected * math.exp(-down), expected=expected, high=expected * math.exp(up))
    return Recalibrated(moved, _said(found.mean, sum(len(group.logs) for group in groups)))


def posterior(groups: Sequence[Group], prior: Prior) -> Posterior:
    """Normal prior about the public fit, one normal observation for each kind of work (Gelman et al. 2013, 2.5).

    A group of n runs with likeness k observes the work asked for with variance repeat/n + 2 work (1 - k).
    """
    repeat = _repeat(groups, prior.repeat)
    precisions = [1.0 / (repeat / len(one.logs) + 2.0 * prior.work * (1.0 - one.likeness)) for one in groups]
    variance = 1.0 / (1.0 / prior.learnable + sum(precisions))
    mean = variance * sum(weight * fmean(one.logs) for weight, one in zip(precisions, groups, strict=True))
    return Posterior(mean, variance, repeat)


def prior_of(target: Target, quantity: Quantity) -> Prior:
    """How far the public fit is known to be off, cut into what runs share and what they do not."""
    low, high = _spread(target, quantity)
    down, up = -math.log(low), math.log(high)
    variance = ((down + up) / 2 / Z_80) ** 2
    common, work, repeat = _shares(target, quantity)
    return Prior(common * variance, work * variance, repeat * variance, down, up)


SHARES_GPU = (0.3, 0.6, 0.1)
"""Common, work, repeat: of the log errors of the public fit 1 to 13 % of the variance lies between sources, the rest
between kinds of work of one source (analysis of variance, benchmarks/calibration, all sources in the fit). An
installation has one framework and one kind of machine, so more is taken to be common: judged."""
SHARES_RESIDENT = (0.30, 0.65, 0.05)
"""Of resident memory on a CPU: repeated runs differ by 3 %, runs of other batches by half (benchmarks/ledger)."""
SHARES_CPU = (0.25, 0.25, 0.50)
"""Of rates on a CPU: repeated runs scatter by a third with what else the machine does (benchmarks/ledger)."""


def _shares(target: Target, quantity: Quantity) -> tuple[float, float, float]:
    if target.device.is_gpu:
        return SHARES_GPU
    return SHARES_RESIDENT if quantity == "peak_memory_gib" else SHARES_CPU


def past_error(rows: Sequence[LedgerRow], target: Target) -> str:
    """How far what was told before runs of like work was off, as a sentence; "" where there was none."""
    alike = [row for row in rows if similarity(row, target) >= ALIKE]
    told = [(name, errors) for name, quantity in ERRORS.items() if (errors := _errors(alike, quantity))]
    if not told:
        return ""
    counted = max(len(errors) for _, errors in told)
    said = ", ".join(f"{name} {100 * median(errors):.0f} %" for name, errors in told)
    runs, which = ("run", "") if counted == 1 else ("runs", " (median)")
    return f"on {counted} similar {runs} here the estimate was off by{which}: {said}"


ERRORS: Mapping[str, Quantity] = {
    "memory": "peak_memory_gib",
    "speed": "examples_per_second",
    "tokens/s": "tokens_per_second",
    "hours": "hours",
}


def similarity(row: LedgerRow, target: Target) -> float:
    """0 to 1: 1 for the same work on the same device; 0 for another kind, method or sort of device."""
    own = row.expected
    if own.kind != target.kind or own.device.is_gpu != target.device.is_gpu:
        return 0.0
    if own.device.is_gpu and own.device.name != target.device.name:
        return 0.0
    if own.spec.get("method") != target.spec.get("method"):
        return 0.0
    apart = sum(_apart(own.spec.get(name), target.spec.get(name)) for name in SIZES)
    return math.exp(-apart / 2) * (1.0 if own.device == target.device else OTHER_MACHINE)


def error_of(row: LedgerRow, quantity: Quantity) -> float | None:
    """Measured against what was told, as measured/told - 1; None where either is missing."""
    told, came = getattr(row.expected.predicted, quantity), getattr(row.measured, quantity)
    return came / told.expected - 1.0 if _both(told, came) else None


def _both(told: Range | None, came: float | None) -> bool:
    return told is not None and came is not None and told.expected > 0 and came > 0


def _errors(rows: Sequence[LedgerRow], quantity: Quantity) -> list[float]:
    return [abs(error) for row in rows if (error := error_of(row, quantity)) is not None]


def _groups(rows: Sequence[LedgerRow], target: Target, quantity: Quantity) -> list[Group]:
    """Like runs by the work they did: runs of one work make one observation of it surer, not many observations."""
    found: dict[tuple[object, ...], list[float]] = defaultdict(list)
    likeness: dict[tuple[object, ...], float] = {}
    for row in rows:
        log, alike = _log(row, quantity), similarity(row, target)
        if log is not None and alike > 0:
            work = (row.expected.device, *(row.expected.spec.get(name) for name in SIZES))
            found[work].append(log)
            likeness[work] = alike
    return [Group(likeness[work], tuple(logs)) for work, logs in found.items()]


def _log(row: LedgerRow, quantity: Quantity) -> float | None:
    public, came = getattr(row.expected.public, quantity), getattr(row.measured, quantity)
    return math.log(came / public.expected) if _both(public, came) else None


def _repeat(groups: Sequence[Group], assumed: float) -> float:
    """Variance of repetition: the assumed one, worth PRIOR_RUNS, pooled with what runs of the same work show."""
    seen = sum(sum((log - fmean(one.logs)) ** 2 for log in one.logs) for one in groups)
    freedom = sum(len(one.logs) - 1 for one in groups)
    return (PRIOR_RUNS * assumed + seen) / (PRIOR_RUNS + freedom)


def _reach(reach: float, base: float, share: float) -> float:
    """An interval's logarithmic reach after the public fit's part of it was cut to a share; the unknowns' part stays."""
    part = min(reach, base)
    return math.sqrt(reach**2 - (1.0 - share) * part**2)


def _apart(one: Scalar, other: Scalar) -> float:
    """Squared distance of two sizes in scales; what is unknown is one scale away."""
    if not isinstance(one, int | float) or not isinstance(other, int | float) or min(one, other) <= 0:
        return 0.0 if one == other else 1.0
    return (math.log(one / other) / SCALE) ** 2


def _spread(target: Target, quantity: Quantity) -> tuple[float, float]:
    """Factors (low, high) about the expected value that hold 80 % under the public fit."""
    spread = fitted().spread
    if quantity == "peak_memory_gib":
        return spread.memory if target.device.is_gpu else PROCESS_SPREAD
    if target.device.is_gpu:
        return spread.serving if target.kind == "serving" else spread.training
    low, high = spread.machine
    return (low, high) if quantity == "hours" else (1 / high, 1 / low)


def _said(mean: float, count: int) -> str:
    return f"moved by {100 * math.expm1(mean):+.0f} % after {count} run{'s' if count > 1 else ''} here"
