"""A recalled fact shows its mark wherever a figure rests on it: in text, reports, screens and JSON."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.marks import LEGEND, weakest
from advisor.plan.records import Plan
from advisor.plan.text import plan_text
from advisor.profile import Profile
from advisor.report import build, render_html, render_markdown
from advisor.shortlist import shortlist
from advisor.store.pricing import make_plan
from advisor.tui.screens.plan import break_even_text, component_fact, offer_fact, summary_text
from advisor.tui.screens.shortlist import candidate_fact
from catalog.load import load
from catalog.records import Confidence
from tests.advisor import report_facts
from tests.advisor.workloads import CHEAP_API, FACTS, LLAMA_8B, TODAY, Facts

PROFILE = Profile.model_validate({
    "name": "bank", "n_examples": 5000, "train_tokens_per_example": 300, "epochs": 3, "eval_items": 500, "tokens_in": 300,
    "tokens_out": 50, "volume_per_day": 20000, "team_skill": "ml", "engineer_usd_per_hour": 90,
})  # fmt: skip
RENTED = ("training.run", "evaluation.gpu", "hosting.always_on")


def recalled_cards(confidence: Confidence = "recalled") -> Facts:
    return replace(FACTS, gpus=tuple(card.model_copy(update={"confidence": confidence}) for card in FACTS.gpus))


def recalled_model() -> Facts:
    edit = {"confidence": "recalled"}
    return replace(FACTS, models=tuple(m.model_copy(update=edit) if m.id == LLAMA_8B.id else m for m in FACTS.models))


def recalled_price() -> Facts:
    edit = {"price_confidence": "recalled"}
    return replace(FACTS, models=tuple(m.model_copy(update=edit) if m.kind == "api" else m for m in FACTS.models))


def plan(facts: Facts = FACTS) -> Plan:
    return make_plan(PROFILE, LLAMA_8B.id, facts, today=TODAY)


def confidences(made: Plan) -> dict[str, Confidence | None]:
    return {line.id: line.confidence for line in made.components}


@pytest.mark.parametrize("facts", [recalled_cards(), recalled_cards("judgement"), recalled_model()])
def test_a_recalled_card_or_model_marks_every_line_that_is_paid_by_the_hour(facts: Facts) -> None:
    found = confidences(plan(facts))
    assert {found[name] for name in RENTED} <= {"recalled", "judgement"}
    assert found["people.project"] is None
    assert found["evaluation.api"] == "sourced"


def test_a_recalled_price_of_an_api_marks_its_lines_and_the_break_even_alone() -> None:
    made = plan(recalled_price())
    found = confidences(made)
    assert found["evaluation.api"] == found["inference.api"] == made.break_even.confidence == "recalled"
    assert {found[name] for name in RENTED} == {"sourced"}


def test_without_a_recalled_fact_nothing_is_marked() -> None:
    assert "~" not in plan_text(plan())
    assert not plan().any_recalled


def test_the_text_marks_each_figure_and_explains_the_mark() -> None:
    text = plan_text(plan(recalled_cards()))
    lines = text.splitlines()
    assert LEGEND in text
    assert all(
        "~" in next(line for line in lines if line.strip().startswith(name))
        for name in ("GPU hours", "Peak memory", "Once", "Monthly")
    )
    row = next(line for line in lines if line.strip().startswith("Training run"))
    assert row.count("~$") == 3
    assert max(map(len, lines)) <= 80


def test_the_json_carries_the_confidence_of_every_line_and_offer() -> None:
    document = json.loads(plan(recalled_cards()).model_dump_json())
    assert document["chosen"]["confidence"] == "recalled"
    assert {line["confidence"] for line in document["components"] if line["id"] in RENTED} == {"recalled"}


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_the_report_marks_them_too(render: Any) -> None:
    plain = report_facts.plan()
    marked = plain.model_copy(
        update={
            "chosen": plain.chosen.model_copy(update={"confidence": "recalled"}),
            "components": tuple(line.model_copy(update={"confidence": "recalled"}) for line in plain.components),
            "break_even": plain.break_even.model_copy(update={"confidence": "recalled"}),
        }
    )
    before, after = (
        re.sub(r"<[^>]+>|\\", "", render(build(report_facts.facts(plan=made)))) for made in (plain, marked)
    )
    assert LEGEND not in before
    assert LEGEND in after
    assert after.count("~$") - before.count("~$") >= 3 * len([line for line in plain.components if line.usd])


def test_the_plan_screen_marks_them_too() -> None:
    made = plan(recalled_cards())
    line = next(one for one in made.components if one.id == "training.run")
    assert sum(str(part).startswith("~") for part in component_fact(line).cells) == 3
    assert sum(str(part).startswith("~") for part in offer_fact(made.chosen, chosen=True).cells) == 3
    assert LEGEND in summary_text(made).plain
    if made.break_even.requests_per_day is not None:
        assert break_even_text(made.break_even).plain.startswith("~")


def test_a_candidate_of_the_shortlist_says_what_its_cost_rests_on() -> None:
    catalog = load().with_changes(
        lambda name, records: (
            tuple(one.model_copy(update={"confidence": "recalled"}) for one in records) if name == "gpus" else records
        )
    )
    found = shortlist(PROFILE, catalog, today=TODAY, approach="lora")
    hosted = next(one for one in found.candidates if one.hosting == "self_hosted" and one.usd_per_month is not None)
    assert hosted.confidence == "recalled"
    assert str(candidate_fact(hosted).cells[0]).startswith("~")
    assert found.model_dump(mode="json")["candidates"][0].keys() >= {"confidence"}


def test_an_estimate_on_a_recalled_card_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = next(gpu.id for gpu in load().gpus if gpu.confidence == "recalled" and gpu.bf16_dense_tflops)
    specs = tmp_path / "specs.jsonl"
    specs.write_text(
        "".join(
            json.dumps({"id": name, "task": "serving", "model": "Qwen/Qwen2.5-7B-Instruct", "gpu": gpu, "n_gpus": 1})
            + "\n"
            for name, gpu in (("remembered", card), ("known", "h100-sxm"))
        )
    )
    assert run(["estimate", str(specs)]) == 0
    shown = capsys.readouterr().out
    remembered, known = shown.partition(LEGEND)[0].split("\nknown\n")
    assert re.search(r"Time to first token +~[\d.]+ s", remembered)
    assert re.search(r"Time to first token +[\d.]+ s", known)
    assert "~" not in known
    assert LEGEND in shown

    assert run(["estimate", str(specs), "--json"]) == 0
    found = {one["id"]: one["confidence"] for one in json.loads(capsys.readouterr().out)["predictions"]}
    assert found["remembered"] == "recalled"
    assert found["known"] in ("verified", "sourced")


def test_the_least_trusted_fact_decides() -> None:
    assert weakest("verified", None, "sourced") == "sourced"
    assert weakest("sourced", "judgement", "recalled") == "judgement"
    assert weakest(None) is None
    assert CHEAP_API.confidence == "sourced"
