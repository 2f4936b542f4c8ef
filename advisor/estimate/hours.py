"""Hours of a machine for a whole run, by what it does: download, start, steps, evaluation, checkpoints, retries.

What is not known is a range and is said; knowing it narrows the total.
"""

from __future__ import annotations

from typing import NamedTuple

from advisor.estimate.ranges import exactly, over, plus, scaled, times
from harness.span import Range

SECONDS = 3600.0


class Typical(NamedTuple):
    """What an unknown quantity may be, and how to tell it."""

    span: Range
    said: str


def _typical(low: float, expected: float, high: float, said: str) -> Typical:
    return Typical(Range(low=low, expected=expected, high=high), f"{said} unknown: {low:g} to {high:g}")


TYPICAL: dict[str, Typical] = {
    "download_gb_s": _typical(0.05, 0.2, 0.8, "GB a second of the download"),
    "start_up_hours": _typical(0.05, 0.15, 0.5, "hours until the machine is up"),
    "engine_start_hours": _typical(0.02, 0.05, 0.15, "hours until an engine answers"),
    "write_gb_s": _typical(0.1, 0.5, 2.0, "GB a second of a checkpoint"),
    "checkpoint_every_hours": _typical(0.1, 0.5, 1.0, "hours between checkpoints"),
    "interruptions_per_hour": _typical(0.01, 0.05, 0.2, "interruptions an hour"),
}
"""Judgements of 2026-11-23, each to be replaced by a number of one's own; a machine on demand is interrupted 0 times."""


class Job(NamedTuple):
    """What is to be done. Rates are of the whole machine, in tokens per second; None is unknown."""

    download_gb: Range
    """Weights and data."""
    tokens: Range
    """Of all passes over the examples."""
    tokens_per_second: Range
    checkpoint_gb: Range
    """One checkpoint: what is trained with the optimizer's states."""
    evaluated_tokens: Range
    """Output of all arms on all items."""
    output_tokens_per_second: Range | None
    """None where nothing serves: then only the engines' starts are counted."""
    arms: int = 2
    download_gb_s: Range | None = None
    start_up_hours: Range | None = None
    engine_start_hours: Range | None = None
    write_gb_s: Range | None = None
    checkpoint_every_hours: Range | None = None
    interruptions_per_hour: Range | None = None


class Hours(NamedTuple):
    """Hours of the machine, by part, and what was taken for granted."""

    download: Range
    start: Range
    training: Range
    evaluation: Range
    checkpoints: Range
    retries: Range
    """Work that interruptions undo, and starting again after each."""
    assumptions: tuple[str, ...]

    @property
    def total(self) -> Range:
        """All parts; their bounds add."""
        return plus(self.download, self.start, self.training, self.evaluation, self.checkpoints, self.retries)


def run_hours(job: Job) -> Hours:
    """The hours of a run from start to judged model."""
    known, said = _answered(job)
    download = download_hours(job.download_gb, known["download_gb_s"])
    training = training_hours(job.tokens, job.tokens_per_second)
    evaluation = evaluation_hours(
        job.evaluated_tokens, job.output_tokens_per_second, arms=job.arms, engine_start=known["engine_start_hours"]
    )
    saving = scaled(over(job.checkpoint_gb, known["write_gb_s"]), 1 / SECONDS)
    saved = plus(over(training, known["checkpoint_every_hours"]), exactly(1.0))
    again = plus(known["start_up_hours"], download)
    retries = retry_hours(training, known["interruptions_per_hour"], every=known["checkpoint_every_hours"], again=again)
    return Hours(download, known["start_up_hours"], training, evaluation, times(saved, saving), retries, said)


def download_hours(gigabytes: Range, gb_s: Range) -> Range:
    """Size over rate."""
    return scaled(over(gigabytes, gb_s), 1 / SECONDS)


def training_hours(tokens: Range, tokens_per_second: Range) -> Range:
    """Tokens of all passes over the rate of all GPUs."""
    return scaled(over(tokens, tokens_per_second), 1 / SECONDS)


def evaluation_hours(output_tokens: Range, tokens_per_second: Range | None, *, arms: int, engine_start: Range) -> Range:
    """An engine's start for every arm, and what all arms write; without a rate the starts alone."""
    start = scaled(engine_start, arms)
    if tokens_per_second is None:
        return start
    return plus(start, scaled(over(output_tokens, tokens_per_second), 1 / SECONDS))


def retry_hours(training: Range, per_hour: Range, *, every: Range, again: Range) -> Range:
    """Each interruption undoes half of what lies between two checkpoints, and the start is made again (Young 1974)."""
    return times(training, per_hour, plus(scaled(every, 0.5), again))


def _answered(job: Job) -> tuple[dict[str, Range], tuple[str, ...]]:
    given: dict[str, Range | None] = {name: getattr(job, name) for name in TYPICAL}
    known = {name: TYPICAL[name].span if span is None else span for name, span in given.items()}
    return known, tuple(TYPICAL[name].said for name, span in given.items() if span is None)
