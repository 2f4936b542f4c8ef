"""The comparison of a finished evaluation, made from its journals each time it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from advisor.compare import compare
from advisor.compare.records import Comparison
from advisor.errors import TunewiseError
from advisor.workflow.records import JourneyView
from advisor.workflow.worth import usd_per_request
from harness import protocol
from harness.protocol import EvaluateResult, EvaluateSpec, RunStarted


def comparison_of(run_dir: Path, view: JourneyView) -> Comparison:
    """Recomputed from what the arms answered. Raises TunewiseError where the run is no finished evaluation."""
    spec, events = protocol.read_spec(run_dir / "spec.json"), protocol.read_events(run_dir)
    result = protocol.finished(events)
    if not isinstance(spec, EvaluateSpec) or not isinstance(result, EvaluateResult):
        raise TunewiseError(f"{run_dir.name} is not a finished evaluation", f"tunewise attach {run_dir.name}")
    profile = view.profile or view.inputs.profile
    started = next(event for event in events if isinstance(event, RunStarted))
    return compare(
        result,
        protocol.read_items(run_dir),
        spec.plan,
        plan_sha256=started.plan_sha256,
        labels={arm.id: arm.label for arm in spec.arms},
        value_per_correct_usd=profile.value_per_correct_usd,
        usd_per_request=_prices(view, spec),
        comparison_id=run_dir.name,
    )


def _prices(view: JourneyView, spec: EvaluateSpec) -> Mapping[str, Decimal | None] | None:
    if view.plan is None or spec.plan is None:
        return None
    profile = view.profile or view.inputs.profile
    return usd_per_request(view.plan, profile, baseline=spec.plan.baseline, candidate=spec.plan.candidate)
