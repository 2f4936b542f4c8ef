"""Did it help? The effect with its interval first, the p-value second."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.compare.records import ArmSummary, Comparison, Guard, Slice
from advisor.report import quantities as q
from advisor.report.facts import EvaluationFacts, ProbeFacts, ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, level, p_value, percent, points, points_range, usd
from advisor.report.records import (
    ArmRow,
    ArmsChart,
    Block,
    Bullets,
    EffectChart,
    EffectRow,
    Figure,
    Line,
    Number,
    Paragraph,
    Quote,
    Section,
    Strong,
    Table,
)
from advisor.statistics import PairedTable, mcnemar


def comparison_section(facts: ReportFacts, ledger: Ledger) -> Section | None:
    """The A/B evaluation; None where there was none."""
    evaluation = facts.evaluation
    if evaluation is None:
        return None
    blocks = [
        *_headline(evaluation, ledger),
        *_arms(evaluation.comparison, ledger),
        *_guards(evaluation.comparison, ledger),
    ]
    blocks += [*_worth(evaluation.comparison, ledger), *_slices(evaluation.comparison, ledger)]
    blocks += [*_registered(evaluation, ledger), *_deviations(evaluation.comparison), *_probe(facts.probe, ledger)]
    return Section(id="comparison", title="Did it help?", blocks=tuple(blocks))


def _headline(evaluation: EvaluationFacts, ledger: Ledger) -> Iterator[Block]:
    comparison = evaluation.comparison
    verdict: Line = (Strong(text=f"{comparison.verdict}. "), Quote(text=comparison.because), ".")
    yield Paragraph(line=verdict, role="lead")
    if comparison.primary is None:
        return
    yield _effect_figure(comparison)
    yield Paragraph(line=_test(evaluation, ledger))


def _test(evaluation: EvaluationFacts, ledger: Ledger) -> Line:
    """Effect, then test, in words."""
    only_baseline, only_candidate = q.primary(evaluation).discordant
    table = PairedTable(0, only_candidate, only_baseline, q.primary(evaluation).n - only_candidate - only_baseline)
    exact = mcnemar(table).exact_p
    lost = ledger.recorded(
        "items",
        "comparison.only_baseline",
        count(only_baseline),
        only_baseline,
        unit="items",
        how="right in the baseline only",
    )
    won = ledger.recorded(
        "items",
        "comparison.only_candidate",
        count(only_candidate),
        only_candidate,
        unit="items",
        how="right in the candidate only",
    )
    strict = ledger.recorded(
        "compared", "comparison.exact_p", p_value(exact), exact, how="McNemar exact, from the discordant items"
    )
    return (
        "The tuned model answers ",
        q.score(evaluation, "candidate", ledger),
        " correctly, the best prompt ",
        q.score(evaluation, "baseline", ledger),
        ": ",
        q.difference(evaluation, ledger),
        " (",
        *q.interval(evaluation, ledger),
        ") on the same ",
        q.items(evaluation, ledger),
        " items, in one engine. It got ",
        won,
        " items right that the best prompt got wrong, and lost ", lost, ". McNemar mid-p: ", q.p(evaluation, ledger),
        "; exact: ", strict, f". Interval: {q.primary(evaluation).method.split(',')[0]}.",
    )  # fmt: skip


def _effect_figure(comparison: Comparison) -> Figure:
    primary = comparison.primary
    assert primary is not None, "asked by the caller"  # noqa: S101 - narrows the type
    floor = comparison.plan.minimum_gain if comparison.plan and comparison.plan.minimum_gain > 0 else None
    rows = [
        EffectRow(
            label="Right answers", difference=primary.difference, low=primary.interval[0], high=primary.interval[1],
            bound=floor, headline=True,
        ),
        *(
            EffectRow(
                label=GUARDS.get(guard.id, guard.id), difference=guard.difference, low=guard.interval[0],
                high=guard.interval[1], bound=-guard.margin, headline=False,
            )
            for guard in comparison.guards
        ),
    ]  # fmt: skip
    words = "; ".join(f"{row.label}: {points(row.difference)}, {points_range(row.low, row.high)}" for row in rows)
    return Figure(
        id="effect",
        title="Tuned minus best prompt, in percentage points",
        alt=words,
        chart=EffectChart(rows=tuple(rows)),
    )


GUARDS = {"format_valid": "Answers in the right form"}


def _arms(comparison: Comparison, ledger: Ledger) -> Iterator[Block]:
    if not comparison.arms:
        return
    roles = {comparison.plan.baseline: "baseline", comparison.plan.candidate: "candidate"} if comparison.plan else {}
    rows = tuple(
        ArmRow.model_validate(
            {
                "label": arm.label,
                "score": arm.score,
                "low": arm.interval[0],
                "high": arm.interval[1],
                "role": roles.get(arm.arm, "other"),
            }
        )
        for arm in comparison.arms
    )
    words = "; ".join(f"{row.label}: {percent(row.score)}, {100 * row.low:.1f} to {100 * row.high:.1f}" for row in rows)
    yield Figure(id="arms", title="Right answers by arm, with 95 % intervals", alt=words, chart=ArmsChart(rows=rows))
    yield Table(
        caption="Arms",
        header=(
            "Arm",
            "Role",
            "Right answers (95\N{NO-BREAK SPACE}% Wilson)",
            "Right",
            "Items",
            "In the right form",
            "Failed",
        ),
        rows=tuple(_arm_row(arm, roles.get(arm.arm, "shown"), ledger) for arm in comparison.arms),
        numeric=(2, 3, 4, 5, 6),
        note="Zero-shot is shown for orientation: where a model chats instead of answering, its score tells about form, not skill.",
    )


def _arm_row(arm: ArmSummary, role: str, ledger: Ledger) -> tuple[Line, ...]:
    given = arm.items - arm.errors
    valid = ledger.recorded(
        "items",
        f"arm.{arm.arm}.format_valid",
        percent(arm.format_valid / given),
        arm.format_valid,
        unit="answers",
        how="answers in the right form / answers",
    )
    return (
        (Quote(text=arm.label),), (role,), q.arm_score(arm, ledger), (_counted(arm, "correct", ledger),),
        (_counted(arm, "items", ledger),), (valid,), (_counted(arm, "errors", ledger),),
    )  # fmt: skip


def _counted(arm: ArmSummary, field: str, ledger: Ledger) -> Number:
    value: int = getattr(arm, field)
    return ledger.recorded(
        "items", f"arm.{arm.arm}.{field}", count(value), value, how=f"counted over the items: {field}"
    )


def _guards(comparison: Comparison, ledger: Ledger) -> Iterator[Block]:
    if comparison.guards:
        yield Table(
            caption="Guards: what must not get worse",
            header=("Guard", "Best prompt", "Tuned", "Difference", "Interval", "May fall by", "Passed"),
            rows=tuple(_guard_row(guard, ledger) for guard in comparison.guards),
            numeric=(1, 2, 3, 4, 5),
            note=f"A guard passes where the lower limit of its {_guard_level(comparison)} interval stays above minus the margin.",
        )


def _guard_level(comparison: Comparison) -> str:
    """One-sided at the plan's alpha: the interval of level 1 - 2 alpha."""
    return level(2 * comparison.plan.alpha if comparison.plan else 0.1)


