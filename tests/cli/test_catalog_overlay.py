"""``tunewise catalog set`` and ``unset``, and what else is laid over by hand, as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.paths import Workspace
from catalog.home import current
from tests.catalog.small import tree

Capture = pytest.CaptureFixture[str]
Tunewise = Callable[..., int]
BOX = (
    "gpus",
    "our-box",
    "name=Our box",
    "architecture=Ada",
    "memory_gb=48",
    "bandwidth_gb_s=864",
    "bf16_dense_tflops=165",
)
RATE = (
    "offers", "our-rate", "provider=us", "product=own", "gpu_id=our-box", "gpu_count=1", "tier=on-demand",
    "usd_per_gpu_hour=0.35", "billing=per-hour", "region=office",
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


@pytest.fixture
def tunewise(workspace: Workspace) -> Tunewise:
    return lambda *arguments: run(["catalog", *arguments, "--workspace", str(workspace.root)])


def test_a_gpu_of_ones_own_is_planned_with_at_its_own_price(
    tunewise: Tunewise, workspace: Workspace, tmp_path: Path, capsys: Capture
) -> None:
    assert tunewise("set", *BOX, "--source", "the invoice") == 0
    assert tunewise("set", *RATE, "--source", "power and write-off", "--confidence", "judgement") == 0
    profile = tmp_path / "p.yaml"
    profile.write_text("name: own\nn_examples: 800\nvolume_per_day: 1000\ntokens_in: 300\ntokens_out: 10\n")
    capsys.readouterr()

    arguments = ["plan", str(profile), "--gpu", "our-box", "--model", "Llama-3.1-8B-Instruct", "--json"]
    assert run([*arguments, "--workspace", str(workspace.root)]) == 0

    chosen = json.loads(capsys.readouterr().out)["chosen"]
    assert (chosen["gpu"], chosen["offer_id"], Decimal(chosen["usd_per_hour"])) == (
        "Our box",
        "our-rate",
        Decimal("0.35"),
    )


def test_setting_says_what_now_holds_and_setting_again_changes_it(tunewise: Tunewise, capsys: Capture) -> None:
    assert tunewise("set", *BOX, "--source", "the invoice", "--as-of", "2026-10-01") == 0
    capsys.readouterr()

    assert tunewise("set", "gpus", "OUR-BOX", "tdp_w=300", "--source", "the label", "--json") == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["tdp_w"], found["memory_gb"], found["origin"]) == (300, 48, "overlay")
    assert (found["source"], found["as_of"]) == ("the label", str(date.today()))  # noqa: DTZ011 - the user's own day


def test_a_negotiated_price_wins_until_it_is_taken_back(
    tunewise: Tunewise, workspace: Workspace, capsys: Capture
) -> None:
    fields = ("input_usd_per_mtok=2.10", "output_usd_per_mtok=8")

    assert tunewise("set", "api_prices", "openai/gpt-4o", *fields, "--source", "our contract") == 0
    model = current(workspace.catalog).model("gpt-4o")
    assert (model.input_usd_per_mtok, model.price_source) == (Decimal("2.10"), "our contract")

    assert tunewise("unset", "api_prices", "openai/gpt-4o") == 0
    assert current(workspace.catalog).model("gpt-4o").price_source != "our contract"
    assert tunewise("unset", "api_prices", "openai/gpt-4o") == 2
    assert "no 'openai/gpt-4o' in api_prices" in capsys.readouterr().err


BAD = [
    (("gpus", "t4", "memory_gb=nan"), "field memory_gb"),
    (("gpus", "t4", "memory_gb=-16"), "field memory_gb"),
    (("gpus", "t4", "memory_gb=16 GB"), "field memory_gb: '16 GB'"),
    (("gpus", "t4", "memory_gb=16000"), "field memory_gb: 16000: another unit?"),
    (("gpus", "t4", "memory=16"), "unknown field 'memory'"),
    (("gpus", "t4", "memory_gb=16", "memory_gb=17"), "memory_gb is given twice"),
    (("gpus", "t4", "memory_gb"), "'memory_gb' is no fact"),
    (("gpus", "t4", "memory_gb="), "'memory_gb=' is no fact"),
    (("gpus", "t4", "origin=bundled"), "unknown field 'origin'"),
    (("gpus", "new", "memory_gb=16"), "entry 2 (new) field name: missing"),
    (("cards", "t4", "memory_gb=16"), "unknown table 'cards'"),
    ((*RATE[:4], "gpu_id=h1000", *RATE[5:]), "'h1000'"),
    (("api_prices", "openai/gpt-4o", "input_usd_per_mtok=0.0025", "output_usd_per_mtok=0.01"), "0.0025: another unit?"),
    (("api_prices", "openai/gpt-4o", "input_usd_per_mtok=2.5"), "only one of"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD, ids=[told for _, told in BAD])
def test_a_wrong_fact_is_one_line_and_is_not_kept(
    tunewise: Tunewise, workspace: Workspace, capsys: Capture, arguments: tuple[str, ...], told: str
) -> None:
    assert tunewise("set", *BOX, "--source", "the invoice") == 0
    capsys.readouterr()
    before = tree(workspace.catalog)

    assert tunewise("set", *arguments, "--source", "somebody") == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert len([line for line in err.splitlines() if line.startswith("tunewise: ")]) == 1
    assert tree(workspace.catalog) == before


@pytest.mark.parametrize("command", [["advise"], ["plan"]])
@pytest.mark.parametrize("text", ["[[gpus]\n", "[[gpus]]\nid = 't4'\nmemory_gb = nan\n"])
def test_a_damaged_overlay_is_one_line_for_every_command(
    workspace: Workspace, tmp_path: Path, capsys: Capture, text: str, command: list[str]
) -> None:
    workspace.catalog.mkdir(parents=True)
    (workspace.catalog / "overlay.toml").write_text(text)
    (tmp_path / "p.yaml").write_text("n_examples: 800\n")
    before = tree(workspace.catalog)

    assert run([*command, str(tmp_path / "p.yaml"), "--workspace", str(workspace.root)]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "overlay.toml" in err
    assert "Traceback" not in err
    assert tree(workspace.catalog) == before


def test_a_fact_without_a_source_or_of_tomorrow_is_refused(tunewise: Tunewise, capsys: Capture) -> None:
    assert tunewise("set", *BOX) == 2
    assert "--source" in capsys.readouterr().err
    assert tunewise("set", *BOX, "--source", "x12", "--as-of", "2999-01-01") == 2
    assert "--as-of 2999-01-01 is in the future" in capsys.readouterr().err


def test_two_models_whose_ids_differ_in_case_alone_keep_their_own_facts(
    tunewise: Tunewise, workspace: Workspace, capsys: Capture
) -> None:
    served, weights = "moonshotai/kimi-k2.6", "moonshotai/Kimi-K2.6"
    for name, vendor in ((served, "the service"), (weights, "the weights")):
        assert tunewise("set", "models", name, f"vendor={vendor}", "--source", "our list") == 0
        assert f"models {name} set" in capsys.readouterr().out

    found = current(workspace.catalog)
    assert [found.model(name).vendor for name in (served, weights)] == ["the service", "the weights"]

    assert tunewise("unset", "models", weights) == 0
    assert [current(workspace.catalog).model(name).vendor for name in (served, weights)] == ["the service", "Moonshot"]
    assert tunewise("unset", "models", weights) == 2


def test_an_id_may_be_written_in_any_case_and_stays_one_record(tunewise: Tunewise, workspace: Workspace) -> None:
    for name, watts in (("l40s", 300), ("L40S", 310)):
        assert tunewise("set", "gpus", name, f"tdp_w={watts}", "--source", "our limit") == 0
    assert current(workspace.catalog).gpu("l40s").tdp_w == 310

    assert tunewise("unset", "gpus", "L40s") == 0
    assert current(workspace.catalog).gpu("l40s").origin == "bundled"


def test_a_price_of_ones_own_is_marked_where_it_is_shown(tunewise: Tunewise, capsys: Capture) -> None:
    prices = ("input_usd_per_mtok=1.5", "output_usd_per_mtok=6")
    assert tunewise("set", "api_prices", "openai/gpt-4o", *prices, "--source", "contract") == 0
    capsys.readouterr()

    assert tunewise("show", "openai/gpt-4o") == 0

    assert "input, $ per million tokens   1.5* [" in capsys.readouterr().out
