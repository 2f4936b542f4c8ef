"""The words for closed sets, and a mark for every state, so that no meaning rests on colour."""

from __future__ import annotations

import re

from advisor.compare.records import Verdict
from advisor.decide.records import Approach
from advisor.profile import Profile
from advisor.workflow.records import RunStatus, StageId, StageStatus

APPROACH_NAMES: dict[Approach, str] = {
    "prompt": "Prompt",
    "few_shot": "Few-shot prompt",
    "rag": "Retrieval (RAG)",
    "lora": "LoRA fine-tune",
    "rag_lora": "RAG + LoRA",
    "distill": "Distillation",
    "not_yet": "Not yet",
}

APPROACH_VERDICTS: dict[Approach, str] = {
    "prompt": "Don't fine-tune: write a better prompt",
    "few_shot": "Don't fine-tune: show the model examples",
    "rag": "Don't fine-tune: give the model the documents",
    "lora": "Fine-tune: a LoRA adapter",
    "rag_lora": "Fine-tune a LoRA adapter, and retrieve documents",
    "distill": "Fine-tune: distil a larger model into a small one",
    "not_yet": "Don't fine-tune yet",
}

VERDICT_NAMES: dict[Verdict, str] = {
    "SHIP": "SHIP: the tuned model is better",
    "SHIP_CHEAPER": "SHIP, CHEAPER: as good, for less",
    "KEEP": "KEEP the prompt: tuning did not help",
    "NOT_ENOUGH_DATA": "NOT ENOUGH DATA for a verdict",
    "INVALID": "INVALID: this comparison does not count",
}

MARKS: dict[StageStatus | RunStatus, str] = {
    "waiting": "○",
    "starting": "▸",
    "running": "▸",
    "interrupted": "‖",
    "killed": "‖",
    "failed": "✗",
    "done": "✓",
    "finished": "✓",
    "skipped": "-",
}

TONES: dict[StageStatus | RunStatus, str] = {
    "waiting": "$foreground-muted",
    "starting": "$text-accent",
    "running": "$text-accent",
    "interrupted": "$text-warning",
    "killed": "$text-warning",
    "failed": "$text-error",
    "done": "$text-success",
    "finished": "$text-success",
    "skipped": "$foreground-muted",
}

RUN_NAMES: dict[str, str] = {"prepare": "Model and data", "train": "LoRA run", "evaluate": "Evaluation"}

STAGE_PURPOSE: dict[StageId, str] = {
    "prepare": "check the model, split the data",
    "probe": "measure the best prompt first",
    "decide": "gates, reasons, what would flip it",
    "plan": "dollars and hours, with ranges",
    "train": "a LoRA adapter, live and resumable",
    "compare": "same items, paired, with intervals",
    "report": "every number with its source",
}

FIELD_NAMES: dict[str, str] = {
    "n_examples": "training examples",
    "eval_items": "held-out items",
    "metric_defined": "a metric",
    "volume_per_day": "requests a day",
    "tokens_in": "tokens in per request",
    "tokens_out": "tokens out per request",
    "cacheable_prefix_tokens": "tokens the same each time",
    "context_tokens": "longest input",
    "latency_p95_ms": "milliseconds for 95 %",
    "requirement_change_days": "days requirements hold",
    "lead_time_days": "days until needed",
    "kb_tokens": "tokens of facts",
    "freshness_days": "days until a fact is known",
    "budget_usd": "budget in dollars",
    "tuned_score": "score of a small probe",
    "prompt_score": "score of the best prompt",
    "prompt_effort": "work put into the prompt",
    "failure_mode": "main failure",
    "knowledge_need": "need of facts",
    "teacher_reaches_target": "a stronger model suffices",
    "weights_allowed": "tuning allowed",
    "n_tasks": "tasks of this kind",
    "stage": "prototype or production",
    "general_task": "a general task",
    "low_resource_language": "a rare language",
    "needs_citations": "citations needed",
    "value_per_correct_usd": "dollars per right answer",
    "label_usd_per_example": "dollars per label",
    "engineer_usd_per_hour": "dollars per engineer hour",
    "train_tokens_per_example": "tokens per example",
    "horizon_months": "months to pay back",
}
"""Answers in words, where the name of the field does not say what it is."""


def field_name(field: str) -> str:
    """What an answer of the profile is called on the screen."""
    return FIELD_NAMES.get(field) or field.replace("_", " ")


def spoken(text: str) -> str:
    """A sentence of the decision with the fields it names in words."""
    return FIELD.sub(lambda found: field_name(found[0]), text)


FIELD = re.compile(rf"\b({'|'.join(name for name in Profile.model_fields if '_' in name)})\b")
