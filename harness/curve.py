"""The loss curve of a run as its events tell it, sessions joined, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from harness.protocol import Event, StepDone, ValidationLoss

ENDS = 0.1
"""Share of the steps at each end that are averaged before they are compared: single steps are noisy."""


def steps(events: Iterable[Event]) -> list[StepDone]:
    """One event per step, in order; a step that was done again after a kill counts as it was done last."""
    last = {event.step: event for event in events if isinstance(event, StepDone)}
    return [last[step] for step in sorted(last)]


def validation(events: Iterable[Event]) -> list[ValidationLoss]:
    """One validation loss per step, in order."""
    last = {event.step: event for event in events if isinstance(event, ValidationLoss)}
    return [last[step] for step in sorted(last)]


def learned(events: Iterable[Event]) -> bool:
    """Whether the loss fell: on validation rows where there are any, else between the ends of training."""
    events = list(events)
    checked, done = validation(events), steps(events)
    if len(checked) > 1:
        return checked[-1].loss < checked[0].loss
    width = max(1, round(len(done) * ENDS))
    return len(done) > 1 and fmean(step.loss for step in done[-width:]) < fmean(step.loss for step in done[:width])
