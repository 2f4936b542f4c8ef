"""Writes the report of a journey, after asking whether its evidence holds together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from advisor.paths import Workspace
from advisor.store.journal import Journal
from advisor.workflow.comparing import comparison_of
from advisor.workflow.records import JourneyView, ReportFiles
from harness.chain import atomic, file_sha256


def write_report(workspace: Workspace, journal: Journal, view: JourneyView, *, today: date) -> ReportFiles:
    """HTML and Markdown from the journals.

    Raises TunewiseError that says what does not hold: a changed line, missing outputs, a missing or exchanged adapter,
    a comparison that the answers do not give.
    """
    from advisor.report import build  # noqa: PLC0415 - templates and charts take a second to import
    from advisor.report.evidence import same_comparison, verify_evidence  # noqa: PLC0415
    from advisor.report.html import render_html  # noqa: PLC0415
    from advisor.report.markdown import render_markdown  # noqa: PLC0415
    from advisor.workflow.gathering import finished_runs, gather  # noqa: PLC0415

    verify_evidence(
        workspace.journal, dict.fromkeys([*finished_runs(workspace, view).values(), *_ended(workspace, journal, view)])
    )
    if view.comparison is not None:
        same_comparison(view.comparison, comparison_of(workspace.run_dir(view.comparison.id), view))
    report = build(gather(workspace, journal.records(), view, today=today))
    html, markdown = (workspace.reports / f"{view.id}.{suffix}" for suffix in ("html", "md"))
    _write(html, render_html(report))
    _write(markdown, render_markdown(report))
    return ReportFiles(html=html, markdown=markdown)


def _ended(workspace: Workspace, journal: Journal, view: JourneyView) -> list[Path]:
    """The folders of the journey's runs that were noted as finished, whatever their own journals say by now."""
    noted = {record.body["run_id"] for record in journal.of_kind("run_ended") if record.body["status"] == "finished"}
    return [workspace.run_dir(part.run_id) for part in view.stages if part.run_id and part.run_id in noted]


def reported(files: ReportFiles) -> dict[str, str]:
    """What the journal keeps of a written report."""
    return {
        "html": str(files.html),
        "markdown": str(files.markdown),
        "html_sha256": file_sha256(files.html),
        "markdown_sha256": file_sha256(files.markdown),
    }


def _write(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, "utf-8")
