"""One sentence for a manager: what to do, and the reason that settled it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.decide.records import Approach, GateResult

ACTIONS: dict[Approach, str] = {
    "prompt": "Don't fine-tune; improve the prompt",
    "few_shot": "Don't fine-tune; show the examples in the prompt",
    "rag": "Don't fine-tune; retrieve the facts",
    "lora": "Fine-tune with LoRA",
    "rag_lora": "Retrieve the facts and fine-tune with LoRA",
    "distill": "Distil the large model into a small one",
    "not_yet": "Don't fine-tune yet",
}
SETTLES: dict[Approach, tuple[str, ...]] = {
    "prompt": (
        "G1.",
        "G6.",
        "G7.",
        "K2.",
        "G2.",
        "G3.",
        "G4.",
        "C1.",
        "E2.",
        "E3.",
        "G5.nothing",
        "G8.",
        "G5.not",
        "L1.",
        "D0.",
        "D2.none",
    ),
    "few_shot": ("G2.", "G3.", "G4.", "C1.", "E2.", "D2.", "D3."),
    "rag": ("K1.",),
    "rag_lora": ("K3.",),
    "distill": ("E1.", "E3.teacher_too_dear"),
    "not_yet": ("G0.", "D1.", "D0.", "D2."),
}
"""Prefixes of the gate ids that give the reason, the first that applies."""


def headline(approach: Approach, gates: Sequence[GateResult]) -> str:
    """``Don't fine-tune; improve the prompt: 5 days until it is needed ...``."""
    reason = _gain(gates) if approach == "lora" else _reason(approach, gates)
    return f"{ACTIONS[approach]}: {reason}." if reason else f"{ACTIONS[approach]}."


def _reason(approach: Approach, gates: Sequence[GateResult]) -> str:
    for prefix in SETTLES[approach]:
        found = next((gate for gate in gates if gate.id.startswith(prefix) and gate.fired), None)
        if found is not None and found.decisive:
            return found.because
    return ""


def _gain(gates: Sequence[GateResult]) -> str:
    """Why tuning: the shortfall that is left, and the examples that can close it."""
    words = {gate.id: gate.because for gate in gates if not gate.unknown}
    return "; ".join(words[name] for name in ("G1.target_met", "L1.probe_reached", "B5.examples") if name in words)
