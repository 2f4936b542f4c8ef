"""``--as-of``: advice and plans of a past day, the same now as they were then."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.paths import Workspace
from advisor.profile import Profile
from advisor.workflow.facts import load_catalog
from advisor.workflow.planning import plan_for
from advisor.workflow.workflow import Workflow
from catalog import asof
from catalog.home import current
from catalog.installed import install
from catalog.load import Catalog
from tests.catalog.small import HIRE, STAMP, small, write

Capture = pytest.CaptureFixture[str]
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 1)
SHAPE = {
    "total_params": "1235814400", "active_params": "1235814400", "num_layers": "16", "hidden_size": "2048",
    "num_heads": "32", "num_kv_heads": "8", "head_dim": "64", "intermediate_size": "8192", "vocab_size": "128256",
    "tied_embeddings": "true", "kv_bytes_per_token": "32768", "native_context_tokens": "131072",
}  # fmt: skip
MODEL = {
    "id": "lab/one", "name": "one", "family": "f", "vendor": "lab", "kind": "open", "license": "mit", **SHAPE,
    "commercial_use": "yes", "fine_tunable": "self_host", "lifecycle": "open_weights", "release_date": "2025-01-10",
}  # fmt: skip
CARD = {
    "id": "card", "name": "Card", "vendor": "NVIDIA", "architecture": "ampere", "memory_gb": "48", "bandwidth_gb_s": "864",
    "bf16_dense_tflops": "150", "compute_capability": "8.6", **STAMP,
}  # fmt: skip
SEEN = ("2026-03-01", "2.00"), ("2026-05-01", "1.10")
PROFILE = Profile.model_validate({
    "name": "bank", "n_examples": 800, "volume_per_day": 1000, "tokens_in": 300, "tokens_out": 10,
    "train_tokens_per_example": 300, "privacy": "no_egress",
})  # fmt: skip


def facts(*days: str) -> dict[str, bytes]:
    """A model, a card, and what the card was seen to cost on some days."""
    rows = [
        {"id": f"acme-{day}", "usd_per_gpu_hour": usd, **HIRE, **STAMP, "as_of": day}
        for day, usd in SEEN
        if day in days
    ]
    return dict(small({"models": ({**MODEL, **STAMP},), "gpus": (CARD,), "offers": tuple(rows), "lifecycle": ()}))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


def plan(catalog: Catalog, day: date) -> dict[str, Any]:
    return plan_for(PROFILE, model="lab/one", gpu=None, today=day, catalog=catalog).model_dump(mode="json")


def test_a_plan_made_in_march_is_the_same_when_it_is_made_again_in_june(tmp_path: Path) -> None:
    then = Catalog(write(facts("2026-03-01"), tmp_path / "march"))
    now = Catalog(write(facts("2026-03-01", "2026-05-01"), tmp_path / "june"))
    again = Catalog(now.folder, changes=(asof.change(MARCH),), as_of=MARCH)

    assert plan(again, MARCH) == plan(then, MARCH)
    assert plan(now, JUNE)["once_usd"] != plan(then, MARCH)["once_usd"]


def test_it_is_the_same_even_where_an_update_has_dropped_what_it_was_made_from(workspace: Workspace) -> None:
    install(workspace.catalog, facts("2026-03-01"), source="desk", at="2026-03-31T12:00:00+00:00")
    then = plan(current(workspace.catalog), MARCH)
    install(workspace.catalog, facts("2026-05-01"), source="desk", at="2026-06-01T12:00:00+00:00")

    bundled_too = current(workspace.catalog, as_of=MARCH)

    assert {offer.id for offer in bundled_too.offers_for("card")} == {"acme-2026-03-01"}
    chosen = plan(bundled_too, MARCH)
    assert (chosen["id"], chosen["once_usd"], chosen["chosen"]) == (then["id"], then["once_usd"], then["chosen"])


def test_the_workflow_and_its_facts_follow_one_day(workspace: Workspace) -> None:
    install(workspace.catalog, facts("2026-03-01", "2026-05-01"), source="desk", at="2026-06-01T12:00:00+00:00")

    made = Workflow(workspace, today=lambda: JUNE).plan(PROFILE, model="lab/one")

    assert (made.as_of, made.chosen.offer_id) == (JUNE, "acme-2026-05-01")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text("name: bank\nn_examples: 800\nvolume_per_day: 1000\ntokens_in: 300\ntokens_out: 10\n")
    return path


def called(workspace: Workspace, command: str, profile: Path, *arguments: str) -> int:
    return run([command, str(profile), *arguments, "--workspace", str(workspace.root)])


def test_a_plan_rests_on_nothing_that_was_seen_after_its_day(
    workspace: Workspace, profile: Path, capsys: Capture
) -> None:
    assert (
        called(workspace, "plan", profile, "--as-of", "2026-09-30", "--model", "Llama-3.1-8B-Instruct", "--json") == 0
    )

    made = json.loads(capsys.readouterr().out)
    assert made["as_of"] == "2026-09-30"
    assert max(offer["as_of"] for offer in made["offers"]) <= "2026-09-30"


def test_no_model_is_advised_that_was_not_there(workspace: Workspace, profile: Path, capsys: Capture) -> None:
    assert called(workspace, "advise", profile, "--as-of", "2025-12-31", "--json") == 0

    advice = json.loads(capsys.readouterr().out)
    known = {model.id: model for model in load_catalog().models}
    released = [known[one["model"]].release_date for one in advice["shortlist"]]
    assert advice["shortlist"]
    assert all(day is not None and day <= date(2025, 12, 31) for day in released)
    assert any("may not have been there yet" in one["because"] for one in advice["excluded"])


def test_before_the_first_price_everything_is_unpriced_and_the_first_day_is_named(
    workspace: Workspace, profile: Path, capsys: Capture
) -> None:
    assert called(workspace, "advise", profile, "--as-of", "2024-05-01", "--json") == 0
    out, err = capsys.readouterr()
    first = min(offer.as_of for offer in load_catalog().offers)
    hosted = [one for one in json.loads(out)["shortlist"] if one["hosting"] == "self_hosted"]
    assert hosted
    assert {one["usd_per_month"] for one in hosted} == {None}
    assert f"the first is of {first}" in err

    assert called(workspace, "plan", profile, "--as-of", "2024-05-01", "--model", "Llama-3-8B-Instruct") == 2
    assert f"the first is of {first}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["advise", "plan"])
@pytest.mark.parametrize(("day", "told"), [("2999-01-01", "is in the future"), ("31.3.2026", "31.3.2026")])
def test_a_day_that_has_not_come_or_is_none_is_refused(
    workspace: Workspace, profile: Path, capsys: Capture, command: str, day: str, told: str
) -> None:
    assert called(workspace, command, profile, "--as-of", day) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err


def test_the_check_of_a_past_day_takes_no_fact_that_came_later_for_a_fault(
    workspace: Workspace, capsys: Capture
) -> None:
    def told(day: str) -> tuple[int, list[dict[str, str]]]:
        code = run(["catalog", "verify", "--as-of", day, "--json", "--workspace", str(workspace.root)])
        return code, json.loads(capsys.readouterr().out)["problems"]

    past, today = told("2024-01-01"), told(date.today().isoformat())  # noqa: DTZ011 - the user's own day

    assert past[0] == today[0]
    assert [one for one in past[1] if one["severity"] == "error"] == [
        one for one in today[1] if one["severity"] == "error"
    ]
    assert [one for one in past[1] if "days old" in one["message"]] == []


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "", "31.3.2026"])
@pytest.mark.parametrize("command", [["list"], ["verify"]])
def test_what_is_no_day_is_answered_with_one(capsys: Capture, command: list[str], day: str) -> None:
    assert run(["catalog", *command, "--as-of", day]) == 2

    err = capsys.readouterr().err
    assert f"--as-of {day!r} is no day" in err
    assert "a day as 2026-03-31" in err
