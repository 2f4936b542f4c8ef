"""A report before it is drawn: sections of blocks, in which every number is a fact with a source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from advisor.records import Frozen

Tone = Literal["good", "neutral", "warning", "bad"]


class Source(Frozen):
    """Where numbers come from."""

    id: str
    text: str


class Fact(Frozen):
    """A number that the report states."""

    id: str
    text: str
    """As it is first shown."""
    value: str | None
    """Exactly, in its unit; None is unknown."""
    unit: str
    source: str
    """Id of a source."""
    how: str
    """The formula or the field that it is."""


class Number(Frozen):
    """A fact where it is shown."""

    fact: str
    source: str
    text: str


class Quote(Frozen):
    """Text that somebody else wrote: a name, a message, a model's output."""

    kind: Literal["quote"] = "quote"
    text: str


class Strong(Frozen):
    """Words with weight."""

    kind: Literal["strong"] = "strong"
    text: str


Inline = str | Number | Quote | Strong
Line = tuple[Inline, ...]


class Paragraph(Frozen):
    """Running text."""

    kind: Literal["paragraph"] = "paragraph"
    line: Line
    role: Literal["plain", "lead", "note"] = "plain"


class Bullets(Frozen):
    """A list."""

    kind: Literal["bullets"] = "bullets"
    lines: tuple[Line, ...]
    small: bool = False


class Table(Frozen):
    """Rows under a header; ``numeric`` names the columns that are set to the right."""

    kind: Literal["table"] = "table"
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: tuple[int, ...] = ()
    note: str = ""


class LossChart(Frozen):
    """Loss over steps."""

    kind: Literal["loss"] = "loss"
    steps: tuple[tuple[int, float], ...]
    validation: tuple[tuple[int, float], ...]


class EffectRow(Frozen):
    """A difference with its interval, in fractions; ``margin`` is how far down it may reach."""

    label: str
    difference: float
    low: float
    high: float
    bound: float | None
    headline: bool


class EffectChart(Frozen):
    """Differences against zero."""

    kind: Literal["effect"] = "effect"
    rows: tuple[EffectRow, ...]


class ArmRow(Frozen):
    """A score with its interval."""

    label: str
    score: float
    low: float
    high: float
    role: Literal["baseline", "candidate", "other"]


class ArmsChart(Frozen):
    """Scores side by side."""

    kind: Literal["arms"] = "arms"
    rows: tuple[ArmRow, ...]


class PlannedRow(Frozen):
    """A planned range and what came, both as multiples of what was expected."""

    label: str
    low: float
    high: float
    actual: float


class PlannedChart(Frozen):
    """Plan against actual."""

    kind: Literal["planned"] = "planned"
    rows: tuple[PlannedRow, ...]


Chart = Annotated[LossChart | EffectChart | ArmsChart | PlannedChart, Field(discriminator="kind")]


class Figure(Frozen):
    """A chart, and what it shows in words."""

    kind: Literal["figure"] = "figure"
    id: str
    title: str
    alt: str
    chart: Chart


class Answer(Frozen):
    """What one arm said to an item."""

    label: str
    text: str | None
    right: bool | None


class Card(Frozen):
    """One item with all answers."""

    outcome: str
    tone: Tone
    item: str
    input: str
    target: str
    answers: tuple[Answer, ...]


class Cards(Frozen):
    """Items side by side."""

    kind: Literal["cards"] = "cards"
    cards: tuple[Card, ...]


Block = Annotated[Paragraph | Bullets | Table | Figure | Cards, Field(discriminator="kind")]


class Section(Frozen):
    """A part of the report."""

    id: str
    title: str
    blocks: tuple[Block, ...]


class Tile(Frozen):
    """A figure that can be read from across the room."""

    label: str
    value: Line
    note: Line


class VerdictBox(Frozen):
    """The answer, in one paragraph."""

    tone: Tone
    stamp: str
    headline: str
    answer: Line
    tiles: tuple[Tile, ...]


class Report(Frozen):
    """All of it. ``digest`` names the facts that it was made from."""

    id: str
    title: str
    made_on: str
    version: str
    digest: str
    verdict: VerdictBox
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]
