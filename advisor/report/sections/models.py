"""Which models came into question, and why the others did not."""

from __future__ import annotations

from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import usd
from advisor.report.records import Block, Bullets, Line, Paragraph, Quote, Section, Table
from advisor.shortlist.records import Candidate

SHOWN = 6


def models_section(facts: ReportFacts, ledger: Ledger) -> Section:
    """The shortlist of the decision."""
    shortlist = facts.shortlist
    shown, more = shortlist.candidates[:SHOWN], len(shortlist.candidates) - SHOWN
    blocks: list[Block] = [
        Table(
            caption="Candidates, best first",
            header=("Model", "Score", "Per month", "Parts", "Because"),
            rows=tuple(_row(candidate, ledger) for candidate in shown),
            numeric=(1, 2),
            note=f"{more} more candidates scored lower." if more > 0 else "",
        )
        if shown
        else Paragraph(line=("No model of the catalog meets the constraints.",))
    ]
    if shortlist.excluded:
        blocks.append(Paragraph(line=(f"Out, with the constraint that put each out ({len(shortlist.excluded)}):",)))
        blocks.append(Bullets(lines=tuple((Quote(text=out.model), ": ", out.because) for out in shortlist.excluded)))
    return Section(id="shortlist", title="Which models?", blocks=tuple(blocks))


def _row(candidate: Candidate, ledger: Ledger) -> tuple[Line, ...]:
    name, month = candidate.model, candidate.usd_per_month
    score = ledger.recorded(
        "decided",
        f"shortlist.{name}.score",
        f"{candidate.score:.2f}",
        candidate.score,
        how="weighted mean of the parts",
    )
    cost = ledger.recorded(
        "decided",
        f"shortlist.{name}.usd_per_month",
        usd(month),
        month,
        unit="USD per month",
        how="at the volume of the profile",
    )
    parts = ", ".join(f"{part} {value:.2f}" for part, value in candidate.parts.items())
    return (Quote(text=name),), (score,), (cost,), (parts,), (candidate.because,)
