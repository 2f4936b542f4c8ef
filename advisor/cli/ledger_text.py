"""Rows of the ledger and their errors as text of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from advisor.estimate.ledger import Expected, Foreseen, LedgerRow, Measured, Quantity, error_of
from advisor.wording import printable
from harness.protocol import Range

SHOWN: tuple[tuple[str, Quantity], ...] = (
    ("peak memory, GiB", "peak_memory_gib"),
    ("tokens/s", "tokens_per_second"),
    ("examples/s", "examples_per_second"),
    ("hours", "hours"),
)
MEANT = {"rss": "resident", "allocated": "allocated", "reserved": "reserved", "nvidia-smi": "nvidia-smi"}


def ledger_text(rows: Sequence[LedgerRow]) -> str:
    """Every row, then how far the estimates were off."""
    blocks = ["\n".join([_title(row), *row_lines(row)]) for row in rows]
    return "\n\n".join([*blocks, "\n".join(_summary(rows))])


def row_lines(row: LedgerRow) -> Iterator[str]:
    """What was foreseen, what came, and the error, a line for each quantity."""
    yield f"  {'':<22}{'foreseen, 80 %':>28}{'measured':>12}{'error':>10}"
    for name, quantity in SHOWN:
        told, came = getattr(row.expected.predicted, quantity), getattr(row.measured, quantity)
        if told is not None or came is not None:
            yield f"  {_named(name, row.measured):<22}{span_text(told):>28}{number(came):>12}{_error(row, quantity):>10}"
    yield from _dollars(row.expected.predicted, row.measured)


def before_and_after(before: Expected, after: Expected) -> Iterator[str]:
    """An estimate of a whole run beside the one that takes its place."""
    yield f"  {'':<22}{'before':>28}{'now':>28}"
    for name, quantity in SHOWN:
        old, new = getattr(before.predicted, quantity), getattr(after.predicted, quantity)
        if old is not None:
            yield f"  {name:<22}{span_text(old):>28}{span_text(new):>28}"
    old_usd, new_usd = before.predicted.usd, after.predicted.usd
    if old_usd is not None and new_usd is not None:
        cells = [f"{one.low:.4f} - {one.expected:.4f} - {one.high:.4f}" for one in (old_usd, new_usd)]
        yield f"  {'dollars':<22}{cells[0]:>28}{cells[1]:>28}"
    else:
        yield f"  {'dollars':<22}{'unpriced':>28}{'unpriced':>28}"


def span_text(span: Range | None) -> str:
    """Low, expected and high."""
    return "unknown" if span is None else " - ".join(map(number, (span.low, span.expected, span.high)))


def number(value: float | None) -> str:
    """Three figures, as far as they say something."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _title(row: LedgerRow) -> str:
    device = row.expected.device
    unit = "GPU" if device.is_gpu else "core"
    where = f"{device.count} {unit}{'s' if device.count > 1 else ''} of {device.name}"
    return printable(f"{row.run_id}: {row.expected.kind}, {row.at:%Y-%m-%d %H:%M}, {where}")


def _named(name: str, measured: Measured) -> str:
    return f"memory, GiB {MEANT[measured.memory_is]}" if name.startswith("peak") else name


def _error(row: LedgerRow, quantity: Quantity) -> str:
    error, told = error_of(row, quantity), getattr(row.expected.predicted, quantity)
    if error is None:
        return ""
    came = getattr(row.measured, quantity)
    return f"{'' if told.low <= came <= told.high else '! '}{error:+.0%}"


def _dollars(told: Foreseen, came: Measured) -> Iterator[str]:
    if told.usd is None or came.usd is None:
        return
    span = f"{told.usd.low:.4f} - {told.usd.expected:.4f} - {told.usd.high:.4f}"
    inside = float(told.usd.low) <= came.usd <= float(told.usd.high)
    error = came.usd / float(told.usd.expected) - 1 if told.usd.expected else 0.0
    yield f"  {'dollars':<22}{span:>28}{came.usd:>12.4f}{('' if inside else '! ') + f'{error:+.0%}':>10}"


def errors(row: LedgerRow) -> dict[str, float]:
    """Measured over foreseen less one, by quantity, as far as both are known."""
    found = {quantity: error_of(row, quantity) for _, quantity in SHOWN}
    return {quantity: round(error, 4) for quantity, error in found.items() if error is not None}


def median_errors(rows: Sequence[LedgerRow]) -> dict[str, float]:
    """Medians of the absolute errors, by quantity."""
    told = [errors(row) for row in rows]
    known = {quantity: [abs(one[quantity]) for one in told if quantity in one] for _, quantity in SHOWN}
    return {quantity: median(found) for quantity, found in known.items() if found}


def _summary(rows: Sequence[LedgerRow]) -> Iterator[str]:
    off = median_errors(rows)
    for name, quantity in SHOWN:
        if quantity in off:
            count = sum(quantity in errors(row) for row in rows)
            yield f"{name}: off by {100 * off[quantity]:.0f} % (median of {count} run{'s' if count > 1 else ''})"
    yield "! came outside the range that was foreseen"
