"""The comparison: everything recomputed from the items, then one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from advisor.compare.deviations import deviations_of
from advisor.compare.faults import guard_faults, pairing_faults, plan_faults, score_faults
from advisor.compare.guards import guard_tables, guards_of
from advisor.compare.needed import items_needed
from advisor.compare.pairing import is_right, table_of, worst_table
from advisor.compare.records import ArmSummary, Comparison, Primary, RegisteredPlan
from advisor.compare.rows import Rows, by_arm, recount
from advisor.compare.rules import Findings, Ruling, partial_text, rule
from advisor.compare.slices import slices_of
from advisor.compare.words import effect, level
from advisor.compare.worth import Worth, net_benefit_range, worth_of
from advisor.statistics import PairedTable, mcnemar, tango_interval, wilson
from harness.protocol import ArmScore, EvaluateResult, EvaluationPlan, ItemResult


def compare(  # noqa: PLR0913 - one argument per thing that a verdict rests on
    result: EvaluateResult,
    items: Iterable[ItemResult],
    plan: EvaluationPlan | None,
    *,
    plan_sha256: str | None,
    labels: Mapping[str, str],
    value_per_correct_usd: Decimal | None,
    usd_per_request: Mapping[str, Decimal | None] | None,
    comparison_id: str,
) -> Comparison:
    """Candidate against the registered baseline, the best prompt; other arms are shown, never headlined.

    ``plan_sha256`` is the digest in the run's first event, ``labels`` names arms, ``usd_per_request`` prices them.
    What does not hold together gives the verdict INVALID with the reasons, never an exception.
    """
    arms, faults = by_arm(items)
    if plan is None:
        return _invalid(comparison_id, arms, labels, None, ["no plan was registered: scores without a verdict"])
    registered = RegisteredPlan(**plan.model_dump(), sha256=plan_sha256 or "none")
    faults += [*plan_faults(plan, plan_sha256, arms), *score_faults(result, arms)]
    if plan.baseline in arms and plan.candidate in arms:
        both = arms[plan.baseline], arms[plan.candidate]
        faults += [*pairing_faults(plan, *both), *guard_faults(plan, *both)]
    if faults:
        return _invalid(comparison_id, arms, labels, registered, faults)
    worth = worth_of(value_per_correct_usd, usd_per_request, baseline=plan.baseline, candidate=plan.candidate)
    return _valid(comparison_id, arms, labels, registered, _findings(plan, arms, worth))


def _findings(plan: EvaluationPlan, arms: Mapping[str, Rows], worth: Worth) -> Findings:
    baseline, candidate = arms[plan.baseline], arms[plan.candidate]
    table, guarded = table_of(baseline, candidate, right=is_right), guard_tables(plan, baseline, candidate)
    return Findings(
        plan=plan,
        table=table,
        worst=worst_table(baseline, candidate),
        primary=primary_of(table, plan),
        guards=guards_of(plan, guarded),
        guard_tables=guarded,
        worth=worth,
    )


def primary_of(table: PairedTable, plan: EvaluationPlan) -> Primary:
    """The paired difference with Tango's interval and McNemar's mid-p; A of the table is the candidate."""
    low, high = tango_interval(table, alpha=plan.alpha)
    return Primary(
        metric=plan.metric,
        baseline=(table.a + table.c) / table.n,
        candidate=(table.a + table.b) / table.n,
        difference=table.difference,
        interval=(low, high),
        p_value=mcnemar(table).midp,
        method=f"Tango score interval {level(plan.alpha)}, McNemar mid-p",
        n=table.n,
        discordant=(table.c, table.b),
    )


def _valid(
    comparison_id: str, arms: Mapping[str, Rows], labels: Mapping[str, str], registered: RegisteredPlan, found: Findings
) -> Comparison:
    plan, baseline, candidate = found.plan, arms[found.plan.baseline], arms[found.plan.candidate]
    ruling, needed = _ruling(found, len(baseline)), items_needed(found)
    waits = ruling.verdict == "NOT_ENOUGH_DATA"
    return Comparison(
        id=comparison_id,
        verdict=ruling.verdict,
        because=ruling.because,
        primary=found.primary,
        arms=summaries(arms, labels, first=(plan.baseline, plan.candidate)),
        guards=found.guards,
        slices=slices_of(baseline, candidate, alpha=plan.alpha),
        net_benefit_per_1k_requests_usd=net_benefit_range(
            found.worth, difference=found.primary.difference, interval=found.primary.interval
        ),
        plan=registered,
        deviations=deviations_of(plan, arms, labels),
        items_needed=needed if waits else None,
        cost_of_items_usd=found.worth.of_items(needed) if waits else None,
        partial=len(baseline) < plan.items,
    )


def _ruling(found: Findings, done: int) -> Ruling:
    if done < found.plan.items:
        return Ruling("INVALID", partial_text(done, found.plan.items, effect(found.primary, found.plan.alpha)))
    return rule(found)


def summaries(arms: Mapping[str, Rows], labels: Mapping[str, str], *, first: tuple[str, ...]) -> tuple[ArmSummary, ...]:
    """The arms with Wilson's intervals over the answers they gave, baseline and candidate first."""
    ordered = [*(arm for arm in first if arm in arms), *sorted(arm for arm in arms if arm not in first)]
    counted = [recount(arm, arms[arm], 0.0) for arm in ordered]
    return tuple(_summary(score, labels) for score in counted if score.items > score.errors)


def _summary(score: ArmScore, labels: Mapping[str, str]) -> ArmSummary:
    given = score.items - score.errors
    return ArmSummary(
        arm=score.arm,
        label=labels.get(score.arm, score.arm),
        score=score.correct / given,
        interval=wilson(score.correct, given),
        correct=score.correct,
        items=score.items,
        format_valid=score.format_valid,
        errors=score.errors,
    )


def _invalid(
    comparison_id: str,
    arms: Mapping[str, Rows],
    labels: Mapping[str, str],
    registered: RegisteredPlan | None,
    faults: list[str],
) -> Comparison:
    """No difference is shown where its parts do not hold together."""
    first = (registered.baseline, registered.candidate) if registered else ()
    return Comparison(
        id=comparison_id,
        verdict="INVALID",
        because="; ".join(faults),
        primary=None,
        arms=summaries(arms, labels, first=first),
        guards=(),
        slices=(),
        net_benefit_per_1k_requests_usd=None,
        plan=registered,
        deviations=tuple(faults),
        items_needed=None,
        cost_of_items_usd=None,
    )
