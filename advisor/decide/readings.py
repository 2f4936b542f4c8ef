"""How an input is read while nobody has answered it: the neutral reading, in words."""

from __future__ import annotations

from advisor.decide.facts import Facts

READINGS: dict[str, str] = {
    "metric_defined": "read as missing, unless a score, a target or a known cause of failure shows that there is one",
    "eval_items": "read as enough",
    "prompt_score": "read as below the target",
    "target_score": "read as not reached",
    "failure_mode": "read as behaviour, and as facts where knowledge is needed",
    "n_examples": "read as too few to tune",
    "prompt_effort": "read as basic",
    "label_quality": "read as usable",
    "teacher_reaches_target": "read as no, unless cost or latency is all that fails",
    "knowledge_need": "read as none",
    "kb_tokens": "read as too large for a prompt where knowledge is needed",
    "lead_time_days": "read as long enough",
    "requirement_change_days": "read as stable",
    "weights_allowed": "read as permitted",
    "stage": "read as production",
    "volume_per_day": "read as enough to pay for a model of one's own where cost fails",
    "budget_usd": "read as enough for a small run",
    "output_format": "read as free text",
    "style_gap": "read as none",
    "domain_gap": "read as none",
}


def assumptions(facts: Facts) -> tuple[str, ...]:
    """The unknown inputs that the rules had to read somehow, the weightiest first."""
    return tuple(f"{name} is unknown: {text}" for name, text in READINGS.items() if getattr(facts, name) is None)
