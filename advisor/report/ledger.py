"""Keeps account of every number that a report states, and of where it comes from."""

from __future__ import annotations

from decimal import Decimal

from advisor.report.facts import JournalRef, Origin, ReportFacts
from advisor.report.records import Fact, Number, Source

HASH_SHOWN = 16
Value = int | float | Decimal | None


class Ledger:
    """Facts by id and sources in the order in which they were first used."""

    def __init__(self, facts: ReportFacts) -> None:
        self._journal = facts.journal
        self._facts: dict[str, Fact] = {}
        self._sources: dict[str, Source] = {}

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts so far."""
        return tuple(self._facts.values())

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources so far."""
        return tuple(self._sources.values())

    def recorded(
        self, origin: Origin, fact_id: str, text: str, value: Value, *, unit: str = "", how: str = ""
    ) -> Number:
        """A number out of a journal record."""
        return self.stated(journal_text(self._journal[origin]), fact_id, text, value, unit=unit, how=how)

    def stated(self, source: str, fact_id: str, text: str, value: Value, *, unit: str = "", how: str = "") -> Number:
        """A number out of any source. Raises ValueError where one id would mean two values: a bug."""
        fact = Fact(id=fact_id, text=text, value=_exact(value), unit=unit, source=self._source(source), how=how)
        known = self._facts.setdefault(fact_id, fact)
        if (known.value, known.source) != (fact.value, fact.source):
            raise ValueError(f"fact {fact_id} is {known.value} from {known.source} and {fact.value} from {fact.source}")
        return Number(fact=fact_id, source=fact.source, text=text)

    def _source(self, text: str) -> str:
        return self._sources.setdefault(text, Source(id=str(len(self._sources) + 1), text=text)).id


def journal_text(ref: JournalRef) -> str:
    """A journal record as a source: file, hash, and what it is."""
    place = ref.kind if ref.seq is None else f"record {ref.seq}, {ref.kind}"
    return f"{ref.path}#{ref.hash[:HASH_SHOWN]} ({place})"


def _exact(value: Value) -> str | None:
    return None if value is None else str(value)
