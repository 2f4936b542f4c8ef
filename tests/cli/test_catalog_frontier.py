"""``tunewise catalog frontier`` says which models nothing as cheap outscores, and what is not among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli.main import run, tunewise


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "task.yaml"
    path.write_text("volume_per_day: 5000\ntokens_in: 400\ntokens_out: 50\nprivacy: no_egress\n", "utf-8")
    return path


def asked(profile: Path, *words: str) -> Result:
    return CliRunner().invoke(
        tunewise, ["--workspace", str(profile.parent / "ws"), "catalog", "frontier", str(profile), *words]
    )


def test_every_model_of_the_frontier_costs_more_and_scores_more_than_the_one_before(profile: Path) -> None:
    found = json.loads(asked(profile, "--json").stdout)
    best = [spot for spot in found["spots"] if spot["best"]]
    assert len(best) >= 2
    assert [float(spot["usd_per_month"]) for spot in best] == sorted(float(spot["usd_per_month"]) for spot in best)
    assert [spot["percent"] for spot in best] == sorted({spot["percent"] for spot in best})
    assert {one["cause"] for one in found["left_out"]} >= {"ruled out", "without score"}
    assert all(spot["basis"] == "published" for spot in found["spots"])


def test_for_people_each_line_says_what_it_rests_on_and_the_last_what_is_left_out(profile: Path) -> None:
    outcome = asked(profile, "--measure", "MMLU or assumed", "--where", "size<=8B")
    lines = outcome.stdout.splitlines()
    assert outcome.exit_code == 0
    assert "always on" in lines[1]
    assert "ruled out" in " ".join(lines[-2:])
    assert max(map(len, lines)) <= 80


def test_conditions_may_ask_for_the_month_as_in_lists(profile: Path) -> None:
    found = json.loads(asked(profile, "--measure", "mmlu", "--where", "price_month<2500", "--json").stdout)
    assert found["spots"]
    assert all(float(spot["usd_per_month"]) < 2500 for spot in found["spots"])


def test_a_condition_that_means_nothing_is_one_clear_line(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "frontier", str(profile), "--where", "colour=red"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tunewise: --where: column 1: no field 'colour'")
