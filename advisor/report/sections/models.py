"""Which models came into question, and why the others did not."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.marks import sign
from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import usd
from advisor.report.records import Block, Bullets, Line, Paragraph, Quote, Section, Strong, Table
from advisor.shortlist.records import Candidate, Exclusion

SHOWN = 6
OTHER = ", the model that this journey was given, not for the first of this list."


def models_section(facts: ReportFacts, ledger: Ledger) -> Section:
    """The shortlist of the decision."""
    shortlist = facts.shortlist
    shown, more = shortlist.candidates[:SHOWN], len(shortlist.candidates) - SHOWN
    blocks: list[Block] = [
        Table(
            caption="Candidates, best first",
            header=("Model", "Score", "Per month", "Because"),
            rows=tuple(_row(candidate, ledger) for candidate in shown),
            numeric=(1, 2),
            note=f"{more} more candidates scored lower." if more > 0 else "",
        )
        if shown
        else Paragraph(line=("No model of the catalog meets the constraints.",))
    ]
    if shortlist.excluded:
        blocks.append(Paragraph(line=(f"Out, with the constraint that put each out ({len(shortlist.excluded)}):",)))
        blocks.append(Bullets(lines=tuple(_reasons(shortlist.excluded)), small=True))
    if facts.plan is not None and shown and facts.plan.model not in shown[0].model:
        blocks.append(
            Paragraph(line=("The plan and the run below are for ", Quote(text=facts.plan.model), OTHER), role="note")
        )
    return Section(id="shortlist", title="Which models?", blocks=tuple(blocks))


def _reasons(excluded: tuple[Exclusion, ...]) -> Iterator[Line]:
    """One line per constraint with all the models that it put out, the most frequent first."""
    by_reason: dict[str, list[str]] = {}
    for out in excluded:
        by_reason.setdefault(out.because, []).append(out.model)
    for reason, models in sorted(by_reason.items(), key=lambda pair: -len(pair[1])):
        yield Strong(text=f"{reason}: "), Quote(text=", ".join(models))


def _row(candidate: Candidate, ledger: Ledger) -> tuple[Line, ...]:
    name, month = candidate.model, candidate.usd_per_month
    parts = ", ".join(f"{part} {value:.2f}" for part, value in candidate.parts.items())
    score = ledger.recorded(
        "decided",
        f"shortlist.{name}.score",
        f"{candidate.score:.2f}",
        candidate.score,
        how=f"weighted mean of {parts}",
    )
    cost = ledger.recorded(
        "decided",
        f"shortlist.{name}.usd_per_month",
        usd(month),
        month,
        unit="USD per month",
        how="at the volume of the profile",
    )
    mark = sign(candidate.confidence) if month is not None else ""
    return (Quote(text=name),), (score,), (mark, cost) if mark else (cost,), (candidate.because,)
