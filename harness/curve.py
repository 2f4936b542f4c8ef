"""What the loss curve of a run says."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from harness.protocol import Event, steps, validation_losses

ENDS = 0.1
"""Share of the steps at each end that are averaged before they are compared: single steps are noisy."""


def learned(events: Iterable[Event]) -> bool:
    """Whether the loss fell: on validation rows where there are any, else between the ends of training."""
    events = list(events)
    checked, done = validation_losses(events), steps(events)
    if len(checked) > 1:
        return checked[-1].loss < checked[0].loss
    width = max(1, round(len(done) * ENDS))
    return len(done) > 1 and fmean(step.loss for step in done[-width:]) < fmean(step.loss for step in done[:width])
