"""The answer for a manager: decision, cost, adapter, and how much better than the best prompt."""

from __future__ import annotations

from typing import NamedTuple

from advisor.compare.records import Verdict
from advisor.decide.records import Approach
from advisor.report import quantities as q
from advisor.report.facts import EvaluationFacts, ReportFacts, TrainFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import percent
from advisor.report.records import Inline, Line, Quote, Strong, Tile, Tone, VerdictBox


class Stamp(NamedTuple):
    """How a verdict is worded."""

    tone: Tone
    words: str
    advice: str


STAMPS: dict[Verdict, Stamp] = {
    "SHIP": Stamp("good", "Ship the adapter", "Of the two, the adapter is the one to ship."),
    "SHIP_CHEAPER": Stamp(
        "good", "Ship it: as good, and cheaper", "It is as good as the best prompt and costs less: ship it."
    ),
    "KEEP": Stamp("neutral", "Keep the best prompt", "Keep the best prompt."),
    "NOT_ENOUGH_DATA": Stamp("warning", "Not enough data for a verdict", "There is not enough data for a verdict."),
    "INVALID": Stamp("bad", "The comparison is invalid", "The comparison does not hold, and no claim is made."),
}
APPROACHES: dict[Approach, str] = {
    "prompt": "Improve the prompt",
    "few_shot": "Show examples in the prompt",
    "rag": "Retrieve, do not train",
    "lora": "Fine-tune with LoRA",
    "rag_lora": "Retrieve, and fine-tune with LoRA",
    "distill": "Distil a larger model",
    "not_yet": "Do not tune yet",
}


def verdict_box(facts: ReportFacts, ledger: Ledger) -> VerdictBox:
    """The box at the top."""
    stamp = _stamp(facts)
    parts = (_training(facts, ledger), _finding(facts, ledger), _target(facts, ledger), _closing(facts, ledger, stamp))
    answer: list[Inline] = [Strong(text=facts.decision.headline)]
    for part in parts:
        answer += [" ", *part] if part else []
    return VerdictBox(
        tone=stamp.tone, stamp=stamp.words, headline=APPROACHES[facts.decision.approach],
        answer=tuple(answer), tiles=_tiles(facts, ledger),
    )  # fmt: skip


def _stamp(facts: ReportFacts) -> Stamp:
    if facts.evaluation is not None:
        return STAMPS[facts.evaluation.comparison.verdict]
    if facts.train is not None:
        return Stamp("warning", "Trained, not compared yet", "Nothing is claimed before the comparison.")
    return Stamp("neutral", APPROACHES[facts.decision.approach], "Nothing was trained.")


def _training(facts: ReportFacts, ledger: Ledger) -> Line:
    if facts.train is None:
        return ()
    result = facts.train.result
    size = ledger.recorded(
        "train", "train.adapter_params", q.millions(result.adapter_params), result.adapter_params, unit="parameters"
    )
    begin: Line = (
        "A LoRA adapter of ",
        size,
        " parameters was trained on ",
        Quote(text=facts.prepared.model_name),
        " in ",
    )
    return (*begin, q.train_time(facts.train, ledger), *_cost(facts, facts.train, ledger), ".")


def _cost(facts: ReportFacts, train: TrainFacts, ledger: Ledger) -> Line:
    """The time at the offer's price, and beside it what the offer's own GPU is expected to take."""
    if train.price is None:
        return ("; its cost is unknown, since no price was planned",)
    spent: Line = (
        "; that time, at the hourly price of ",
        Quote(text=train.price.gpu),
        ", is ",
        q.train_usd(train, ledger),
    )
    planned = q.planned_usd(train.planned, "train", ledger)
    spent = (*spent, " (planned ", *planned, ")") if planned else spent
    own = q.gpu_training(facts.plan, ledger)
    return (*spent, ". That is a way of counting and not what the GPU would cost: ", *own) if own else spent


