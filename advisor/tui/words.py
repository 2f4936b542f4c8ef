"""The words for closed sets, and a mark for every state, so that no meaning rests on colour."""

from __future__ import annotations

from advisor.compare.records import Verdict
from advisor.decide.records import Approach
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
