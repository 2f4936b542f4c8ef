"""The harness with its training replaced by steps that wait: its lock, journal, signals and endings are the real ones.

Called like ``python -m harness train SPEC.json --quiet``; a step takes PLAYER_STEP_S seconds. With PLAYER_DEAF it takes
no notice of a request to stop.
"""

from __future__ import annotations

import os
import sys
import time
from decimal import Decimal

import harness.__main__ as entry
from harness.emit import Emitter
from harness.protocol import EvaluateResult, EvaluateSpec, PrepareResult, PrepareSpec, StepDone, TrainResult, TrainSpec


def play(
    spec: PrepareSpec | TrainSpec | EvaluateSpec, emitter: Emitter
) -> PrepareResult | TrainResult | EvaluateResult:
    assert isinstance(spec, TrainSpec)
    done = max((event.step for event in emitter.history.events if isinstance(event, StepDone)), default=0)
    for step in range(done + 1, spec.max_steps + 1):
        time.sleep(float(os.environ.get("PLAYER_STEP_S", "0.02")))
        emitter.emit(step_done(step, spec.max_steps, emitter.elapsed()))
        if not os.environ.get("PLAYER_DEAF"):
            emitter.check_stop(step)
    return result(spec.max_steps)


def step_done(step: int, total: int, elapsed_s: float) -> StepDone:
    return StepDone(
        elapsed_s=elapsed_s, step=step, total_steps=total, loss=3.0 / step, learning_rate=1e-3, grad_norm=None,
        tokens=100 * step, examples=4 * step, tokens_per_second=50.0, peak_memory_gib=1.5,
        usd_so_far=Decimal("0.001") * step, eta_s=None,
    )  # fmt: skip


def result(steps: int) -> TrainResult:
    return TrainResult(
        steps=steps, examples=4 * steps, tokens=100 * steps, trained_tokens=10 * steps, first_loss=3.0, final_loss=3.0 / steps,
        validation_loss=None, adapter_dir="adapter", adapter_sha256="0" * 64, adapter_params=1, peak_memory_gib=1.5,
        tokens_per_second=50.0, examples_per_second=2.0, machine_hours=0.01, usd=Decimal("0.02"), learned=True,
    )  # fmt: skip


if __name__ == "__main__":
    entry.dispatch = play
    sys.exit(entry.main())