def _guard_row(guard: Guard, ledger: Ledger) -> tuple[Line, ...]:
    def number(field: str, text: str, value: float) -> Number:
        return ledger.recorded(
            "compared", f"guard.{guard.id}.{field}", text, value, unit="fraction of items", how=f"guards: {field}"
        )

    low, high = points_range(*guard.interval).split(" to ")
    return (
        (GUARDS.get(guard.id, guard.id),),
        (number("baseline", percent(guard.baseline), guard.baseline),),
        (number("candidate", percent(guard.candidate), guard.candidate),),
        (number("difference", points(guard.difference), guard.difference),),
        (number("low", low, guard.interval[0]), " to ", number("high", high, guard.interval[1])),
        (number("margin", percent(guard.margin), guard.margin),),
        ("yes" if guard.passed else "no",),
    )


def _worth(comparison: Comparison, ledger: Ledger) -> Iterator[Block]:
    benefit = comparison.net_benefit_per_1k_requests_usd
    if benefit is None:
        yield Paragraph(
            line=("Net benefit: unknown, since the value of a right answer or a price per request is unknown.",),
            role="note",
        )
        return
    low, mid, high = (
        ledger.recorded(
            "compared",
            f"comparison.net_benefit.{name}",
            usd(benefit[name]),
            benefit[name],
            unit="USD per 1,000 requests",
            how="1000 x (gain x value - extra cost)",
        )
        for name in ("low", "expected", "high")
    )
    yield Paragraph(line=("Net benefit of 1,000 requests: ", mid, " (", low, " to ", high, ")."))


