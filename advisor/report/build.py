"""From facts to a report: pure, so that equal facts give the same report to the byte."""

from __future__ import annotations

from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.records import Report
from advisor.report.sections.comparison import comparison_section
from advisor.report.sections.decision import decision_section
from advisor.report.sections.items import items_section
from advisor.report.sections.limits import limits_section
from advisor.report.sections.models import models_section
from advisor.report.sections.plan import plan_section
from advisor.report.sections.planned import planned_section
from advisor.report.sections.provenance import provenance_section
from advisor.report.sections.training import training_section
from advisor.report.sections.verdict import verdict_box
from harness import chain


def build(facts: ReportFacts) -> Report:
    """The report of a journey; what was not done is left out, and the verdict says so."""
    ledger = Ledger(facts)
    box = verdict_box(facts, ledger)
    sections = (
        decision_section(facts, ledger),
        models_section(facts, ledger),
        plan_section(facts, ledger),
        planned_section(facts, ledger),
        training_section(facts, ledger),
        comparison_section(facts, ledger),
        items_section(facts),
        limits_section(facts),
        provenance_section(facts, ledger),
    )
    return Report(
        id=facts.journey_id,
        title=facts.profile.name or "Unnamed task",
        made_on=facts.made_on.isoformat(),
        version=facts.version,
        digest=chain.digest(facts.model_dump(mode="json", by_alias=True)),
        verdict=box,
        sections=tuple(section for section in sections if section is not None),
        facts=ledger.facts,
        sources=ledger.sources,
    )
