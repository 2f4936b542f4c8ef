"""Parts of the items: exploratory, never the headline."""

from __future__ import annotations

from advisor.compare.pairing import is_right, is_well_formed, table_of
from advisor.compare.records import Slice
from advisor.compare.rows import Rows
from advisor.statistics import PairedTable, tango_interval

SMALLEST = 30
"""Items under which a slice gets no interval."""
MOST_TARGETS = 20
"""Different targets above which they are texts, not classes."""


def slices_of(baseline: Rows, candidate: Rows, *, alpha: float) -> tuple[Slice, ...]:
    """Items where both answers have the right form, then one slice per class."""
    formed = [item for item in baseline if is_well_formed(baseline[item]) and is_well_formed(candidate[item])]
    groups = {"both answers in the right form": formed} if 0 < len(formed) < len(baseline) else {}
    groups |= _by_target(baseline)
    cut = {name: _table(baseline, candidate, items) for name, items in groups.items()}
    return tuple(_slice(name, table, alpha) for name, table in cut.items() if table.n)


def _by_target(baseline: Rows) -> dict[str, list[str]]:
    targets = sorted({row.target for row in baseline.values()})
    if not 1 < len(targets) <= MOST_TARGETS:
        return {}
    return {f"target: {target}": [item for item, row in baseline.items() if row.target == target] for target in targets}


def _table(baseline: Rows, candidate: Rows, items: list[str]) -> PairedTable:
    return table_of({item: baseline[item] for item in items}, candidate, right=is_right)


def _slice(name: str, table: PairedTable, alpha: float) -> Slice:
    interval = tuple(tango_interval(table, alpha=alpha)) if table.n >= SMALLEST else None
    return Slice(
        name=name,
        n=table.n,
        baseline=(table.a + table.c) / table.n,
        candidate=(table.a + table.b) / table.n,
        difference=table.difference,
        interval=interval,
    )
