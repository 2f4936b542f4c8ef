"""The report: derived from the journals alone, and every number in it has a source."""

from advisor.report.build import build
from advisor.report.evidence import RunEvidence, same_comparison, verify_evidence
from advisor.report.facts import (
    CatalogFact,
    EvaluationFacts,
    JournalRef,
    Origin,
    ProbeFacts,
    ReportFacts,
    StageTime,
    TrainFacts,
)
from advisor.report.html import render_html
from advisor.report.markdown import render_markdown
from advisor.report.records import Report

__all__ = [
    "CatalogFact",
    "EvaluationFacts",
    "JournalRef",
    "Origin",
    "ProbeFacts",
    "Report",
    "ReportFacts",
    "RunEvidence",
    "StageTime",
    "TrainFacts",
    "build",
    "render_html",
    "render_markdown",
    "same_comparison",
    "verify_evidence",
]
