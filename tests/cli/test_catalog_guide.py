"""The guide's own tables beside today's values, as a whole command."""

import json

import pytest

from advisor.cli.main import run
from catalog.load import load


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["catalog", "guide", *arguments]) == 0
    return capsys.readouterr().out


def test_every_table_of_the_guide_is_there_whole(capsys: pytest.CaptureFixture[str]) -> None:
    cells = json.loads(told(capsys, "--json"))["tables"]

    counted = {name: sum(cell["table"] == name for cell in cells) for name in {cell["table"] for cell in cells}}
    assert counted["base models"] == 5 * 4
    assert counted["self-hosting"] == 4 * 4
    assert counted["training costs"] == counted["inference costs"] == 3 * 3
    assert {cell["row"] for cell in cells if cell["table"] == "base models"} == {
        "GPT-4o", "Claude 3.5", "Llama 3.1", "Mistral", "Qwen 2.5",
    }  # fmt: skip


def test_every_cell_has_a_verdict_evidence_and_a_value_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    for cell in json.loads(told(capsys, "--json"))["tables"]:
        assert cell["right"] in ("yes", "no", "partly", "unknown")
        assert cell["source"]
        assert cell["today_value"], cell["id"]


def test_no_line_is_wider_than_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert max(map(len, told(capsys).splitlines())) <= 80


def test_one_table_is_shown_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(capsys, "--table", "training costs")

    assert "70B" in shown
    assert "RunPod" not in shown


def test_an_unknown_table_is_one_line_with_the_names_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "guide", "--table", "nope"]) == 2
    assert "has no table 'nope'" in capsys.readouterr().err


def test_the_statements_stay(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(told(capsys, "--json"))["guide"]) == len(load().guide) == 29
