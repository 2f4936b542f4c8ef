"""A comparison of platforms in 80 columns of plain text: the table, then each platform's reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal

from advisor.platforms.records import Comparison, PlatformChoice, Way
from advisor.wording import printable
from harness.protocol import MoneyRange as Money
from harness.protocol import Range as Span

WIDTH = 80
LEGEND = "~ rests on recalled figures or judgement; a month is low - expected - high, an 80 % range."


def comparison_text(found: Comparison) -> str:
    """Everything of a comparison. Names come from people and lose what a terminal would obey."""
    lines = [
        *wrapped("", f"Platforms for {found.profile_name[:60]}: {found.model}, as of {found.today}"),
        "",
        *_table(found),
        "",
        *(line for choice in found.choices for line in _reasons(choice)),
        "Taken for granted:",
        *(line for said in found.assumptions for line in wrapped("  - ", said)),
        *wrapped("", LEGEND),
    ]
    return "\n".join(lines)


def _table(found: Comparison) -> Iterator[str]:
    yield f"{'#':>2} {'PLATFORM':<22}{'SET-UP':>13}  {'USD A MONTH':<24}{'SKILL':<6}{'WAY':<10}"
    for choice in found.choices:
        place = str(choice.rank) if choice.rank else "-"
        setup = minutes(choice.setup_minutes, recalled=choice.setup_recalled)
        name = printable(choice.name)[:21]
        cells = f"{place:>2} {name:<22}{setup:>13}  "
        if not choice.feasible:
            yield cells + "excluded"
            continue
        way = choice.way
        yield (cells + f"{month(way):<24}{choice.skill or '?':<6}{way.mode if way else '':<10}")[:WIDTH].rstrip()


def _reasons(choice: PlatformChoice) -> Iterator[str]:
    place = f"{choice.rank}. " if choice.rank else ""
    yield f"{place}{printable(choice.name)}"
    if not choice.feasible:
        yield from wrapped("   excluded: ", choice.excluded_because)
    for said in choice.because:
        yield from wrapped("   + ", said)
    if choice.scalability:
        yield from wrapped("   + scales: ", choice.scalability)
    for said in choice.warnings:
        yield from wrapped("   ! ", said)
    if choice.unknown:
        yield from wrapped("   ? ", f"unknown, ask: {', '.join(choice.unknown)}")
    for flip in choice.flips:
        said = f"{flip.requests_per_day:,.0f} requests a day: below {flip.below}, above {flip.above}; {flip.because}"
        yield from wrapped("   = at ", said)
    yield ""


def minutes(span: Span | None, *, recalled: bool) -> str:
    """``~10 - 20 min``, in hours and days where it is longer."""
    if span is None:
        return "?"
    size, unit = next((one for one in ((480, "d"), (60, "h"), (1, "min")) if span.low >= one[0]), (1, "min"))
    low, high = span.low / size, span.high / size
    text = f"{low:.2g}" if low == high else f"{low:.2g} - {high:.2g}"
    return f"{'~' if recalled else ''}{text} {unit}"


def month(way: Way | None) -> str:
    """Low, expected and high, marked where recalled; unpriced in words."""
    if way is None or way.usd_per_month is None:
        return "unpriced"
    return ("~" if way.recalled else "") + money(way.usd_per_month)


def money(spent: Money) -> str:
    """``144 - 286 - 467``; one figure where the range has no width."""
    parts = [_dollars(one) for one in (spent.low, spent.expected, spent.high)]
    return parts[1] if parts[0] == parts[2] else " - ".join(parts)


def _dollars(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount < 10 else f"{amount:,.0f}"


def wrapped(start: str, text: str) -> list[str]:
    """Lines under a heading."""
    return textwrap.wrap(printable(text), WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
