"""From what a journey knows to the specification of its next run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from advisor.estimate.ledger import Expected
from advisor.paths import Workspace
from advisor.plan.records import OfferChoice
from advisor.workflow.expecting import planned_from
from advisor.workflow.records import JourneyView
from harness.protocol import (
    Arm,
    EngineSettings,
    EvaluateSpec,
    EvaluationPlan,
    PrepareResult,
    PrepareSpec,
    Price,
    Prompt,
    TrainSpec,
)

MICRO_BATCH = 16
"""Rows of an optimizer step: with a shared prefix more rows cost little."""
CHECKPOINTS = 6
"""Saved in the course of a run: a kill costs a sixth of it at most."""
MINIMUM_GAIN = 0.02
"""Smallest gain worth a tuned model's upkeep, as a fraction of items: a judgement, stated in the report."""
CANDIDATE = "tuned"


def prepare_spec(workspace: Workspace, journey: JourneyView, run_id: str) -> PrepareSpec:
    """Model and data of a journey."""
    inputs = journey.inputs
    return PrepareSpec(
        run_id=run_id,
        run_dir=str(workspace.run_dir(run_id)),
        model=inputs.model,
        data=inputs.data,
        model_cache=str(workspace.models),
        data_dir=str(workspace.data / journey.id),
        seed=inputs.seed,
        validation_items=inputs.validation_items,
        test_items=inputs.test_items,
    )


def probe_spec(
    workspace: Workspace, prepared: PrepareResult, prompts: Sequence[Prompt], *, run_id: str, items: int, seed: int
) -> EvaluateSpec:
    """Every candidate prompt on the validation items."""
    arms = tuple(_base(prepared, prompt.id, prompt_label(prompt), prompt) for prompt in prompts)
    return EvaluateSpec(
        run_id=run_id,
        run_dir=str(workspace.run_dir(run_id)),
        data_dir=prepared.data_dir,
        data_sha256=prepared.data_sha256,
        split="validation",
        items=min(items, prepared.dataset.rows["validation"]),
        arms=arms,
        engine=engine_for(prepared),
        seed=seed,
    )


def train_spec(workspace: Workspace, journey: JourneyView, prompt: Prompt, run_id: str) -> TrainSpec:
    """The plan as a LoRA run on this machine, counted at the price of the chosen offer."""
    prepared, inputs = _prepared(journey), journey.inputs
    return TrainSpec(
        run_id=run_id,
        run_dir=str(workspace.run_dir(run_id)),
        model_dir=prepared.model_dir,
        model_sha256=prepared.model_sha256,
        data_dir=prepared.data_dir,
        data_sha256=prepared.data_sha256,
        prompt=prompt,
        max_steps=inputs.steps,
        micro_batch=MICRO_BATCH,
        checkpoint_every=max(1, inputs.steps // CHECKPOINTS),
        seed=inputs.seed,
        price=_price(journey),
    )


def compare_spec(
    workspace: Workspace,
    journey: JourneyView,
    *,
    baseline: Prompt,
    zero_shot: Prompt,
    adapter_dir: Path,
    adapter_sha256: str,
    run_id: str,
) -> EvaluateSpec:
    """Base with its best prompt, base zero-shot, and tuned, on the same test items; the plan is set here."""
    prepared = _prepared(journey)
    items = min(journey.inputs.test_items, prepared.dataset.rows["test"])
    best = _base(prepared, "best_prompt", f"base, best prompt ({prompt_label(baseline)})", baseline)
    plain = _base(prepared, "zero_shot", "base, zero-shot", zero_shot)
    adapter = {"adapter_dir": str(adapter_dir), "adapter_sha256": adapter_sha256}
    tuned = _base(prepared, CANDIDATE, "tuned (LoRA)", zero_shot).model_copy(update=adapter)
    arms = (best, tuned) if baseline.id == zero_shot.id else (best, plain, tuned)
    return EvaluateSpec(
        run_id=run_id,
        run_dir=str(workspace.run_dir(run_id)),
        data_dir=prepared.data_dir,
        data_sha256=prepared.data_sha256,
        split="test",
        items=items,
        arms=arms,
        plan=EvaluationPlan(baseline="best_prompt", candidate=CANDIDATE, minimum_gain=MINIMUM_GAIN, items=items),
        engine=engine_for(prepared),
        seed=journey.inputs.seed,
        price=_price(journey),
    )


def _base(prepared: PrepareResult, arm: str, label: str, prompt: Prompt) -> Arm:
    """The prepared model with a prompt."""
    return Arm(id=arm, label=label, model_dir=prepared.model_dir, model_sha256=prepared.model_sha256, prompt=prompt)


def prompt_label(prompt: Prompt) -> str:
    """A prompt in words: how many worked examples it shows."""
    return f"{len(prompt.shots)} shots" if prompt.shots else "zero-shot"


def engine_for(prepared: PrepareResult) -> EngineSettings:
    """Outputs of a classifier are short; free text gets more room, within the model's context."""
    if prepared.dataset.task == "classification":
        return EngineSettings()
    return EngineSettings(max_new_tokens=256, max_model_len=min(4096, prepared.model.context_length or 2048))


def _prepared(journey: JourneyView) -> PrepareResult:
    if journey.prepared is None:
        raise ValueError("a run is specified only after the model and the data are prepared")
    return journey.prepared


def _chosen(journey: JourneyView) -> OfferChoice | None:
    return journey.plan.chosen if journey.plan else None


def _price(journey: JourneyView) -> Price | None:
    offer = _chosen(journey)
    if offer is None:
        return None
    return Price(
        offer_id=offer.offer_id, gpu=offer.gpu, usd_per_hour=offer.usd_per_hour, source=offer.source, as_of=offer.as_of
    )


def with_plan(spec: TrainSpec | EvaluateSpec, journey: JourneyView, expected: Expected) -> TrainSpec | EvaluateSpec:
    """The specification with what is expected of its run, where the journey has a plan to hold it against."""
    if journey.plan is None:
        return spec
    return spec.model_copy(update={"planned": planned_from(expected, journey.plan.id)})
