"""Keeps a finished demo as a recording: what its journals say, without the rows of the data set and without its paths.

    .venv/bin/python scripts/record_demo.py WORKSPACE

writes tests/recordings/demo/: the journey as one JSON document, the events of each run as JSON lines, and the report without
its section of items. The pictures of the README are drawn from it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from advisor.paths import Workspace
from advisor.workflow.records import JourneyView
from advisor.workflow.workflow import Workflow
from harness import protocol

TARGET = Path(__file__).resolve().parent.parent / "tests" / "recordings" / "demo"
NEUTRAL = "/workspace"
ITEMS = "Five items, side by side"


def main() -> None:
    """Record the newest finished journey of a workspace."""
    workspace = Workspace(Path(sys.argv[1]).absolute())
    journeys = Workflow(workspace).journeys()
    finished = next(journey for journey in journeys if journey.next_stage is None)
    TARGET.mkdir(parents=True, exist_ok=True)
    write("journey.json", finished.model_dump_json(indent=1, by_alias=True), workspace)
    for name, lines in events(workspace, finished).items():
        write(f"{name}.jsonl", "\n".join(lines), workspace)
    if finished.report_markdown is not None:
        write("report.md", without_items(finished.report_markdown.read_text("utf-8")), workspace)


def without_items(report: str) -> str:
    """The report without the rows of the data set that it shows."""
    before, _, rest = report.partition(f"## {ITEMS}")
    _, found, after = rest.partition("\n## ")
    return f"{before}{found.lstrip()}{after}"


def events(workspace: Workspace, journey: JourneyView) -> dict[str, list[str]]:
    """The events of each stage's run, a JSON document a line."""
    runs = {part.id: part.run_id for part in journey.stages if part.run_id}
    return {
        stage: [event.model_dump_json() for event in protocol.read_events(workspace.run_dir(run_id))]
        for stage, run_id in runs.items()
    }


def write(name: str, text: str, workspace: Workspace) -> None:
    """Write one file, with the place of the workspace made neutral."""
    (TARGET / name).write_text(text.replace(str(workspace.root), NEUTRAL) + "\n", "utf-8")


if __name__ == "__main__":
    main()
