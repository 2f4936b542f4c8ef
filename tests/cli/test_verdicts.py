"""What a journey's verdict means to the shell."""

from pathlib import Path

import pytest

from advisor.cli.demo_command import go_on
from advisor.compare.records import Verdict
from advisor.paths import Workspace
from advisor.workflow.records import STAGE_TITLES, STAGES, JourneyInputs, JourneyView, StageView
from advisor.workflow.workflow import Workflow
from tests.tui import recorded


def finished(verdict: Verdict | None) -> JourneyView:
    comparison = recorded.comparison().model_copy(update={"verdict": verdict}) if verdict else None
    return JourneyView(
        id="journey-1",
        inputs=JourneyInputs(profile=recorded.profile()),
        stages=tuple(StageView(id=stage, title=STAGE_TITLES[stage], status="done") for stage in STAGES),
        comparison=comparison,
        report_html=Path("report.html"),
    )


@pytest.mark.parametrize(
    ("verdict", "code"),
    [("SHIP", 0), ("SHIP_CHEAPER", 0), ("KEEP", 0), ("INVALID", 1), ("NOT_ENOUGH_DATA", 3), (None, 0)],
)
def test_a_journey_ends_with_the_exit_code_of_its_verdict_after_the_path_of_its_report(
    verdict: Verdict | None, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = Workflow(Workspace(tmp_path))

    assert go_on(workflow, finished(verdict), as_json=False) == code
    assert capsys.readouterr().out.endswith("report.html\n")
