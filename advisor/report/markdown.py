"""A report as Markdown: the same words and numbers, charts in text, sources as footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from advisor.report.records import (
    Block,
    Bullets,
    Card,
    Cards,
    Figure,
    Line,
    LossChart,
    Number,
    Paragraph,
    Report,
    Strong,
    Table,
)
from advisor.report.untrusted import clean

LONGEST_LINE = 4000
BARS = "▁▂▃▄▅▆▇█"
BAR_COUNT = 40
_MARKUP = re.compile(r"([\\`*_{}\[\]#|~!$^])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINKS = (("://", "&#58;//"), ("www.", "www&#46;"), ("@", "&#64;"))
_LINE_STARTS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


def render_markdown(report: Report) -> str:
    """The file. Equal reports give equal bytes."""
    return "\n\n".join(part for part in _parts(report) if part) + "\n"


def _parts(report: Report) -> Iterator[str]:
    yield f"# {escape(report.title)}"
    yield f"**{escape(report.verdict.stamp)}** · tunewise report, {report.made_on}"
    yield _line(report.verdict.answer)
    yield "\n".join(
        f"- {escape(tile.label)}: **{_line(tile.value)}** ({_line(tile.note)})" for tile in report.verdict.tiles
    )
    for section in report.sections:
        yield f"## {escape(section.title)}"
        for block in section.blocks:
            yield from _block(block)
    yield "## Every number"
    yield _ledger(report)
    yield f"Made by tunewise {escape(report.version)} from the journals of {escape(report.id)}. Digest of its facts: {report.digest}"
    yield "\n".join(f"[^{source.id}]: {escape(source.text)}" for source in report.sources)


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no links, no line breaks, no control characters."""
    plain = " ".join(clean(text, longest=LONGEST_LINE).split())
    plain = "".join(_ENTITIES.get(mark, mark) for mark in plain)
    plain = _MARKUP.sub(r"\\\1", plain)
    for mark, entity in _LINKS:
        plain = plain.replace(mark, entity)
    return plain


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _LINE_STARTS.sub(_escaped_start, _line(block.line))
    elif isinstance(block, Bullets):
        yield "\n".join(f"- {_line(line)}" for line in block.lines)
    elif isinstance(block, Table):
        yield from (f"**{escape(block.caption)}**", _table(block), escape(block.note))
    elif isinstance(block, Figure):
        yield _figure(block)
    elif isinstance(block, Cards):
        yield from (_card(card) for card in block.cards)
    else:
        assert_never(block)


def _escaped_start(found: re.Match[str]) -> str:
    """What would start a list or a heading: a sign is escaped, a number gets its point escaped."""
    indent, start = found.groups()
    return f"{indent}{start}\\" if start.isdigit() else f"{indent}\\{start}"


def _line(parts: Line) -> str:
    return "".join(_inlines(parts)).strip()


def _inlines(parts: Line) -> Iterator[str]:
    """Words as they are; a footnote after the last of neighbouring numbers that share a source."""
    for place, part in enumerate(parts):
        if isinstance(part, str):
            yield _spaced(part)
        elif isinstance(part, Number):
            following = next((later.source for later in parts[place + 1 :] if isinstance(later, Number)), None)
            yield escape(part.text) + ("" if following == part.source else f"[^{part.source}]")
        elif isinstance(part, Strong):
            yield _strong(part.text)
        else:
            yield escape(part.text)


def _spaced(text: str) -> str:
    """Escaped, with the blanks at its ends, which join it to its neighbours."""
    if not text.strip():
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{escape(text)}{after}"


def _strong(text: str) -> str:
    """Bold; blanks stay outside, where Markdown wants them."""
    return f"**{escape(text)}**" + text[len(text.rstrip()) :]


def _table(table: Table) -> str:
    rules = ["---:" if column in table.numeric else "---" for column in range(len(table.header))]
    rows = [[_line(cell) for cell in row] for row in table.rows]
    return "\n".join(_row(cells) for cells in [[escape(name) for name in table.header], rules, *rows])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(figure: Figure) -> str:
    drawn = (
        f"\n\n`{sparkline([loss for _, loss in figure.chart.steps])}`" if isinstance(figure.chart, LossChart) else ""
    )
    return f"**{escape(figure.title)}:** {escape(figure.alt)}.{drawn}"


def sparkline(values: list[float]) -> str:
    """A curve as a row of at most 40 bars, each the mean of its part; the lowest value is the lowest bar."""
    size = max(1, -(-len(values) // BAR_COUNT))
    means = [sum(part) / len(part) for part in (values[start : start + size] for start in range(0, len(values), size))]
    low, span = min(means), (max(means) - min(means)) or 1.0
    return "".join(BARS[round((value - low) / span * (len(BARS) - 1))] for value in means)


def _card(card: Card) -> str:
    lines = [
        f"**{escape(card.outcome)}** · {escape(card.item)}: {escape(card.input)}",
        f"- Right answer: {escape(card.target)}",
    ]
    for answer in card.answers:
        said = "no answer" if answer.text is None else escape(answer.text)
        lines.append(f"- {escape(answer.label)}: {said} ({MARKS[answer.right]})")
    return "\n".join([lines[0], "", *lines[1:]])


MARKS = {True: "right", False: "wrong", None: "not scored"}


def _ledger(report: Report) -> str:
    rows = [
        [
            escape(fact.id),
            escape("unknown" if fact.value is None else f"{fact.value} {fact.unit}"),
            escape(fact.how),
            f"[^{fact.source}]",
        ]
        for fact in report.facts
    ]
    return "\n".join(
        _row(cells) for cells in [["Number", "Value", "How", "Source"], ["---", "---:", "---", "---"], *rows]
    )
