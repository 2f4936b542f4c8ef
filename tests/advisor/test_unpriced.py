"""Unknown is unpriced: with a catalog that knows no price of any API, no path makes a dollar figure of zero of it."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.plan.text import plan_text
from advisor.profile import Profile
from advisor.shortlist import shortlist
from advisor.store.pricing import make_plan
from catalog.load import Catalog, load
from tests.advisor.workloads import FACTS, LLAMA_8B, TODAY, Facts

ZERO_DOLLARS = re.compile(r"\$0(?:\.0+)?(?![.\d])")
NONE_OF_IT = "Runs again"
"""Nought to three more runs: where there is none, it costs nothing."""
PROFILE: dict[str, Any] = {
    "name": "bank",
    "n_examples": 100,
    "tokens_in": 300,
    "tokens_out": 50,
    "volume_per_day": 2000,
}


def unpriced_apis() -> Facts:
    none = {"input_usd_per_mtok": None, "output_usd_per_mtok": None, "price_source": None, "price_as_of": None}
    return replace(FACTS, models=tuple(model.model_copy(update=none) for model in FACTS.models))


def zeros(document: Any, path: str = "") -> list[str]:
    """Fields about dollars that are zero."""
    if isinstance(document, dict):
        return [found for name, part in document.items() for found in zeros(part, f"{path}.{name}")]
    if isinstance(document, list):
        return [found for part in document for found in zeros(part, path)]
    money = "usd" in path and isinstance(document, str | int | float) and not isinstance(document, bool)
    return [path] if money and re.fullmatch(r"-?0+(\.0+)?", str(document)) else []


def test_the_test_sees_a_zero() -> None:
    assert zeros({"a": [{"usd": {"low": "0.0000"}}]}) == [".a.usd.low"]
    assert ZERO_DOLLARS.search("at $0.00 an hour")
    assert not ZERO_DOLLARS.search("$0.05 $0.000012")


def test_a_plan_without_any_price_of_an_api_has_no_zero_dollars_and_names_what_is_unpriced() -> None:
    made = make_plan(Profile.model_validate(PROFILE), LLAMA_8B.id, unpriced_apis(), today=TODAY)
    text = plan_text(made)
    free = [line.name for line in made.components if line.usd and line.usd.low == 0]
    assert all(line.quantity.low == 0 for line in made.components if line.name in free)  # none of it, not for nothing
    assert {line.split("  ")[1].strip() for line in text.splitlines() if ZERO_DOLLARS.search(line)} <= set(free)
    assert set(zeros(json.loads(made.model_dump_json()))) <= {".components.usd.low"}
    assert made.break_even.api_usd_per_request is None
    assert made.break_even.requests_per_day is None
    assert set(made.unpriced) >= {"Labelling examples", "People, upkeep"}
    assert "unpriced" in text


def bare() -> Catalog:
    """The bundled facts, which know no price of an API."""
    return load()


def test_a_shortlist_without_prices_has_unpriced_candidates_and_no_zero() -> None:
    found = shortlist(Profile.model_validate(PROFILE), bare(), today=date(2026, 11, 23), approach="prompt")
    hosted = [one for one in found.candidates if one.hosting == "hosted"]
    assert all(one.usd_per_month is None and one.because.startswith("unpriced") for one in hosted)
    assert not zeros(found.model_dump(mode="json"))
    assert not ZERO_DOLLARS.search(" ".join(one.because for one in found.candidates))


@pytest.mark.parametrize(
    "arguments", [["advise"], ["plan", "--model", "Llama-3.1-8B-Instruct"], ["catalog", "platforms", "--for"]]
)
def test_no_command_shows_zero_dollars(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({"name": "bank", "n_examples": 100, "tokens_in": 300, "tokens_out": 50}))
    head, *rest = arguments
    command = [head, str(path), *rest] if head != "catalog" else [*arguments, str(path)]

    assert run(command) == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if ZERO_DOLLARS.search(line)]
    assert all(line.strip().startswith(NONE_OF_IT) for line in shown), shown
    assert run([*command, "--json"]) == 0
    found = zeros(json.loads(capsys.readouterr().out))
    assert set(found) <= {".components.usd.low"}, found