def _finding(facts: ReportFacts, ledger: Ledger) -> Line:
    if facts.evaluation is None or facts.evaluation.comparison.primary is None:
        return ()
    evaluation = facts.evaluation
    return (
        "On ", q.items(evaluation, ledger), " unseen items the tuned model answers ", q.score(evaluation, "candidate", ledger),
        " correctly, the base model with its best prompt ", q.score(evaluation, "baseline", ledger),
        *_on_validation(facts, ledger), ": ",
        q.difference(evaluation, ledger), " (", *q.interval(evaluation, ledger), ").", *q.form(evaluation, ledger),
    )  # fmt: skip


def _on_validation(facts: ReportFacts, ledger: Ledger) -> Line:
    """The same prompt's score where it was chosen: the one that the decision speaks of."""
    best = next((arm for arm in facts.probe.result.arms if arm.arm == facts.probe.best), None) if facts.probe else None
    if best is None or best.items <= best.errors:
        return ()
    share = best.correct / (best.items - best.errors)
    shown = ledger.recorded(
        "probe", "probe.best.score", percent(share), share, unit="fraction of items", how="right answers / answers"
    )
    return (" (", shown, " on the validation items that it was chosen on)")


def _target(facts: ReportFacts, ledger: Ledger) -> Line:
    """A gain can be real and still not enough; and a score that reaches the target may do so by luck."""
    target, arm = facts.profile.target_score, q.candidate_arm(facts.evaluation)
    if target is None or arm is None:
        return ()
    goal = ledger.recorded("decided", "profile.target_score", percent(target), target, how="profile: target_score")
    open_end: Line = ()
    if arm.interval[0] < target <= arm.interval[1]:
        low, high = q.arm_interval(arm, ledger)
        open_end = (", which its 95\N{NO-BREAK SPACE}% interval of ", low, " to ", high, " leaves open")
    if arm.score >= target:
        return ("That reaches the target of ", goal, *open_end, ".")
    return (Strong(text="It is still short of the target of "), goal, *open_end, ".")


def _closing(facts: ReportFacts, ledger: Ledger, stamp: Stamp) -> Line:
    comparison = facts.evaluation.comparison if facts.evaluation else None
    if comparison is None or facts.evaluation is None:
        return (stamp.advice,)
    if comparison.verdict == "INVALID":
        return (Strong(text=stamp.advice), " ", Quote(text=comparison.because), ".")
    if comparison.verdict == "NOT_ENOUGH_DATA" and comparison.items_needed is not None:
        return (Strong(text=stamp.advice), " A new test needs ", *q.items_needed(facts.evaluation, ledger), ".")
    return (Strong(text=stamp.advice),)


def _tiles(facts: ReportFacts, ledger: Ledger) -> tuple[Tile, ...]:
    tiles = [*(_comparison_tiles(facts.evaluation, ledger) if facts.evaluation else ())]
    if facts.train is not None:
        tiles += [_cost_tile(facts.train, ledger), _adapter_tile(facts.train, ledger)]
    return tuple(tiles)


def _comparison_tiles(evaluation: EvaluationFacts, ledger: Ledger) -> tuple[Tile, ...]:
    if evaluation.comparison.primary is None:
        return ()
    gain = Tile(
        label="Gain over the best prompt",
        value=(q.difference(evaluation, ledger),),
        note=q.interval(evaluation, ledger),
    )
    right = Tile(
        label="Right answers, tuned",
        value=(q.score(evaluation, "candidate", ledger),),
        note=("best prompt ", q.score(evaluation, "baseline", ledger)),
    )
    return gain, right


def _cost_tile(train: TrainFacts, ledger: Ledger) -> Tile:
    planned = q.planned_usd(train.planned, "train", ledger)
    note: Line = ("planned ", *planned) if planned else ("not planned",)
    return Tile(label="Training time at the GPU's price", value=(q.train_usd(train, ledger),), note=note)


def _adapter_tile(train: TrainFacts, ledger: Ledger) -> Tile:
    rank = ledger.recorded("train_spec", "train.rank", str(train.lora.rank), train.lora.rank, how="lora.rank")
    steps = ledger.recorded("train", "train.steps", q.count(train.result.steps), train.result.steps, how="steps")
    return Tile(label="Adapter trained in", value=(q.train_time(train, ledger),), note=(steps, " steps, rank ", rank))
