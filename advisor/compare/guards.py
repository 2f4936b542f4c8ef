"""Conditions that must not get worse, whatever the primary metric says."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.compare.pairing import Judge, is_well_formed, table_of
from advisor.compare.records import Guard
from advisor.compare.rows import Rows
from advisor.compare.words import interval_text, points
from advisor.statistics import PairedTable, tango_interval
from harness.protocol import EvaluationPlan

JUDGES: Mapping[str, Judge] = {"format_valid": is_well_formed}


def guard_tables(plan: EvaluationPlan, baseline: Rows, candidate: Rows) -> dict[str, PairedTable]:
    """The paired table of every guard that the plan names."""
    return {name: table_of(baseline, candidate, right=JUDGES[name]) for name in plan.guards}


def guards_of(plan: EvaluationPlan, tables: Mapping[str, PairedTable]) -> tuple[Guard, ...]:
    """Every guard with its ruling."""
    return tuple(_guard(name, table, plan) for name, table in tables.items())


def _guard(name: str, table: PairedTable, plan: EvaluationPlan) -> Guard:
    """Non-inferior where the lower limit of the (1 - 2 alpha) score interval stays above minus the margin."""
    low, high = tango_interval(table, alpha=2 * plan.alpha)
    passed = low > -plan.noninferiority_margin
    verb = "stays above" if passed else "does not stay above"
    return Guard(
        id=name,
        baseline=(table.a + table.c) / table.n,
        candidate=(table.a + table.b) / table.n,
        difference=table.difference,
        interval=(low, high),
        margin=plan.noninferiority_margin,
        passed=passed,
        because=f"{points(table.difference)} ({interval_text((low, high), 2 * plan.alpha)}): the lower limit {verb} "
        f"{points(-plan.noninferiority_margin)}",
    )


def is_worse(guard: Guard) -> bool:
    """Whether the whole interval lies below minus the margin: not merely unproven, but broken."""
    return guard.interval[1] < -guard.margin
