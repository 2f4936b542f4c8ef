"""Estimates of workloads with what the runs of a workspace teach, read only where there are any that can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from advisor.estimate.lines import Skipped, estimated, predict_lines, workloads
from advisor.paths import Workspace

if TYPE_CHECKING:
    from advisor.estimate.architecture import Facts
    from advisor.estimate.ledger import LedgerRow
    from advisor.estimate.records import Prediction

ON_A_GPU = b'"is_gpu":true'


def foresee_lines(lines: Iterable[bytes | str], facts: Facts, workspace: Workspace) -> Iterator[Prediction | Skipped]:
    """An estimate, or why there is none, for every line; moved by like runs on the same GPU."""
    if not _ran_on_a_gpu(workspace):
        return predict_lines(lines, facts)
    from advisor.store.ledger import ledger  # noqa: PLC0415 - checked records take longer than an estimate

    return _with_rows(lines, facts, ledger(workspace))


def _with_rows(
    lines: Iterable[bytes | str], facts: Facts, rows: tuple[LedgerRow, ...]
) -> Iterator[Prediction | Skipped]:
    from advisor.estimate.own import with_own_runs  # noqa: PLC0415 - the same

    for one in workloads(lines):
        found = one if isinstance(one, Skipped) else estimated(one, facts)
        if isinstance(found, Skipped) or isinstance(one, Skipped):
            yield found
        else:
            yield with_own_runs(found, one.spec, facts, rows)


def _ran_on_a_gpu(workspace: Workspace) -> bool:
    """Whether the journal tells of such a run: looked for as it is written, before any record is checked."""
    try:
        return ON_A_GPU in workspace.journal.read_bytes()
    except OSError:
        return False
