"""``tunewise catalog`` as a person and as a program would call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli.catalog_commands import catalog
from advisor.errors import BadInput
from tests.catalog.conftest import Edit


def call(*arguments: str) -> Result:
    return CliRunner().invoke(catalog, arguments)


@pytest.mark.parametrize("kind", ["models", "gpus", "offers"])
def test_lists_fit_eighty_columns_and_name_every_record(kind: str) -> None:
    shown = call("list", kind)
    document = json.loads(call("list", kind, "--json").stdout)

    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert len(document[kind]) == len(shown.stdout.splitlines()) - 2
    assert all(record["source"] and record["as_of"] and record["confidence"] for record in document[kind])


def test_recalled_figures_carry_their_mark() -> None:
    lines = {line.split()[0]: line for line in call("list").stdout.splitlines()}

    assert "8.03B~" in lines["aya-expanse-8b"]
    assert "~" not in lines["Llama-3.1-8B-Instruct"]
    assert "~" in next(line for line in call("list", "gpus").stdout.splitlines() if line.startswith("rtx-4090"))


def test_show_says_where_every_price_is_from_and_what_is_unknown() -> None:
    shown = call("show", "gpt-4o").stdout

    assert "https://developers.openai.com/api/docs/pricing" in shown
    assert "2027-01-14" in shown
    assert "unknown: parameters;" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_show_of_a_gpu_has_its_offers() -> None:
    document = json.loads(call("show", "H100", "--json").stdout)

    assert document["id"] == "h100-sxm"
    assert [offer["usd_per_gpu_hour"] for offer in document["offers"]]
    assert "runpod" in call("show", "h100").stdout


def test_show_of_an_offer_goes_by_its_id() -> None:
    offer = json.loads(call("list", "offers", "--json").stdout)["offers"][0]

    assert json.loads(call("show", offer["id"], "--json").stdout) == offer


def test_the_guide_is_shown_beside_what_holds() -> None:
    shown = call("guide").stdout

    assert "29 statements of the guide" in shown
    assert "per 1M tokens" in shown
    assert len(json.loads(call("guide", "--json").stdout)["guide"]) == 29


def test_verify_counts_and_ends_well_on_the_day_of_the_snapshot() -> None:
    shown = call("verify", "--as-of", "2026-11-23")
    document = json.loads(call("verify", "--as-of", "2026-11-23", "--json").stdout)

    assert shown.exit_code == 0
    assert "0 errors" in shown.stdout
    counted = {"models": 376, "platform_facts": 92, "guide": 29, "guide_tables": 73}
    assert counted.items() <= document["records"].items()
    assert "92 platform facts" in shown.stdout
    assert {problem["severity"] for problem in document["problems"]} == {"warning"}


def test_verify_ends_with_one_where_a_record_is_unfit(edit: Edit) -> None:
    folder = edit("gpus.csv", "h100-sxm", "bandwidth_gb_s", "3.35")

    shown = call("verify", "--as-of", "2026-11-23", "--data", str(folder))

    assert shown.exit_code == 1
    assert "error: h100-sxm: bandwidth 3.35 is outside" in shown.stdout


def test_an_unknown_name_is_bad_input_with_the_nearest() -> None:
    error = call("show", "lama-3.1-8b").exception

    assert isinstance(error, BadInput)
    assert "lama-3.1-8b" in error.message
    assert "meta-llama/Llama-3.1-8B-Instruct" in error.hint


def test_a_damaged_file_is_bad_input_with_its_place(folder: Path) -> None:
    (folder / "guide.csv").write_text("section\nx,y\n", encoding="utf-8")

    error = call("guide", "--data", str(folder)).exception

    assert isinstance(error, BadInput)
    assert error.message == "guide.csv line 2: 2 cells"


def test_control_characters_in_data_do_not_reach_the_terminal(edit: Edit) -> None:
    folder = edit("models.csv", "openai/gpt-4o", "name", "gpt\x1b[31m 4o")

    assert "\x1b" not in call("show", "gpt-4o", "--data", str(folder)).stdout


def test_the_command_module_defers_the_catalog() -> None:
    probe = "import sys, advisor.cli.catalog_commands; print([m for m in sys.modules if m.startswith(('catalog', 'pydantic', 'rich'))])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