def _slices(comparison: Comparison, ledger: Ledger) -> Iterator[Block]:
    if comparison.slices:
        yield Table(
            caption="Slices, exploratory",
            header=("Slice", "Items", "Best prompt", "Tuned", "Difference", "Interval"),
            rows=tuple(_slice_row(part, ledger) for part in comparison.slices),
            numeric=(1, 2, 3, 4, 5),
            note="Not registered before the run, not corrected for their number; under 30 items without an interval.",
        )


def _slice_row(part: Slice, ledger: Ledger) -> tuple[Line, ...]:
    def number(field: str, text: str, value: float) -> Number:
        return ledger.recorded("compared", f"slice.{part.name}.{field}", text, value, how=f"slices: {field}")

    interval: Line = ("too few items",)
    if part.interval is not None:
        low, high = points_range(*part.interval).split(" to ")
        interval = (number("low", low, part.interval[0]), " to ", number("high", high, part.interval[1]))
    return (
        (Quote(text=part.name),),
        (number("n", count(part.n), part.n),),
        (number("baseline", percent(part.baseline), part.baseline),),
        (number("candidate", percent(part.candidate), part.candidate),),
        (number("difference", points(part.difference), part.difference),),
        interval,
    )


def _registered(evaluation: EvaluationFacts, ledger: Ledger) -> Iterator[Block]:
    plan = evaluation.comparison.plan
    if plan is None:
        return

    def number(field: str, text: str, value: float) -> Number:
        return ledger.recorded("evaluate_spec", f"registered.{field}", text, value, how=f"plan.{field}")

    yield Paragraph(
        line=(
            Strong(text="Registered before the first output: "), f"{plan.candidate} against {plan.baseline}, metric {plan.metric.replace('_', ' ')}, ",
            number("items", count(plan.items), plan.items), " items, alpha ", number("alpha", f"{plan.alpha:g}", plan.alpha),
            ", smallest gain worth having ", number("minimum_gain", percent(plan.minimum_gain), plan.minimum_gain),
            ", non-inferiority margin ", number("margin", percent(plan.noninferiority_margin), plan.noninferiority_margin),
            f". SHA-256 of the plan, in the run's first record: {plan.sha256}.",
        ),
        role="note",
    )  # fmt: skip


def _deviations(comparison: Comparison) -> Iterator[Block]:
    if comparison.deviations:
        yield Paragraph(line=(Strong(text="What was not as planned or expected:"),))
        yield Bullets(lines=tuple((Quote(text=text),) for text in comparison.deviations))
    else:
        yield Paragraph(line=("There were no deviations from the registered plan.",), role="note")


def _probe(probe: ProbeFacts | None, ledger: Ledger) -> Iterator[Block]:
    """How the best prompt was chosen, on items that the comparison does not use."""
    if probe is None:
        return
    rows = tuple(
        (
            (Quote(text=probe.labels.get(arm.arm, arm.arm)),),
            (_probed(arm.arm, "correct", arm.correct, ledger), " of ", _probed(arm.arm, "items", arm.items, ledger)),
            (_probed(arm.arm, "format_valid", arm.format_valid, ledger),),
            ("chosen as the baseline" if arm.arm == probe.best else "",),
        )
        for arm in probe.result.arms
    )
    yield Table(
        caption="How the best prompt was chosen: prompts on validation items",
        header=("Prompt", "Right", "In the right form", ""),
        rows=rows,
        numeric=(1, 2),
        note="No prompt was chosen on test items: the baseline's score above is on items that played no part in its choice.",
    )


def _probed(arm: str, field: str, value: int, ledger: Ledger) -> Number:
    return ledger.recorded("probe", f"probe.{arm}.{field}", count(value), value, unit="items", how=field)
