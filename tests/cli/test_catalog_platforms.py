"""Platforms as a whole command."""

import json
from pathlib import Path

import pytest

from advisor.cli.main import run

PROFILE = {
    "name": "bank \x1b[31mintents",
    "volume_per_day": 5000,
    "tokens_in": 500,
    "tokens_out": 100,
    "team_skill": "ml",
}


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(PROFILE))
    return str(path)


def test_they_are_compared_for_a_profile_in_80_columns(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "platforms", "--for", profile, "--model", "Llama-3.1-8B-Instruct"]) == 0
    shown = capsys.readouterr().out

    assert all(
        name in shown for name in ("RunPod", "Modal", "SageMaker", "Kubernetes", "machine of your own", "Hosted")
    )
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown


def test_the_json_has_every_platform_with_reasons_parts_and_sources(
    profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["catalog", "platforms", "--for", profile, "--model", "Llama-3.1-8B-Instruct", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["model"] == "meta-llama/Llama-3.1-8B-Instruct"
    first = found["choices"][0]
    assert first["rank"] == 1
    assert first["because"]
    assert all(part["source"] and part["as_of"] and part["confidence"] for part in first["way"]["parts"])


def test_without_a_profile_what_is_known_of_each_is_shown_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "platforms"]) == 0
    shown = capsys.readouterr().out

    assert "setup_minutes: 10 to 20" in shown
    assert "? unknown: soc2, hipaa" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert run(["catalog", "platforms", "--json"]) == 0
    assert all(one["facts"] for one in json.loads(capsys.readouterr().out)["platforms"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "x"], "--model needs --for"),
        (["--for", "missing.yaml"], "no such file"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "platforms", *arguments]) == 2
    assert said in capsys.readouterr().err.splitlines()[0]


def test_an_unknown_model_is_answered_with_the_nearest(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "platforms", "--for", profile, "--model", "Llama-3.1-8B-Instrukt"]) == 2
    assert "meta-llama/Llama-3.1-8B-Instruct" in capsys.readouterr().err


@pytest.mark.parametrize("given", [{"data_residency": ["mars"]}, {"compliance": ["iso"]}])
def test_a_region_or_rule_that_is_none_is_refused_with_those_that_are(
    given: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(given))
    assert run(["catalog", "platforms", "--for", str(path)]) == 2
    assert "must be a list of" in capsys.readouterr().err
