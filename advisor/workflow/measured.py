"""What the first runs measured, put into the profile in place of what was only stated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from advisor.profile import Profile, Provenance
from harness.protocol import ArmScore, EvaluateResult, PrepareResult


def best_arm(probed: EvaluateResult) -> ArmScore:
    """The prompt with most right answers; of equals the one with fewer prompt tokens."""
    return max(probed.arms, key=lambda arm: (arm.correct, -arm.prompt_tokens))


def measured_profile(profile: Profile, prepared: PrepareResult, probed: EvaluateResult, *, on: date) -> Profile:
    """The profile with example counts, token counts, best prompt score and failure mode as measured."""
    best = best_arm(probed)
    found = {**_from_data(prepared), **(_from_probe(profile, probed, best) if _given(best) else {})}
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


def _from_probe(profile: Profile, probed: EvaluateResult, best: ArmScore) -> Mapping[str, tuple[Any, str]]:
    given = _given(best)
    source = f"best of {len(probed.arms)} prompts on {given} validation items ({best.arm})"
    found: dict[str, tuple[Any, str]] = {
        "metric_defined": (True, "exact match with the gold answer"),
        "prompt_score": (round(best.correct / given, 4), source),
        "failure_mode": (_failure_mode(best), f"form of the outputs of {best.arm} on {given} validation items"),
    }
    if profile.prompt_effort in (None, "none", "unknown"):  # trying a few prompts is no optimiser's run
        found["prompt_effort"] = ("basic", source)
    return found


def _given(arm: ArmScore) -> int:
    """Items that were answered: a failed request says nothing about a prompt."""
    return arm.items - arm.errors


def _failure_mode(best: ArmScore) -> str:
    """What more of the wrong answers fail by: their form, or a well-formed answer that is wrong."""
    formless, wrong = _given(best) - best.format_valid, best.format_valid - best.correct
    if best.correct == _given(best):
        return "none"
    return "format" if formless > wrong else "behaviour"
