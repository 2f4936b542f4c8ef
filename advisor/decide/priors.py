"""What is believed of an input before anybody has answered: one table, each row with its reason.

The shares are judgements of this project, made to be replaced by the user's own answers; where the evidence table gives
a ground it is named. They move the probabilities of a decision, never its approach.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Choice:
    """A closed set with shares that sum to one."""

    options: tuple[Any, ...]
    shares: tuple[float, ...]

    def draw(self, rng: Random) -> Any:
        """One option."""
        point = rng.random()
        for option, share in zip(self.options, self.shares, strict=True):
            point -= share
            if point < 0:
                return option
        return self.options[-1]

    def middle(self) -> Any:
        """The likeliest option."""
        return max(zip(self.shares, self.options, strict=True), key=lambda pair: pair[0])[1]


@dataclass(frozen=True)
class Uniform:
    """Any number between two."""

    low: float
    high: float

    def draw(self, rng: Random) -> float:
        """One number."""
        return rng.uniform(self.low, self.high)

    def middle(self) -> float:
        """Half way."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Orders:
    """Numbers over orders of magnitude: log-normal, ``spread`` in natural logarithms."""

    median: float
    spread: float
    whole: bool = False

    def draw(self, rng: Random) -> float:
        """One number, whole where the input is a count."""
        value = rng.lognormvariate(0.0, self.spread) * self.median
        return round(value) if self.whole else value

    def middle(self) -> float:
        """The median."""
        return round(self.median) if self.whole else self.median


class Prior(NamedTuple):
    """A belief and why it is held."""

    belief: Choice | Uniform | Orders
    reason: str


def _yes(share: float) -> Choice:
    return Choice((True, False), (share, 1 - share))


PRIORS: dict[str, Prior] = {
    "metric_defined": Prior(_yes(0.5), "OpenAI, Husain and Azure all name missing evaluations as the commonest gap"),
    "eval_items": Prior(Orders(100, 1.2, whole=True), "teams that have a metric hold out tens to hundreds of items"),
    "n_examples": Prior(
        Orders(500, 1.8, whole=True),
        "from a handful to tens of thousands; the cases of the evidence table span 50 to 11,200",
    ),
    "label_quality": Prior(
        Choice(("high", "medium", "low"), (0.4, 0.45, 0.15)),
        "most public cases have usable labels; Meta warns of large dirty sets",
    ),
    "label_agreement": Prior(Uniform(0.35, 1.0), "labels that were made at all usually agree moderately or better"),
    "task_type": Prior(
        Choice(
            (
                "classification",
                "extraction",
                "qa",
                "generation",
                "chat",
                "summarization",
                "reasoning",
                "code_general",
                "code_dsl",
            ),
            (0.24, 0.18, 0.15, 0.15, 0.10, 0.06, 0.05, 0.04, 0.03),
        ),
        "narrow tasks prevail among published cases",
    ),
    "general_task": Prior(_yes(0.05), "who asks about tuning has mostly a task of their own"),
    "domain_gap": Prior(
        Choice(("none", "some", "strong"), (0.65, 0.25, 0.10)), "base models of 2026 know most vocabularies"
    ),
    "style_gap": Prior(Choice(("none", "some", "strong"), (0.65, 0.25, 0.10)), "one of Meta's five reasons to tune"),
    "low_resource_language": Prior(_yes(0.06), "most requests are in languages that base models know"),
    "failure_mode": Prior(
        Choice(
            ("behaviour", "knowledge", "format", "reasoning", "cost", "latency"),
            (0.36, 0.24, 0.14, 0.12, 0.08, 0.06),
        ),
        "OpenAI: context and behaviour are the two main axes; Meta's five reasons to tune",
    ),
    "knowledge_need": Prior(
        Choice(("none", "static", "dynamic"), (0.70, 0.15, 0.15)), "said when it exists; silence mostly means none"
    ),
    "kb_tokens": Prior(
        Orders(1_000_000, 2.0, whole=True), "from a handbook of 50k tokens to a library of tens of millions"
    ),
    "freshness_days": Prior(Orders(30, 2.0), "daily to yearly changes"),
    "needs_citations": Prior(_yes(0.2), "asked for in regulated and support settings"),
    "output_format": Prior(
        Choice(("free", "json_schema", "custom"), (0.5, 0.35, 0.15)), "most programs want text or JSON"
    ),
    "prompt_effort": Prior(
        Choice(("none", "basic", "optimized"), (0.15, 0.65, 0.20)),
        "few teams have run an optimiser (GEPA appeared in July 2025)",
    ),
    "prompt_score": Prior(Uniform(0.4, 0.95), "the evidence table's prompted scores run from 0.28 to 0.94"),
    "target_score": Prior(Uniform(0.8, 0.95), "targets of the labelled cases run from 0.85 to 0.97"),
    "teacher_reaches_target": Prior(_yes(0.35), "a stronger model closed some of the published gaps and not others"),
    "weights_allowed": Prior(_yes(0.92), "contracts rarely forbid it, and open weights remain"),
    "lead_time_days": Prior(Orders(60, 0.7), "a quarter is the usual horizon of such projects"),
    "requirement_change_days": Prior(Orders(180, 0.9), "label sets and rules mostly hold for months"),
    "stage": Prior(Choice(("production", "prototype"), (0.8, 0.2)), "tuning is asked about late rather than early"),
    "privacy": Prior(Choice(("api_ok", "no_egress"), (0.85, 0.15)), "a minority may not send data out"),
    "budget_usd": Prior(Orders(2000, 1.2), "small projects; hosted LoRA runs cost a few dollars"),
    "volume_per_day": Prior(Orders(3000, 2.0), "published cases run from hundreds to 70 million requests a day"),
    "tokens_in": Prior(Orders(800, 0.8, whole=True), "the evidence table's break-even example"),
    "tokens_out": Prior(Orders(100, 1.0, whole=True), "the evidence table's break-even example"),
    "cacheable_prefix_tokens": Prior(
        Orders(200, 1.2, whole=True), "instructions and schema come first in most prompts"
    ),
    "latency_p95_ms": Prior(
        Orders(3000, 0.8), "a person waits seconds, a pipeline minutes, a router a few hundred milliseconds"
    ),
}
"""By profile field. ``tuned_score`` and ``n_tasks`` have none: a probe that was not run has no score, and the number of tasks settles nothing."""

DOUBT: dict[str, float] = {
    "n_examples": 0.05, "volume_per_day": 0.3, "tokens_in": 0.15, "tokens_out": 0.15, "cacheable_prefix_tokens": 0.15,
    "requirement_change_days": 0.3, "kb_tokens": 0.3, "freshness_days": 0.2, "lead_time_days": 0.15, "budget_usd": 0.1,
    "latency_p95_ms": 0.1,
}  # fmt: skip
"""Spread, in natural logarithms, of numbers that a person states; double when assumed, none when measured."""

SCORE_SD = 0.02
"""Standard deviation of a score that is stated rather than measured; double when assumed. A target is a wish, and exact."""

KEPT: dict[str, float] = {
    "failure_mode": 0.85, "label_quality": 0.9, "prompt_effort": 0.95, "teacher_reaches_target": 0.9,
    "style_gap": 0.9, "domain_gap": 0.9, "general_task": 0.95, "knowledge_need": 0.95,
}  # fmt: skip
"""Chance that a stated answer is right; for other closed sets it is certain. The failure mode is guessed wrong most often
and matters most: hiding it takes the labelled cases from 60 right to 36."""
KEPT_WHEN_ASSUMED = 0.6
"""Chance that an assumed answer is right."""
