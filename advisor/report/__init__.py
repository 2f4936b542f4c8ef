"""The report: derived from the journals alone, and every number in it has a source."""

from advisor.report.build import build
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
from advisor.report.records import Report

__all__ = [
    "CatalogFact",
    "EvaluationFacts",
    "JournalRef",
    "Origin",
    "ProbeFacts",
    "Report",
    "ReportFacts",
    "StageTime",
    "TrainFacts",
    "build",
]
