"""A report tells what was known, before a run, of how far estimates of like runs had been off."""

import re

from advisor.report import build, render_html, render_markdown
from tests.advisor import report_facts

SAID = "on 3 similar runs here the estimate was off by (median): memory 4 %, speed 12 %, hours 9 %"


def test_a_past_error_stands_with_plan_and_actual_and_has_its_source() -> None:
    trained = report_facts.train().model_copy(update={"past_error": SAID})

    report = build(report_facts.facts(train=trained))

    text = render_markdown(report)
    said = re.search(rf"Known before the training began: {re.escape(SAID)}\[\^(\d+)\]", text.replace("\\", ""))
    assert said is not None
    fact = next(fact for fact in report.facts if fact.id == "train.past_error")
    source = next(source for source in report.sources if source.id == fact.source)
    assert source.id == said[1]
    assert "run_started" in source.text or "spec" in source.text
    assert SAID in render_html(report)


def test_a_first_run_has_no_past_error_to_tell() -> None:
    assert "Known before" not in render_markdown(build(report_facts.facts()))
