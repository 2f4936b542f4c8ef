"""Everything that a report is made from: records, and where each of them stands in the journals."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import model_validator

from advisor.compare.records import Comparison, ItemPair
from advisor.decide.records import Decision
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.records import Frozen
from advisor.shortlist.records import Shortlist
from harness.protocol import (
    EvaluateResult,
    LoraSettings,
    Planned,
    PrepareResult,
    Price,
    StepDone,
    TrainResult,
    ValidationLoss,
)

Origin = Literal[
    "prepare", "probe", "decided", "planned", "train_spec", "train", "evaluate_spec", "evaluate", "items", "compared"
]  # fmt: skip
"""What a number can come from: results and specifications of runs, per-item answers, records of the workspace journal."""


class JournalRef(Frozen):
    """A record in a journal, or a specification by its digest."""

    path: str
    """Relative to the workspace, as ``runs/ID/events.jsonl``."""
    seq: int | None
    """Place of the record; None for a specification."""
    kind: str
    hash: str


class ProbeFacts(Frozen):
    """What a prompt could do, on validation items."""

    result: EvaluateResult
    labels: dict[str, str]
    """Arm id to its name."""
    best: str
    """Arm id of the prompt that became the baseline."""


class TrainFacts(Frozen):
    """A LoRA run from its plan to its end."""

    run_id: str
    result: TrainResult
    lora: LoraSettings
    learning_rate: float
    seed: int
    price: Price | None
    planned: Planned | None
    past_error: str = ""
    """What was said, when it started, of earlier estimates of like runs here; empty where there was none."""
    steps: tuple[StepDone, ...]
    """One per optimizer step, in order; of a step that was redone after a kill, the last."""
    validation: tuple[ValidationLoss, ...]


class EvaluationFacts(Frozen):
    """The comparison and the run behind it."""

    run_id: str
    result: EvaluateResult
    price: Price | None
    planned: Planned | None
    past_error: str = ""
    """What was said, when it started, of earlier estimates of like runs here; empty where there was none."""
    comparison: Comparison
    items: tuple[ItemPair, ...]


class StageTime(Frozen):
    """How long a stage of the journey took."""

    title: str
    seconds: float | None
    origin: Origin | None = None
    """Where the time is recorded."""


class CatalogFact(Frozen):
    """A fact of the catalog that the advice or the plan rests on."""

    name: str
    value: str
    source: str
    as_of: date


class ReportFacts(Frozen):
    """All that stands in a report. What was not done is None, and the report says so."""

    journey_id: str
    made_on: date
    version: str
    """Of tunewise."""
    profile: Profile
    decision: Decision
    shortlist: Shortlist
    prepared: PrepareResult
    plan: Plan | None = None
    probe: ProbeFacts | None = None
    train: TrainFacts | None = None
    evaluation: EvaluationFacts | None = None
    timings: tuple[StageTime, ...] = ()
    catalog: tuple[CatalogFact, ...] = ()
    journal: dict[Origin, JournalRef]

    @model_validator(mode="after")
    def _sourced(self) -> ReportFacts:
        """A number without a place in a journal would be a number without a source."""
        needed: dict[Origin, object] = {
            "prepare": self.prepared, "decided": self.decision, "planned": self.plan, "probe": self.probe,
            "train": self.train, "train_spec": self.train, "evaluate": self.evaluation, "evaluate_spec": self.evaluation,
            "items": self.evaluation, "compared": self.evaluation,
        }  # fmt: skip
        missing = [name for name, record in needed.items() if record is not None and name not in self.journal]
        if missing:
            raise ValueError(f"no journal record is named for: {', '.join(missing)}")
        return self
