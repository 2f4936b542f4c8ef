"""Is tuning possible at all? Time, stage, stability of the requirements, permission, money, privacy."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.words import dollars, shown

TUNING_CYCLE_DAYS = 14
"""Guide: about two weeks. The training job takes minutes to hours; data and evaluation take the days."""
RETRAIN_CYCLE_DAYS = 30
"""Default cycle of retraining. Judgement of this project."""
SMALLEST_BUDGET_USD = 10
"""A LoRA run of an 8B model on 5,000 examples costs 1 to 4 dollars (hosted prices, 2026), an evaluation as much again."""


def _short_lead(facts: Facts) -> bool | None:
    return None if facts.lead_time_days is None else facts.lead_time_days < TUNING_CYCLE_DAYS


def _prototype(facts: Facts) -> bool | None:
    return None if facts.stage is None else facts.stage == "prototype"


def _changes_fast(facts: Facts) -> bool | None:
    return None if facts.requirement_change_days is None else facts.requirement_change_days < RETRAIN_CYCLE_DAYS


def _forbidden(facts: Facts) -> bool | None:
    return None if facts.weights_allowed is None else not facts.weights_allowed


def _no_money(facts: Facts) -> bool | None:
    return None if facts.budget_usd is None else facts.budget_usd < SMALLEST_BUDGET_USD


def _no_egress(facts: Facts) -> bool | None:
    return None if facts.privacy is None else facts.privacy == "no_egress"


SHORT_LEAD = Gate(
    id="G2.lead_time",
    test=_short_lead,
    inputs=("lead_time_days",),
    effect="blocks tuning",
    because=lambda f: (
        f"{shown(f.lead_time_days)} days until it is needed; a tuning cycle with its data and evaluation takes about {TUNING_CYCLE_DAYS}"
    ),
    source="guide, stick with prompting (about two weeks of lead time)",
    other_view="the training job itself takes minutes to hours at 500 to 5,000 examples; with data and evaluation ready, two weeks is too cautious",
)
PROTOTYPE = Gate(
    id="G2.prototype",
    test=_prototype,
    inputs=("stage",),
    effect="blocks tuning",
    because=lambda f: f"stage: {shown(f.stage)}",
    source="guide, stick with prompting (rapid prototyping); applied-llms (no GPUs before product-market fit); Google Vertex",
)
CHANGES_FAST = Gate(
    id="G3.change",
    test=_changes_fast,
    inputs=("requirement_change_days",),
    effect="blocks tuning",
    because=lambda f: (
        f"requirements hold for {shown(f.requirement_change_days)} days; retraining follows every {RETRAIN_CYCLE_DAYS}"
    ),
    source="guide, stick with prompting (frequently changing requirements); the cycle of 30 days is this project's default",
)
FORBIDDEN = Gate(
    id="G4.permission",
    test=_forbidden,
    inputs=("weights_allowed",),
    effect="blocks tuning",
    because=lambda f: (
        "contract, licence or vendor forbid tuning" if f.weights_allowed is False else "tuning a model is permitted"
    ),
    source="OpenAI deprecations page: self-serve tuning closed to new organisations on 2026-05-07, last job 2027-01-06",
    other_view="Google, AWS, Together and open weights keep tuning open",
)
NO_MONEY = Gate(
    id="C1.budget",
    test=_no_money,
    inputs=("budget_usd",),
    effect="blocks tuning",
    because=lambda f: (
        f"budget {dollars(f.budget_usd or 0)}; one small LoRA run with its evaluation takes about {dollars(SMALLEST_BUDGET_USD)}"
    ),
    source="guide, budget constraints; hosted LoRA prices 2026: Fireworks $3.84, Tinker $3.38 for 7.7M tokens",
)
NO_EGRESS = Gate(
    id="P.no_egress",
    test=_no_egress,
    inputs=("privacy",),
    effect="removes every model behind an API",
    because=lambda f: "data may not leave" if f.privacy == "no_egress" else "data may go to an API",
    source="guide, privacy requirements (self-hosted open models)",
)
BLOCKERS = (SHORT_LEAD, PROTOTYPE, CHANGES_FAST, FORBIDDEN, NO_MONEY)
GATES = (*BLOCKERS, NO_EGRESS)
