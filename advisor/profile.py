"""The profile: what is known about the task, where each answer comes from, and what is unknown.

Every field may be absent or ``None``: unknown is a value. A bare value counts as ``stated``; ``{"value": ...,
"provenance": "measured" | "stated" | "assumed", "as_of": ..., "source": ...}`` says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

TaskType = Literal[
    "classification", "routing", "extraction", "qa", "summarization", "generation",
    "chat", "translation", "reasoning", "code_dsl", "code_general", "agent",
]  # fmt: skip
LabelQuality = Literal["high", "medium", "low", "unknown"]
Privacy = Literal["api_ok", "no_egress"]
KnowledgeNeed = Literal["none", "static", "dynamic"]
OutputFormat = Literal["free", "json_schema", "custom"]
Gap = Literal["none", "some", "strong"]
TeamSkill = Literal["none", "some", "ml"]
PromptEffort = Literal["none", "basic", "optimized"]
FailureMode = Literal["none", "behaviour", "format", "knowledge", "reasoning", "cost", "latency", "unknown"]
Stage = Literal["prototype", "production"]
Source = Literal["measured", "stated", "assumed"]


class Provenance(BaseModel):
    """Where one answer comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Source = "stated"
    as_of: date | None = None
    source: str | None = None


STATED = Provenance()


class Profile(BaseModel):
    """A task, as far as it is known. Scores and rates are fractions of 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str | None = Field(default=None, max_length=200)
    task_type: TaskType | None = None
    general_task: bool | None = None
    """Is it something that any general model already does, such as an office assistant?"""
    domain_gap: Gap | None = None
    """Vocabulary that base models do not know."""
    n_examples: int | None = Field(default=None, ge=0, le=10**9)
    """Labelled examples that may be trained on; evaluation items are separate and may be more."""
    label_quality: LabelQuality | None = None
    label_agreement: float | None = Field(default=None, ge=-1, le=1)
    """Krippendorff's alpha between labellers."""
    eval_items: int | None = Field(default=None, ge=0, le=10**9)
    metric_defined: bool | None = None
    volume_per_day: float | None = Field(default=None, ge=0, le=1e12)
    """Requests per day."""
    tokens_in: int | None = Field(default=None, ge=0, le=10**8)
    """Tokens per request that go in, prompt included."""
    tokens_out: int | None = Field(default=None, ge=0, le=10**8)
    cacheable_prefix_tokens: int | None = Field(default=None, ge=0, le=10**8)
    context_tokens: int | None = Field(default=None, ge=0, le=10**9)
    """Longest context that the task needs."""
    latency_p95_ms: float | None = Field(default=None, gt=0, le=1e9)
    privacy: Privacy | None = None
    requirement_change_days: float | None = Field(default=None, gt=0, le=1e6)
    """How many days the requirements hold."""
    knowledge_need: KnowledgeNeed | None = None
    kb_tokens: int | None = Field(default=None, ge=0, le=10**12)
    freshness_days: float | None = Field(default=None, ge=0, le=1e6)
    needs_citations: bool | None = None
    output_format: OutputFormat | None = None
    style_gap: Gap | None = None
    languages: tuple[str, ...] | None = None
    low_resource_language: bool | None = None
    lead_time_days: float | None = Field(default=None, ge=0, le=1e6)
    budget_usd: Decimal | None = Field(default=None, ge=0, le=10**12)
    team_skill: TeamSkill | None = None
    prompt_effort: PromptEffort | None = None
    prompt_score: float | None = Field(default=None, ge=0, le=1)
    """Score of the best prompt so far on the task's metric."""
    target_score: float | None = Field(default=None, ge=0, le=1)
    failure_mode: FailureMode | None = None
    teacher_reaches_target: bool | None = None
    weights_allowed: bool | None = None
    """May a model be tuned at all: contract, licence, vendor."""
    n_tasks: int | None = Field(default=None, ge=1, le=10**6)
    stage: Stage | None = None
    commercial_use: bool | None = None
    train_tokens_per_example: int | None = Field(default=None, ge=1, le=10**8)
    epochs: float | None = Field(default=None, gt=0, le=1000)
    horizon_months: float | None = Field(default=None, gt=0, le=600)
    value_per_correct_usd: Decimal | None = Field(default=None, ge=0, le=10**9)
    """What one more right answer is worth."""
    label_usd_per_example: Decimal | None = Field(default=None, ge=0, le=10**6)
    engineer_usd_per_hour: Decimal | None = Field(default=None, ge=0, le=10**6)

    provenance: Mapping[str, Provenance] = Field(default_factory=dict)
    """Where the answers come from; fields that are not named here are ``stated``."""

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        """Accept ``{"value": ..., "provenance": ...}`` in place of a bare value."""
        if not isinstance(data, Mapping):
            return data
        plain: dict[str, Any] = {}
        origins: dict[str, Any] = dict(data.get("provenance") or {})
        for key, given in data.items():
            if key == "provenance":
                continue
            if isinstance(given, Mapping) and "value" in given:
                rest = {name: part for name, part in given.items() if name != "value"}
                origins[key] = {"kind": rest.pop("provenance", "stated"), **rest}
                given = given["value"]
            plain[key] = given
        return {**plain, "provenance": origins}

    @model_serializer(mode="plain")
    def _wrap(self) -> dict[str, Any]:
        """Known answers only; those that are not plainly stated carry their provenance."""
        known = {name: getattr(self, name) for name in self.known()}
        return {name: self._with_origin(name, given) for name, given in known.items()}

    def _with_origin(self, name: str, given: Any) -> Any:
        value = list(given) if isinstance(given, tuple) else str(given) if isinstance(given, Decimal) else given
        origin = self.origin(name)
        if origin == STATED:
            return value
        extra = origin.model_dump(mode="json", exclude_none=True, exclude={"kind"})
        return {"value": value, "provenance": origin.kind, **extra}

    def known(self) -> tuple[str, ...]:
        """Names of the answered fields, in the order of the profile."""
        return tuple(name for name in INPUTS if getattr(self, name) is not None)

    def unknown(self) -> tuple[str, ...]:
        """Names of the fields that nobody has answered."""
        return tuple(name for name in INPUTS if getattr(self, name) is None)

    def origin(self, name: str) -> Provenance:
        """Where an answer comes from."""
        return self.provenance.get(name, STATED)

    def with_answer(self, name: str, value: Any, origin: Provenance = STATED) -> Profile:
        """A copy with one answer set, or cleared with ``None``. Raises pydantic.ValidationError."""
        raw = {key: getattr(self, key) for key in INPUTS} | {name: value}
        kept = {key: note for key, note in self.provenance.items() if key != name}
        if value is not None and origin != STATED:
            kept[name] = origin
        return Profile.model_validate({**raw, "provenance": kept})


INPUTS: tuple[str, ...] = tuple(name for name in Profile.model_fields if name != "provenance")
