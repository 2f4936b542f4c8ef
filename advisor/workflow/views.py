"""A journey as the journals tell it. Pure: records in, views out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.compare.records import Comparison
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.workflow.records import (
    STAGE_TITLES,
    STAGES,
    Advice,
    JourneyInputs,
    JourneyView,
    RunView,
    StageId,
    StageStatus,
    StageView,
)
from harness.chain import Record
from harness.protocol import EvaluateResult, PrepareResult, TrainResult

TUNING = frozenset({"lora", "rag_lora", "distill"})
RUN_STAGES: tuple[StageId, ...] = ("prepare", "probe", "train", "compare")
STATUS_OF_RUN: Mapping[str, StageStatus] = {
    "starting": "running",
    "running": "running",
    "interrupted": "interrupted",
    "killed": "interrupted",
    "failed": "failed",
    "finished": "done",
}


class StageRun(NamedTuple):
    """The last run of a stage, as its journal and its process tell it."""

    view: RunView
    result: PrepareResult | EvaluateResult | TrainResult | None


def stage_of(run_id: str) -> str:
    """Runs of a journey are named after their stage."""
    return run_id.partition("-")[0]


def run_ids(records: Iterable[Record], journey_id: str) -> dict[str, str]:
    """The newest run of each stage of a journey."""
    started = (record.body for record in records if record.kind == "run_started")
    return {stage_of(body["run_id"]): body["run_id"] for body in started if body.get("journey") == journey_id}


def journey_view(records: Sequence[Record], journey_id: str, runs: Mapping[str, StageRun]) -> JourneyView:
    """One journey from the workspace journal and its runs."""
    own = [record for record in records if record.body.get("journey") == journey_id]
    last = {record.kind: record.body for record in own}
    inputs = JourneyInputs.model_validate(last["journey_started"]["inputs"])
    facts = _facts(last, runs)
    return JourneyView(id=journey_id, inputs=inputs, stages=_stages(inputs, last, runs, facts), **facts)


def _facts(last: Mapping[str, Mapping[str, Any]], runs: Mapping[str, StageRun]) -> dict[str, Any]:
    results = {stage: run.result for stage, run in runs.items()}
    decided, reported = last.get("decided"), last.get("reported")
    return {
        "prepared": results.get("prepare"),
        "probed": results.get("probe"),
        "trained": results.get("train"),
        "profile": Profile.model_validate(decided["profile"]) if decided else None,
        "advice": Advice.model_validate(decided["advice"]) if decided else None,
        "plan": Plan.model_validate(last["planned"]["plan"]) if "planned" in last else None,
        "comparison": Comparison.model_validate(last["compared"]["comparison"]) if "compared" in last else None,
        "report_html": Path(reported["html"]) if reported else None,
        "report_markdown": Path(reported["markdown"]) if reported else None,
    }


def _stages(
    inputs: JourneyInputs, last: Mapping[str, Any], runs: Mapping[str, StageRun], facts: Mapping[str, Any]
) -> tuple[StageView, ...]:
    advice: Advice | None = facts["advice"]
    tuning = advice is None or inputs.train_anyway or advice.decision.approach in TUNING
    return tuple(_stage(stage, last, runs, facts, tuning=tuning) for stage in STAGES)


def _stage(
    stage: StageId, last: Mapping[str, Any], runs: Mapping[str, StageRun], facts: Mapping[str, Any], *, tuning: bool
) -> StageView:
    title = STAGE_TITLES[stage]
    if stage in ("train", "compare") and not tuning:
        return StageView(id=stage, title=title, status="skipped", summary="not needed: the decision is not to tune")
    if stage in RUN_STAGES:
        return _run_stage(stage, title, runs.get(stage), facts)
    kind = {"decide": "decided", "plan": "planned", "report": "reported"}[stage]
    if kind not in last:
        return StageView(id=stage, title=title, status="waiting")
    return StageView(
        id=stage, title=title, status="done", seconds=last[kind].get("seconds"), summary=summary(stage, facts)
    )


def _run_stage(stage: StageId, title: str, run: StageRun | None, facts: Mapping[str, Any]) -> StageView:
    if run is None:
        return StageView(id=stage, title=title, status="waiting")
    view = run.view
    status = STATUS_OF_RUN[view.status]
    if stage == "compare" and status == "done" and facts["comparison"] is None:
        status = "running"
    told = summary(stage, facts) if status == "done" else view.detail
    hint = view.resume_command or "" if status in ("interrupted", "failed") else ""
    return StageView(
        id=stage, title=title, status=status, run_id=view.id, seconds=view.elapsed_s, summary=told, hint=hint
    )


def summary(stage: StageId, facts: Mapping[str, Any]) -> str:
    """What came out of a stage, in one line."""
    tell = {"prepare": _tell_prepared, "probe": _tell_probed, "decide": _tell_decided, "plan": _tell_plan,
            "train": _tell_trained, "compare": _tell_compared, "report": _tell_report}[stage]  # fmt: skip
    return tell(facts)


def _tell_prepared(facts: Mapping[str, Any]) -> str:
    prepared: PrepareResult = facts["prepared"]
    rows = prepared.dataset.rows
    counts = f"{rows['train']:,} training, {rows['validation']:,} validation and {rows['test']:,} test rows"
    return f"{prepared.model_name} ({prepared.model.total_params / 1e6:,.0f} M parameters); {counts}"


def _tell_probed(facts: Mapping[str, Any]) -> str:
    probed: EvaluateResult = facts["probed"]
    if not probed.arms:
        return "no prompt was measured"
    best = max(probed.arms, key=lambda arm: arm.correct)
    return f"the best of {len(probed.arms)} prompts is right on {best.correct} of {best.items} items"


def _tell_decided(facts: Mapping[str, Any]) -> str:
    advice: Advice = facts["advice"]
    return f"{advice.decision.headline} Holds in {advice.decision.confidence:.0%} of draws over what is unknown."


def _tell_plan(facts: Mapping[str, Any]) -> str:
    plan: Plan = facts["plan"]
    offer = plan.chosen
    return (
        f"{offer.gpus} x {offer.gpu} at {offer.provider}, ${offer.usd_per_hour:,.2f} an hour; "
        f"training ${offer.usd.low:.2f} to ${offer.usd.high:.2f}"
    )


def _tell_trained(facts: Mapping[str, Any]) -> str:
    trained: TrainResult = facts["trained"]
    learned = "" if trained.learned else " (did not learn)"
    return f"{trained.steps} steps, loss {trained.first_loss:.2f} to {trained.final_loss:.2f}{learned}"


def _tell_compared(facts: Mapping[str, Any]) -> str:
    comparison: Comparison = facts["comparison"]
    primary = comparison.primary
    if primary is None:
        return f"{comparison.verdict}: {comparison.because}"
    low, high = primary.interval
    return f"{comparison.verdict}: {primary.difference * 100:+.1f} points ({low * 100:+.1f} to {high * 100:+.1f}), n = {primary.n}"


def _tell_report(facts: Mapping[str, Any]) -> str:
    html: Path = facts["report_html"]
    return f"reports/{html.name}"
