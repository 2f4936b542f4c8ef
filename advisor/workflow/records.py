"""What both front ends are shown: journeys, their stages, and runs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from advisor.compare.records import Comparison
from advisor.decide.records import Decision
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.records import Frozen
from advisor.runner.records import RunStatus, RunView
from advisor.shortlist import Shortlist
from harness.protocol import EMBEDDED, EvaluateResult, PrepareResult, TrainResult

__all__ = [
    "STAGES",
    "STAGE_TITLES",
    "Advice",
    "Draft",
    "JourneyInputs",
    "JourneyView",
    "ReportFiles",
    "RunStatus",
    "RunView",
    "StageId",
    "StageStatus",
    "StageView",
]

StageId = Literal["prepare", "probe", "decide", "plan", "train", "compare", "report"]
StageStatus = Literal["waiting", "running", "interrupted", "failed", "done", "skipped"]
STAGES: tuple[StageId, ...] = ("prepare", "probe", "decide", "plan", "train", "compare", "report")
STAGE_TITLES: dict[StageId, str] = {
    "prepare": "Model and data",
    "probe": "What can a prompt do?",
    "decide": "Prompt or fine-tune?",
    "plan": "Which model, at what cost?",
    "train": "LoRA run",
    "compare": "Did it help?",
    "report": "Report",
}


class Advice(Frozen):
    """The answer of ``advise``."""

    decision: Decision
    shortlist: Shortlist


class Draft(Frozen):
    """An unfinished wizard: the answers so far and the question shown."""

    profile: Profile
    question: str | None


class JourneyInputs(Frozen):
    """What a journey is made from; two journeys with equal inputs are the same work."""

    model: str = EMBEDDED
    data: str = EMBEDDED
    profile: Profile
    steps: int = 80
    validation_items: int = 100
    test_items: int = 200
    seed: int = 17
    train_anyway: bool = False
    """Train and compare even where the decision is not to tune."""


class StageView(Frozen):
    """One stage of a journey."""

    id: StageId
    title: str
    status: StageStatus
    run_id: str | None = None
    seconds: float | None = None
    summary: str = ""
    """One line of what came out, or of what went wrong."""
    hint: str = ""
    """How to go on, where it stopped: an exact command."""


class JourneyView(Frozen):
    """A journey as far as it has come, read from the journals alone."""

    id: str
    inputs: JourneyInputs
    stages: tuple[StageView, ...]
    prepared: PrepareResult | None = None
    probed: EvaluateResult | None = None
    profile: Profile | None = None
    """With what was measured filled in."""
    advice: Advice | None = None
    plan: Plan | None = None
    trained: TrainResult | None = None
    comparison: Comparison | None = None
    report_html: Path | None = None
    report_markdown: Path | None = None

    @property
    def next_stage(self) -> StageId | None:
        """The first stage that is not done; None at the end."""
        return next((stage.id for stage in self.stages if stage.status not in ("done", "skipped")), None)


class ReportFiles(Frozen):
    """Where a report was written."""

    html: Path
    markdown: Path
