"""The report says what the records say, with a source for every number, whatever the text in them tries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from advisor.report import Report, ReportFacts, build, render_html, render_markdown
from advisor.report.facts import EvaluationFacts, TrainFacts
from advisor.report.ledger import Ledger
from advisor.report.markdown import escape, sparkline
from advisor.report.sections.items import chosen
from advisor.report.untrusted import clean
from harness.protocol import ItemResult
from tests.advisor import report_facts
from tests.advisor.evaluations import BASE, TUNED

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) | **b** \x1b[31m\x00\u202egnp.exe https://evil.example/?q=1 ![i](//e)"
VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "path", "use"})


class Page(HTMLParser):
    """Tags, attributes and text of a page, with the nesting checked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.words = Counter[str](), list[tuple[str, str]](), list[str]()
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def report() -> Report:
    return build(report_facts.facts())


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    return Page(render_html(report))


def _value(report: Report, fact_id: str) -> str | None:
    return next(fact.value for fact in report.facts if fact.id == fact_id)


def _train(facts: ReportFacts) -> TrainFacts:
    assert facts.train is not None
    return facts.train


def _evaluation(facts: ReportFacts) -> EvaluationFacts:
    assert facts.evaluation is not None
    return facts.evaluation


# ------------------------------------------------------------------------------------------------ what it says


def test_every_headline_number_is_the_records_own(report: Report) -> None:
    facts = report_facts.facts()
    train, comparison = _train(facts), _evaluation(facts).comparison
    primary = comparison.primary
    assert primary is not None
    for fact_id, value in {
        "comparison.difference": primary.difference,
        "comparison.low": primary.interval[0],
        "comparison.high": primary.interval[1],
        "comparison.p": primary.p_value,
        "comparison.n": primary.n,
        "comparison.baseline": primary.baseline,
        "comparison.candidate": primary.candidate,
        "train.usd": train.result.usd,
        "train.machine_hours": train.result.machine_hours,
        "train.peak_memory": train.result.peak_memory_gib,
        "train.adapter_params": train.result.adapter_params,
        "arm.tuned.correct": comparison.arms[1].correct,
        "plan.once.expected": facts.plan.once_usd.expected if facts.plan else None,
    }.items():
        assert _value(report, fact_id) == str(value), fact_id


def test_the_box_tells_decision_cost_adapter_and_gain_with_its_interval(page: Page) -> None:
    text = "".join(page.words).replace("\N{NO-BREAK SPACE}", " ")
    box = text[text.index("Ship the adapter") : text.index("Prompt or fine-tune?")]
    for part in (
        "LoRA",
        "$0.055",
        "planned $0.040 to $0.10",
        "2.4 million",
        "+44.0 points",
        "95 % interval +35.2 to +52.1",
        "36.0 %",
    ):
        assert part in box


def test_a_real_gain_that_misses_the_target_says_so() -> None:
    profile = report_facts.profile()
    short = render_markdown(build(report_facts.facts(profile=profile.with_answer("target_score", 0.9))))
    assert "**It is still short of the target of** 90.0 %[^" in short
    assert "That reaches the target of 80.0" in render_markdown(build(report_facts.facts()))


def test_zero_shot_is_shown_but_is_not_what_the_gain_is_measured_against(report: Report) -> None:
    text = render_markdown(report)
    assert "| base, zero-shot | shown |" in text
    assert _value(report, "comparison.baseline") == "0.36"


def test_markdown_and_html_state_the_same_facts(report: Report, page: Page) -> None:
    shown = set(page.values("data-fact"))
    assert shown <= {fact.id for fact in report.facts}
    markdown = render_markdown(report)
    for fact in report.facts:
        assert escape(fact.id) in markdown
        assert fact.id in shown


