"""What the first runs measured, put into the profile in place of what was only stated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from advisor.profile import Profile, Provenance
from harness.protocol import ArmScore, EvaluateResult, PrepareResult

FORMAT_IS_FINE = 0.9
"""Share of outputs in the right form above which the failures left are not failures of form."""


def best_arm(probed: EvaluateResult) -> ArmScore:
    """The prompt with most right answers; of equals the one with fewer prompt tokens."""
    return max(probed.arms, key=lambda arm: (arm.correct, -arm.prompt_tokens))


def measured_profile(profile: Profile, prepared: PrepareResult, probed: EvaluateResult, *, on: date) -> Profile:
    """The profile with example counts, token counts, best prompt score and failure mode as measured."""
    best = best_arm(probed)
    if not best.items:
        return profile
    found = {**_from_data(prepared), **_from_probe(probed, best)}
    for name, (value, source) in found.items():
        profile = profile.with_answer(name, value, Provenance(kind="measured", as_of=on, source=source))
    return profile


def _from_data(prepared: PrepareResult) -> Mapping[str, tuple[Any, str]]:
    rows, source = prepared.dataset.rows, f"counted in {prepared.dataset.name}"
    tokens = "counted with the model's own tokenizer over the training rows"
    return {
        "n_examples": (rows["train"], source),
        "eval_items": (rows["test"], source),
        "train_tokens_per_example": (max(1, round(prepared.mean_example_tokens)), tokens),
    }


def _from_probe(probed: EvaluateResult, best: ArmScore) -> Mapping[str, tuple[Any, str]]:
    source = f"best of {len(probed.arms)} prompts on {best.items} validation items ({best.arm})"
    return {
        "metric_defined": (True, "exact match with the gold answer"),
        "prompt_effort": ("optimized" if len(probed.arms) > 1 else "basic", source),
        "prompt_score": (round(best.correct / best.items, 4), source),
        "failure_mode": (_failure_mode(best), f"form of the outputs of {best.arm} on {best.items} validation items"),
    }


def _failure_mode(best: ArmScore) -> str:
    if best.correct == best.items:
        return "none"
    return "behaviour" if best.format_valid / best.items >= FORMAT_IS_FINE else "format"
