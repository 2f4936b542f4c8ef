"""Plan against actual: what was foreseen, what came, and whether it lies inside the range."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from advisor.report import quantities as q
from advisor.report.facts import EvaluationFacts, ReportFacts, StageTime, TrainFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, gib, hours, seconds, usd
from advisor.report.records import (
    Block,
    Figure,
    Line,
    Number,
    Paragraph,
    PlannedChart,
    PlannedRow,
    Quote,
    Section,
    Strong,
    Table,
)
from harness.protocol import MoneyRange, Planned, Range

Show = Callable[..., str]


class Foreseen(NamedTuple):
    """One quantity of one run, planned and actual."""

    id: str
    label: str
    run: q.Run
    planned: Range | MoneyRange | None
    actual: float | Decimal | None
    show: Show
    unit: str
    how: str
    planned_how: str = "planned for the machine that runs it, 80 % range"

    @property
    def place(self) -> str:
        """Where the actual value lies."""
        if self.planned is None or self.actual is None:
            return "cannot be told"
        if self.actual < self.planned.low:
            return "below"
        return "above" if self.actual > self.planned.high else "inside"


def planned_section(facts: ReportFacts, ledger: Ledger) -> Section | None:
    """Every run that had a plan; None where nothing ran."""
    rows = list(_foreseen(facts))
    if not rows:
        return None
    known = [row for row in rows if row.place != "cannot be told"]
    blocks: list[Block] = [Paragraph(line=_lead(facts, known, ledger), role="lead"), _table(rows, ledger)]
    if known:
        blocks.append(_figure(known))
    blocks += _past_errors(facts, ledger)
    blocks += _timings(facts, ledger)
    return Section(id="planned", title="Plan against actual", blocks=tuple(blocks))


def _foreseen(facts: ReportFacts) -> Iterator[Foreseen]:
    if facts.train is not None:
        result, planned = facts.train.result, facts.train.planned
        yield from _run("train", "Training", planned, result.machine_hours, result.peak_memory_gib, result.usd)
        yield _speed(facts.train, facts.prepared.mean_example_tokens)
    if facts.evaluation is not None:
        run, planned = facts.evaluation.result, facts.evaluation.planned
        yield from _run("evaluate", "Evaluation", planned, run.machine_hours, run.peak_memory_gib, run.usd)


def _run(
    run: q.Run, name: str, planned: Planned | None, machine_hours: float, memory: float, money: Decimal | None
) -> Iterator[Foreseen]:
    time, peak, cost = (planned.machine_hours, planned.peak_memory_gib, planned.usd) if planned else (None, None, None)
    yield Foreseen(
        f"{run}.machine_hours",
        f"{name}: time",
        run,
        time,
        machine_hours,
        hours,
        "hours",
        "time of all sessions of the run",
    )
    yield Foreseen(f"{run}.peak_memory", f"{name}: peak memory", run, peak, memory, gib, "GiB", "peak_memory_gib")
    yield Foreseen(f"{run}.usd", f"{name}: at the GPU's price", run, cost, money, usd, "USD", q.PRICED, q.PRICED)


def _speed(train: TrainFacts, tokens_per_example: float) -> Foreseen:
    """Tokens per second over the whole run, loading included, as the planned time includes it."""
    time = train.planned.machine_hours if train.planned else None
    tokens = train.result.examples * tokens_per_example
    span = (
        Range(low=tokens / time.high / 3600, expected=tokens / time.expected / 3600, high=tokens / time.low / 3600)
        if time and time.low > 0
        else None
    )
    actual = train.result.tokens / train.result.machine_hours / 3600 if train.result.machine_hours > 0 else None
    return Foreseen(
        "train.run_speed", "Training: tokens per second", "train", span, actual, count, "tokens per second",
        "tokens / time of the whole run", "examples x mean tokens per example / planned time",
    )  # fmt: skip


def _lead(facts: ReportFacts, known: list[Foreseen], ledger: Ledger) -> Line:
    inside = sum(row.place == "inside" for row in known)
    price = facts.train.price if facts.train else facts.evaluation.price if facts.evaluation else None
    line: Line = (f"{inside} of {len(known)} quantities came out inside their planned 80 % range.",)
    if price is None:
        return (*line, " Dollars are unknown, since no price was planned.")
    return (
        *line, " Dollars are the hours on this machine at the price of the chosen offer (",
        Quote(text=price.gpu), ", ", q.offer_price(price, ledger), (f" an hour, {price.source}, {price.as_of}): "
        "a way of counting that lets plan and run be compared, not what that GPU would cost."),
    )  # fmt: skip


def _table(rows: list[Foreseen], ledger: Ledger) -> Table:
    return Table(
        caption="Planned and actual, on the machine that ran it",
        header=("What", "Low", "Expected", "High", "Actual", "Inside the range?"),
        rows=tuple(_row(row, ledger) for row in rows),
        numeric=(1, 2, 3, 4),
    )


def _row(row: Foreseen, ledger: Ledger) -> tuple[Line, ...]:
    planned: tuple[Line, ...] = (("not planned",), ("",), ("",))
    if row.planned is not None:
        planned = tuple((_foreseen_number(row, name, ledger),) for name in ("low", "expected", "high"))
    actual = ledger.recorded(row.run, row.id, row.show(row.actual), row.actual, unit=row.unit, how=row.how)
    return (
        (row.label,),
        *planned,
        (actual,),
        (Strong(text=row.place) if row.place in {"above", "below"} else row.place,),
    )


def _foreseen_number(row: Foreseen, name: str, ledger: Ledger) -> Number:
    value = getattr(row.planned, name)
    return ledger.recorded(
        q.SPECS[row.run], f"{row.id}.planned.{name}", row.show(value), value, unit=row.unit, how=row.planned_how
    )


def _figure(known: list[Foreseen]) -> Figure:
    rows = tuple(
        PlannedRow(
            label=row.label,
            low=_ratio(row.planned.low, row),
            high=_ratio(row.planned.high, row),
            actual=_ratio(row.actual, row),
        )
        for row in known
        if row.planned is not None and row.actual is not None and row.planned.expected > 0
    )
    words = "; ".join(
        f"{row.label} {row.actual:.2f} times what was expected (planned {row.low:.2f} to {row.high:.2f})"
        for row in rows
    )
    return Figure(
        id="planned",
        title="Actual as a multiple of what was expected; the bar is the planned 80 % range",
        alt=words,
        chart=PlannedChart(rows=rows),
    )


def _ratio(value: float | Decimal, row: Foreseen) -> float:
    return float(value) / float(row.planned.expected) if row.planned else 1.0


def _past_errors(facts: ReportFacts, ledger: Ledger) -> Iterator[Block]:
    """What was known, before each run, of how far earlier estimates of like runs had been off."""
    runs: tuple[tuple[q.Run, str, TrainFacts | EvaluationFacts | None], ...] = (
        ("train", "the training", facts.train), ("evaluate", "the evaluation", facts.evaluation),
    )  # fmt: skip
    for run, name, found in runs:
        if found is not None and found.past_error:
            how = "median of |measured / foreseen - 1| over earlier runs of like work"
            said = ledger.recorded(q.SPECS[run], f"{run}.past_error", found.past_error, None, how=how)
            yield Paragraph(line=(f"Known before {name} began: ", said, "."), role="note")


def _timings(facts: ReportFacts, ledger: Ledger) -> Iterator[Block]:
    known = [stage.seconds for stage in facts.timings if stage.seconds is not None]
    if not known:
        return
    rows = [((stage.title,), (_stage_time(stage, ledger),)) for stage in facts.timings]
    whole = ledger.stated(
        "sum of the stages", "time.all", seconds(sum(known)), sum(known), unit="seconds", how="sum of the stages"
    )
    yield Table(
        caption="Where the time went",
        header=("Stage", "Time"),
        rows=(*rows, ((Strong(text="All stages"),), (whole,))),
        numeric=(1,),
    )


def _stage_time(stage: StageTime, ledger: Ledger) -> Number | str:
    if stage.origin is None or stage.seconds is None:
        return seconds(stage.seconds)
    return ledger.recorded(
        stage.origin, f"time.{stage.title}", seconds(stage.seconds), stage.seconds, unit="seconds", how="monotonic"
    )