def test_every_number_leads_to_its_value_and_its_source(report: Report, page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {f"fact-{fact.id}" for fact in report.facts} | {f"source-{source.id}" for source in report.sources} <= set(
        ids
    )
    assert {fact.source for fact in report.facts} <= {source.id for source in report.sources}
    journals = [source.text for source in report.sources if ".jsonl#" in source.text]
    assert any(
        re.fullmatch(r"runs/train-1/events\.jsonl#[0-9a-f]{16} \(record 84, finished\)", text) for text in journals
    )


def test_plan_and_actual_say_whether_the_actual_is_inside_the_range(report: Report) -> None:
    text = render_markdown(report).replace("\N{NO-BREAK SPACE}", " ")
    assert "6 of 7 quantities came out inside" in text
    assert re.search(r"\| Evaluation: peak memory \|.*3\.12 GiB\[\^\d+\] \| \*\*above\*\* \|", text)
    assert re.search(r"\| Training: time \|.*4 min 08 s\[\^\d+\] \| inside \|", text)


def test_licence_attribution_and_the_four_bits_are_told(page: Page) -> None:
    text = "".join(page.words)
    for part in ("CC-BY-4.0", "Casanueva et al. 2020", "Apache-2.0", "went through 4 bits"):
        assert part in text


def test_the_registered_plan_stands_with_its_hash(report: Report) -> None:
    plan = _evaluation(report_facts.facts()).comparison.plan
    assert plan is not None
    assert plan.sha256 in render_markdown(report)


def test_five_items_are_chosen_by_the_stated_rule() -> None:
    items = _evaluation(report_facts.facts()).items
    assert [pair.outcome for pair in chosen(items)] == ["fixed", "fixed", "broken", "both_wrong", "both_right"]
    fixed = [pair.item for pair in items if pair.outcome == "fixed"]
    assert [pair.item for pair in chosen(items)][:2] == fixed[:2]


def test_a_kind_without_items_gives_its_place_to_the_next() -> None:
    items = [pair for pair in _evaluation(report_facts.facts()).items if pair.outcome == "both_right"]
    assert [pair.item for pair in chosen(items)] == [pair.item for pair in items[:5]]
    assert len(chosen(items[:3])) == 3


# -------------------------------------------------------------------------------------- how far a journey came


def test_a_journey_that_ended_with_the_decision_says_that_nothing_was_trained() -> None:
    report = build(report_facts.facts(train=None, evaluation=None, plan=None, probe=None, timings=(), catalog=()))
    assert report.verdict.answer[-1] == "Nothing was trained."
    assert [section.id for section in report.sections] == ["decision", "shortlist", "limits", "provenance"]
    Page(render_html(report))


def test_a_journey_that_was_trained_but_not_compared_claims_nothing() -> None:
    report = build(report_facts.facts(evaluation=None))
    assert report.verdict.stamp == "Trained, not compared yet"
    assert "comparison" not in [section.id for section in report.sections]


def test_an_invalid_comparison_shows_no_difference_and_says_why() -> None:
    items = report_facts.rows()
    report = build(report_facts.facts(evaluation=report_facts.evaluation([*items, items[0]])))
    assert (report.verdict.stamp, report.verdict.tone) == ("The comparison is invalid", "bad")
    assert not any(fact.id == "comparison.difference" for fact in report.facts)
    assert "holds item item-00000 twice" in render_markdown(report)


def test_too_little_data_names_the_items_that_a_new_test_needs() -> None:
    few = [item for item in report_facts.rows() if item.index < 12]
    report = build(report_facts.facts(evaluation=report_facts.evaluation(few)))
    assert report.verdict.stamp == "Not enough data for a verdict"
    assert (_value(report, "comparison.items_needed") or "").isdigit()
    assert "A new test needs" in render_markdown(report)


def test_what_has_no_price_is_unknown_and_never_zero() -> None:
    facts = report_facts.facts()
    unpriced = _train(facts).model_copy(update={"price": None, "planned": None})
    free = unpriced.model_copy(update={"result": unpriced.result.model_copy(update={"usd": None})})
    report = build(report_facts.facts(train=free))
    text = render_markdown(report)
    assert _value(report, "train.usd") is None
    assert "its cost is unknown" in text
    assert not re.search(r"\$0\.00(?!\d)", text)
    assert re.search(
        r"\| Training: at the GPU's price \| not planned \|  \|  \| unknown\[\^\d+\] \| cannot be told \|", text
    )


def test_a_run_that_learned_nothing_is_called_that() -> None:
    train = _train(report_facts.facts())
    dull = train.model_copy(update={"result": train.result.model_copy(update={"learned": False})})
    assert "learned nothing" in render_markdown(build(report_facts.facts(train=dull)))


# --------------------------------------------------------------------------------------------- how safe it is


def _hostile() -> ReportFacts:
    facts = report_facts.facts()
    items: list[ItemResult] = [
        item.model_copy(
            update={"input": HOSTILE + "x" * 10_000, "output": HOSTILE if item.output else None, "target": HOSTILE}
        )
        for item in report_facts.rows()
    ]
    evaluation = report_facts.evaluation(items)
    arms = tuple(arm.model_copy(update={"label": HOSTILE}) for arm in evaluation.comparison.arms)
    bad = evaluation.comparison.model_copy(update={"because": HOSTILE, "deviations": (HOSTILE,), "arms": arms})
    prepared = facts.prepared.model_copy(update={"model_name": HOSTILE, "model_notes": (HOSTILE,)})
    return report_facts.facts(
        profile=facts.profile.with_answer("name", HOSTILE), prepared=prepared,
        evaluation=evaluation.model_copy(update={"comparison": bad}),
    )  # fmt: skip


def _harmless(page: Page, text: str) -> None:
    assert (
        page.tags["script"] == page.tags["img"] == page.tags["iframe"] == page.tags["object"] == page.tags["link"] == 0
    )
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert all(value.startswith("#") for name in ("href", "xlink:href", "src", "action") for value in page.values(name))
    assert not re.search(r"url\((?!#)|@import|expression\(", text)
    assert "default-src 'none'" in "".join(page.values("content"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_the_page_loads_nothing_and_runs_nothing(report: Report, page: Page) -> None:
    _harmless(page, render_html(report))


def test_hostile_text_is_shown_as_text() -> None:
    text = render_html(build(_hostile()))
    page = Page(text)
    _harmless(page, text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "x" * 601 not in text
    text.encode("utf-8")


def test_names_in_any_script_are_drawn() -> None:
    evaluation = _evaluation(report_facts.facts())
    arms = tuple(arm.model_copy(update={"label": "最良の指示文 🙂 $x_1$"}) for arm in evaluation.comparison.arms)
    named = evaluation.model_copy(update={"comparison": evaluation.comparison.model_copy(update={"arms": arms})})
    assert render_html(build(report_facts.facts(evaluation=named))).count("🙂 $x_1$") > 6


def test_hostile_text_makes_no_markup_no_link_and_no_cell_in_markdown() -> None:
    text = render_markdown(build(_hostile()))
    assert "<script" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "https://" not in text
    assert "**b**" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
    _tables_are_whole(text)


def _tables_are_whole(text: str) -> None:
    """Every row of a table has as many cells as its header."""
    for block in text.split("\n\n"):
        rows = [re.sub(r"\\\|", "", line).count("|") for line in block.splitlines() if line.startswith("|")]
        assert len(set(rows)) <= 1, block


def test_markdown_tables_and_footnotes_are_whole(report: Report) -> None:
    text = render_markdown(report)
    _tables_are_whole(text)
    defined = set(re.findall(r"^\[\^(\d+)\]:", text, flags=re.MULTILINE))
    assert set(re.findall(r"\[\^(\d+)\](?!:)", text)) == defined == {source.id for source in report.sources}


@pytest.mark.parametrize(
    "text", ["- a", "+1", "1. a", "# a", "> a", "a | b", "`a`", "<b>", "_a_", "[a](b)", "![a](b)", "a\n# b", "~~a~~"]
)
def test_markup_at_any_place_is_escaped(text: str) -> None:
    shown = escape(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[`*_\[\]|#~!]", shown)
    assert "<" not in shown


def test_text_is_cut_and_loses_what_a_screen_would_obey() -> None:
    assert clean("a\x1b[31mb\u202ec\ud800d\ne\tf") == "a\ufffd[31mb\ufffdc\ufffdd\ne\tf"
    assert clean("x" * 700) == "x" * 600 + " … (100 more characters)"


# -------------------------------------------------------------------------------------------- how sure it is


def test_equal_facts_give_equal_bytes_in_another_process() -> None:
    code = (
        "import hashlib\nfrom advisor.report import build, render_html, render_markdown\nfrom tests.advisor import report_facts\n"
        "report = build(report_facts.facts())\n"
        "print(hashlib.sha256((render_html(report) + render_markdown(report)).encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout != ""


def test_any_other_fact_changes_the_digest(report: Report) -> None:
    train = _train(report_facts.facts())
    slower = train.model_copy(update={"result": train.result.model_copy(update={"machine_hours": 0.0689})})
    assert build(report_facts.facts(train=slower)).digest != report.digest


def test_one_id_cannot_mean_two_numbers() -> None:
    ledger = Ledger(report_facts.facts())
    ledger.recorded("train", "x", "1", 1)
    with pytest.raises(ValueError, match="fact x is 1"):
        ledger.recorded("train", "x", "2", 2)


def test_facts_without_a_place_in_a_journal_are_refused() -> None:
    journal = {origin: ref for origin, ref in report_facts.journal().items() if origin != "train"}
    with pytest.raises(ValidationError, match="no journal record is named for: train"):
        report_facts.facts(journal=journal)


def test_a_curve_in_text_falls_as_the_numbers_do() -> None:
    assert sparkline([4.0, 3.0, 2.0, 1.0]) == "█▆▃▁"
    assert len(sparkline([1.0] * 200)) == 40
    assert sparkline([2.0]) == "▁"


def test_making_a_report_is_what_loads_matplotlib_and_jinja() -> None:
    code = (
        "import sys, advisor.report\n"
        "print(sorted({'matplotlib', 'jinja2', 'numpy', 'scipy', 'click', 'textual', 'duckdb', 'torch'} & sys.modules.keys()))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_candidate_arm_is_named_as_the_records_name_it(report: Report) -> None:
    assert any(fact.id == f"arm.{TUNED}.score" for fact in report.facts)


def test_dollars_of_this_machine_are_told_apart_from_what_the_gpu_is_expected_to_cost() -> None:
    plan = report_facts.plan()
    run = plan.components[0].model_copy(update={"id": "training.run"})
    report = build(report_facts.facts(plan=plan.model_copy(update={"components": (run, *plan.components[1:])})))
    top = render_markdown(report).split("## ")[0]

    assert run.usd is not None
    assert "a way of counting and not what the GPU would cost: there the plan expects" in top
    assert _value(report, "plan.training.run.usd.expected") == str(run.usd.expected)
    assert _value(report, "train.usd") != str(run.usd.expected)


def test_a_target_inside_the_interval_is_called_open_whichever_side_the_score_is_on() -> None:
    profile = report_facts.profile()
    for target, said in ((0.79, "reaches the target"), (0.82, "short of the target"), (0.95, "short of the target")):
        facts = report_facts.facts(profile=profile.model_copy(update={"target_score": target}))
        text = render_markdown(build(facts)).split("## ")[0]
        assert said in text
        assert ("leaves open" in text) is (target != 0.95)


def test_a_baseline_that_fails_by_form_is_told_so_at_the_top_and_another_is_not(report: Report) -> None:
    rows = report_facts.rows()
    chatty = [
        row.model_copy(update={"format_valid": False, "output": "I am sorry."})
        if row.arm == BASE and not row.correct and row.index % 2
        else row
        for row in rows
    ]
    failing = build(report_facts.facts(evaluation=report_facts.evaluation(chatty)))
    told, quiet = (render_markdown(one).split("## ")[0] for one in (failing, report))

    assert "Part of that is form: " in told
    assert "items, exploratory) the gain is" in told
    assert "Part of that is form" not in quiet


def test_an_old_price_is_said_aloud_with_the_cheapest_recent_one() -> None:
    plan = report_facts.plan()
    old = plan.chosen.model_copy(update={"stale_days": 114})
    recent = plan.chosen.model_copy(update={"offer_id": "recent", "provider": "Verda"})
    aged = plan.model_copy(update={"chosen": old, "offers": (old, recent)})

    text = render_markdown(build(report_facts.facts(plan=aged)))

    assert "it was seen 114 days ago, on 2026-08-01. Ask for today's." in text
    assert "from Verda at" in text
    assert "The price is old" not in render_markdown(build(report_facts.facts()))


def test_the_score_that_the_prompt_was_chosen_by_is_told_apart_from_its_score_in_the_test(report: Report) -> None:
    assert "on the validation items that it was chosen on)" in render_markdown(report).split("## ")[0]
    assert _value(report, "probe.best.score") is not None
