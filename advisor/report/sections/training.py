"""The LoRA run: did the loss fall, in training and on rows that it did not see?"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.report.facts import ReportFacts, TrainFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, millions
from advisor.report.records import Block, Figure, Line, LossChart, Number, Paragraph, Section, Table


def training_section(facts: ReportFacts, ledger: Ledger) -> Section | None:
    """The run and its curve; None where nothing was trained."""
    train = facts.train
    if train is None:
        return None
    blocks: list[Block] = [Paragraph(line=_lead(train, ledger), role="lead")]
    blocks += _amount(facts, train, ledger)
    if train.steps:
        blocks.append(_curve(train))
    blocks.append(_settings(train, ledger))
    return Section(id="training", title="The LoRA run", blocks=tuple(blocks))


def _lead(train: TrainFacts, ledger: Ledger) -> Line:
    result = train.result
    first, last = (
        _number(
            train, ledger, name, f"{getattr(result, name):.3f}", how="cross-entropy of the answers' tokens, in nats"
        )
        for name in ("first_loss", "final_loss")
    )
    fell: Line = ("Training loss went from ", first, " to ", last)
    if result.validation_loss is not None:
        seen = _number(
            train,
            ledger,
            "validation_loss",
            f"{result.validation_loss:.3f}",
            how="mean over validation rows at the last checkpoint",
        )
        fell = (*fell, ", and is ", seen, " on validation rows")
    verdict = (
        ""
        if result.learned
        else " The loss did not fall: this run learned nothing, and its adapter should not be used."
    )
    return (*fell, ".", verdict)


def _amount(facts: ReportFacts, train: TrainFacts, ledger: Ledger) -> Iterator[Block]:
    """How much of the data it saw, since the plan prices more."""
    rows = facts.prepared.dataset.rows["train"]
    if not rows:
        return
    passes = train.result.examples / rows
    shown = ledger.recorded(
        "train", "train.passes", f"{passes:.1f}", passes, unit="passes", how="examples / training rows"
    )
    examples = _number(train, ledger, "examples", count(train.result.examples), how="steps x batch")
    line: Line = ("It saw ", examples, f" examples, {count(rows)} rows ", shown, " times over.")
    if facts.plan is not None:
        line = (*line, " The plan above prices another amount of work (its passes, rank and GPU are listed there).")
    yield Paragraph(line=line, role="note")


def _curve(train: TrainFacts) -> Figure:
    steps = tuple((step.step, step.loss) for step in train.steps)
    validation = tuple((point.step, point.loss) for point in train.validation)
    words = f"Training loss from {steps[0][1]:.3f} at step {steps[0][0]} to {steps[-1][1]:.3f} at step {steps[-1][0]}"
    if validation:
        words += f"; validation loss from {validation[0][1]:.3f} to {validation[-1][1]:.3f}"
    return Figure(id="loss", title="Loss by step", alt=words, chart=LossChart(steps=steps, validation=validation))


def _settings(train: TrainFacts, ledger: Ledger) -> Table:
    result = train.result
    rows: list[tuple[str, Number]] = [
        ("Steps", _number(train, ledger, "steps", count(result.steps), how="steps")),
        ("Examples", _number(train, ledger, "examples", count(result.examples), how="steps x batch")),
        ("Tokens", _number(train, ledger, "tokens", count(result.tokens), how="prompts and answers")),
        (
            "Tokens that were learned from",
            _number(train, ledger, "trained_tokens", count(result.trained_tokens), how="answers only"),
        ),
        (
            "Speed of the steps, tokens per second",
            _number(train, ledger, "tokens_per_second", count(result.tokens_per_second), how="without loading"),
        ),
        (
            "Parameters of the adapter",
            _number(train, ledger, "adapter_params", millions(result.adapter_params), how="counted"),
        ),
        ("Rank", ledger.recorded("train_spec", "train.rank", str(train.lora.rank), train.lora.rank, how="lora.rank")),
        (
            "Alpha",
            ledger.recorded("train_spec", "train.alpha", str(train.lora.alpha), train.lora.alpha, how="lora.alpha"),
        ),
        (
            "Learning rate",
            ledger.recorded(
                "train_spec",
                "train.learning_rate",
                f"{train.learning_rate:g}",
                train.learning_rate,
                how="learning_rate",
            ),
        ),
        ("Seed", ledger.recorded("train_spec", "train.seed", str(train.seed), train.seed, how="seed")),
    ]
    return Table(
        caption="Settings and size",
        header=("What", "Value"),
        rows=tuple(((name,), (value,)) for name, value in rows),
        numeric=(1,),
    )


def _number(train: TrainFacts, ledger: Ledger, field: str, text: str, *, how: str) -> Number:
    return ledger.recorded("train", f"train.{field}", text, getattr(train.result, field), how=how)
