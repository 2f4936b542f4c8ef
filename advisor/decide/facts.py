"""A profile as plain values that the gates read thousands of times per decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from advisor.profile import Profile


@dataclass(frozen=True)
class Facts:
    """The answers that the decision looks at; None is unknown. Units as in the profile."""

    task_type: str | None = None
    general_task: bool | None = None
    domain_gap: str | None = None
    n_examples: int | None = None
    label_quality: str | None = None
    label_agreement: float | None = None
    eval_items: int | None = None
    metric_defined: bool | None = None
    volume_per_day: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cacheable_prefix_tokens: int | None = None
    latency_p95_ms: float | None = None
    privacy: str | None = None
    requirement_change_days: float | None = None
    knowledge_need: str | None = None
    kb_tokens: int | None = None
    freshness_days: float | None = None
    needs_citations: bool | None = None
    output_format: str | None = None
    style_gap: str | None = None
    low_resource_language: bool | None = None
    lead_time_days: float | None = None
    budget_usd: float | None = None
    prompt_effort: str | None = None
    prompt_score: float | None = None
    target_score: float | None = None
    tuned_score: float | None = None
    failure_mode: str | None = None
    teacher_reaches_target: bool | None = None
    weights_allowed: bool | None = None
    n_tasks: int | None = None
    stage: str | None = None

    def but(self, **changes: Any) -> Facts:
        """A copy with some answers changed; ten times faster than ``dataclasses.replace``, and called as often."""
        return self.but_with(changes)

    def but_with(self, changes: Mapping[str, Any]) -> Facts:
        """The same, from a mapping."""
        other = object.__new__(Facts)
        other.__dict__.update(self.__dict__)
        other.__dict__.update(changes)
        return other


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Facts))


def facts_of(profile: Profile) -> Facts:
    """The facts of a profile. The answer ``unknown`` is no answer; money becomes a float, as draws are floats."""
    values = {name: getattr(profile, name) for name in NAMES}
    known = {name: None if value == "unknown" else value for name, value in values.items()}
    budget = profile.budget_usd
    return Facts().but_with({**known, "budget_usd": None if budget is None else float(budget)})
