"""``tunewise catalog list``, ``search``, ``show`` and ``compare``, as a person and as a program would call them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from advisor.cli.catalog_records import KINDS
from advisor.cli.main import run, tunewise

WIDTH = 80


@pytest.fixture(autouse=True)
def own_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUNEWISE_WORKSPACE", str(tmp_path / "ws"))
    return tmp_path / "ws"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "task.yaml"
    path.write_text("volume_per_day: 5000\ntokens_in: 400\ntokens_out: 50\n", "utf-8")
    return path


def shown(*words: str) -> str:
    outcome = CliRunner().invoke(tunewise, ["catalog", *words], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def told(*words: str) -> Any:
    return json.loads(shown(*words, "--json"))


def models(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told("list", *words)["models"]
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says that is refused: one line and at most one of how to go on, nothing on stdout."""
    assert run(["catalog", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) <= 2
    return said.err


# ------------------------------------------------------------------------------------------------------------ lists


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_fits_the_width_and_says_how_many_there_are(kind: str) -> None:
    lines = shown("list", kind).splitlines()
    document = told("list", kind)[kind]
    assert max(map(len, lines)) <= WIDTH
    assert f"{len(document)} {kind}" in lines[-1]
    assert len(lines) == len(document) + 2
    assert all(record["source"] and record["as_of"] and record["confidence"] for record in document)


def test_a_filter_of_many_kinds_of_conditions_chooses_what_it_says() -> None:
    text = "params<=8.5B and license~apache and context>=32K and fine_tunable=self_host and commercial_use=yes and languages has de"
    found = models("--where", text)
    assert found
    for model in found:
        assert model["total_params"] <= 8.5e9
        assert "apache" in model["license"]
        assert model["native_context_tokens"] >= 32_000
        assert (model["fine_tunable"], model["commercial_use"]) == ("self_host", "yes")
        assert "de" in model["languages"]
    rest = [model for model in models() if model not in found]
    assert not any(
        model["license"] == "apache-2.0"
        and (model["total_params"] or 9e9) <= 8.5e9
        and (model["native_context_tokens"] or 0) >= 32_768
        and "de" in model["languages"]
        and model["fine_tunable"] == "self_host"
        and model["commercial_use"] == "yes"
        for model in rest
    )


def test_repeated_conditions_hold_together_and_prices_come_with_the_models() -> None:
    found = models("-w", "price_in<1", "-w", "lifecycle!=retired")
    assert found
    assert all(float(model["input_usd_per_mtok"]) < 1 and model["price_source"] for model in found)
    assert {model["lifecycle"] for model in found} <= {"current", "deprecated"}


def test_what_is_left_out_because_it_is_unknown_is_counted() -> None:
    unpriced = len(models("-w", "price_in is unknown"))
    line = shown("list", "-w", "price_in<1000000").splitlines()[-2:]
    assert f"{unpriced} left out: a field is unknown" in " ".join(line)


def test_sorting_takes_any_field_and_leaves_the_unknown_last() -> None:
    sizes = [model["total_params"] for model in models("--sort", "params", "--desc")]
    known = [size for size in sizes if size is not None]
    assert known == sorted(known, reverse=True)
    assert None not in sizes[: len(known)]
    assert len(models("--sort", "params", "--limit", "3")) == 3


def test_named_columns_are_shown_and_are_all_that_json_has() -> None:
    lines = shown("list", "-w", "id=openai/gpt-4o", "--columns", "vendor,price_in,params").splitlines()
    assert lines[0].split() == ["ID", "VENDOR", "PRICE_IN", "PARAMS"]
    assert lines[1].split() == ["openai/gpt-4o", "OpenAI", "2.5", "?"]
    assert models("-w", "id=openai/gpt-4o", "--columns", "vendor,price_in,params") == [
        {"id": "openai/gpt-4o", "vendor": "OpenAI", "price_in": "2.5", "params": None}
    ]


def test_recalled_values_carry_their_mark_one_by_one() -> None:
    (line,) = shown("list", "-w", "id~Llama-3.1-8B-Instruct", "--columns", "params,release").splitlines()[1:-1]
    (model,) = models("-w", "id~Llama-3.1-8B-Instruct")
    assert "8.03B " in line
    assert ("release_date" in model["recalled_fields"]) is line.endswith("~")
    recalled = models("-w", "confidence=recalled and params is known")[0]
    (shown_as,) = shown("list", "-w", f"id='{recalled['id']}'", "--columns", "params").splitlines()[1:-1]
    assert shown_as.endswith("~")


def test_a_figure_is_never_cut() -> None:
    for line, model in zip(shown("list").splitlines()[1:-1], models(), strict=True):
        if model["input_usd_per_mtok"] and model["kind"] == "api":
            figure = f"${float(model['input_usd_per_mtok']):g}/{float(model['output_usd_per_mtok']):g}"
            assert figure in line, line


def test_a_month_and_memory_come_from_the_load_of_the_profile(profile: Path) -> None:
    found = models(
        "--for", str(profile), "-w", "price_month<400 and gpu_memory<=24 and qlora_memory<16 and params>3B", "--sort", "price_month",
        "--columns", "price_month,gpu_memory,gpu_memory_4bit,lora_memory,qlora_memory,weights_gb",
    )  # fmt: skip
    assert found
    months = [float(model["price_month"]) for model in found]
    assert months == sorted(months)
    for model in found:
        assert model["weights_gb"] < model["gpu_memory"] <= 24
        assert model["gpu_memory_4bit"] < model["gpu_memory"]
        assert model["qlora_memory"] < model["lora_memory"]


def test_for_a_profile_lists_and_searches_show_its_month(profile: Path) -> None:
    chosen = ("--for", str(profile), "-n", "3")
    priced = models(*chosen, "--columns", "price_month")
    for words in (("list",), ("search", "llama")):
        head, *rows, _ = shown(*words, *chosen).splitlines()
        assert head.endswith("$/MONTH")
        assert len(rows) == 3
    for row, one in zip(shown("list", *chosen).splitlines()[1:4], priced, strict=True):
        assert row.rstrip("~").endswith(f"{float(one['price_month']):,.2f}")
    marked = [row.endswith("~") for row in shown("list", "--for", str(profile)).splitlines()[1:-1]]
    assert [one["price_month_recalled"] for one in models("--for", str(profile))] == marked[: len(models())]
    assert True in marked
    assert False in marked
    assert [one["price_month"] for one in models(*chosen)] == [one["price_month"] for one in priced]
    assert "price_month" not in models("-n", "1")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_every_kind_are_explained(kind: str) -> None:
    fields = {one["name"]: one for one in told("list", kind, "--fields")["fields"]}
    assert "as_of" in fields
    for line, one in zip(shown("list", kind, "--fields").splitlines(), fields.values(), strict=True):
        assert line.split()[:2] == [one["name"], one["kind"]]
        assert line.endswith(one["help"])


def test_facts_of_a_day_and_of_ones_own_go_the_checked_way_and_give_the_same(own_workspace: Path) -> None:
    plain, as_json = shown("list"), shown("list", "--json")
    own_workspace.joinpath("catalog").mkdir(parents=True)
    assert shown("list") == plain
    assert shown("list", "--json") == as_json
    assert shown("list", "-w", "release>2026-01 or release is unknown", "--as-of", "2026-01-01") != plain
    assert not [one for one in models("--as-of", "2024-06-01") if (one["release_date"] or "") > "2024-06-01"]


def test_an_own_fact_wins_is_marked_and_takes_no_other_model_away() -> None:
    before = {model["id"] for model in models()}
    changed = ("models", "Qwen/Qwen2.5-7B-Instruct", "strengths=ours", "--source", "our notes", "--as-of", "2026-01-02")
    assert CliRunner().invoke(tunewise, ["catalog", "set", *changed]).exit_code == 0
    (line,) = [one for one in shown("search", "Qwen2.5-7B-Instruct").splitlines() if one.startswith("Qwen2.5-7B")]
    assert line.split()[0] == "Qwen2.5-7B-Instruct*"
    assert models("-w", "origin=overlay")[0]["strengths"] == "ours"
    assert {model["id"] for model in models()} == before


def test_lists_and_searches_of_the_bundled_facts_load_neither_records_nor_the_price_library(tmp_path: Path) -> None:
    shown("list")
    program = (
        "import sys; from advisor.cli.main import run; run(sys.argv[1:]);"
        "print([name for name in ('pydantic', 'genai_prices', 'yaml', 'hashlib') if name in sys.modules])"
    )
    for words in (("list", "-w", "params<8B"), ("search", "qwen2.5", "--json")):
        done = subprocess.run(
            [sys.executable, "-c", program, "catalog", *words], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        assert done.stdout.splitlines()[-1] == "[]"


# ----------------------------------------------------------------------------------------------------------- search


def test_search_puts_the_closest_first_and_says_when_it_only_resembles() -> None:
    assert told("search", "gpt-4o", "--limit", "1")["models"][0]["id"] == "openai/gpt-4o"
    assert "match 'qwen2.5 7b'" in shown("search", "qwen2.5", "7b")
    assert "resemble 'qwne2.5'" in shown("search", "qwne2.5")
    assert max(map(len, shown("search", "instruct").splitlines())) <= WIDTH


def test_search_takes_conditions_and_answers_with_nothing_where_nothing_fits() -> None:
    found = told("search", "llama", "-w", "params<2B")["models"]
    assert found
    assert all(model["total_params"] < 2e9 for model in found)
    assert told("search", "zzzzqqqq")["models"] == []
    assert "no model matches" in shown("search", "zzzzqqqq")


# ------------------------------------------------------------------------------------------------------------- show


def test_show_gives_the_source_of_every_fact_and_names_what_is_unknown() -> None:
    page = shown("show", "gpt-4o")
    assert "2027-01-14" in page
    assert "unknown: parameters;" in page
    assert "25 [" in page
    assert "SOURCES" in page
    assert max(map(len, page.splitlines())) <= WIDTH
    document = told("show", "gpt-4o")
    known = [fact for fact in document["facts"] if fact["value"] is not None]
    assert all(fact["source"] and fact["as_of"] for fact in known)
    assert document["scores"]
    assert document["notices"][0]["shutdown_date"] == "2027-01-14"
    assert {price["provider"] for price in document["finetune_prices"]} >= {"openai"}


def test_show_warns_of_what_is_too_old_to_be_trusted_and_marks_single_recalled_facts() -> None:
    page = shown("show", "h100")
    assert "days old" in page
    facts = {fact["name"]: fact for fact in told("show", "Qwen2.5-7B-Instruct")["facts"]}
    assert facts["release date"]["confidence"] == "recalled"
    assert facts["parameters"]["confidence"] != "recalled"


# ---------------------------------------------------------------------------------------------------------- compare


def test_compare_marks_the_best_of_each_row_and_never_the_unknown(profile: Path) -> None:
    document = told("compare", "gpt-4o", "gpt-4o-mini", "qwen2.5-7b", "--for", str(profile))
    rows = {row["name"]: row for row in document["rows"]}
    prices = rows["input, $ per million tokens"]["sides"]
    assert [side["best"] for side in prices] == [False, True, False]
    assert prices[2]["value"] is None
    months = [float(side["value"].replace(",", "")) for side in rows["$ per month"]["sides"]]
    assert [side["best"] for side in rows["$ per month"]["sides"]] == [month == min(months) for month in months]
    page = shown("compare", "gpt-4o", "gpt-4o-mini", "qwen2.5-7b")
    assert "+ 0.15" in page
    assert max(map(len, page.splitlines())) <= WIDTH


@pytest.mark.parametrize("names", [
    ("gpt-4o-mini", "Qwen2.5-7B-Instruct", "Llama-3.1-8B-Instruct", "Qwen3-30B-A3B-Instruct-2507"),
    ("meta-llama/Llama-3.1-405B-Instruct", "Qwen3-30B-A3B-Instruct-2507", "Qwen3-Next-80B-A3B-Instruct",
     "Llama-4-Scout-17B-16E-Instruct"),
    ("h100", "h200", "l4", "mi300x"),
])  # fmt: skip
def test_four_stand_side_by_side_in_80_columns_and_nothing_is_cut(names: tuple[str, ...], profile: Path) -> None:
    priced = () if names[0] == "h100" else ("--for", str(profile))
    lines = shown("compare", *names, *priced).splitlines()
    assert max(map(len, lines)) <= WIDTH
    text = " ".join(lines)
    assert "…" not in text
    for row in told("compare", *names, *priced)["rows"]:
        for side in row["sides"]:
            value = side["value"] or "unknown"
            if len(value) < 12 and " " not in value:
                assert value + ("~" if side["recalled"] else "") in text


def test_a_month_that_rests_on_recalled_figures_is_marked_side_by_side(profile: Path) -> None:
    month, *_ = told("compare", "Qwen2.5-7B-Instruct", "gpt-4o-mini", "--for", str(profile))["rows"]
    assert [side["recalled"] for side in month["sides"]] == [True, False]


def test_gpus_can_be_chosen_by_what_they_are_rented_from() -> None:
    found = told("list", "gpus", "--where", "from<1", "--sort", "from", "--columns", "from")["gpus"]
    assert found
    assert [float(one["from"]) for one in found] == sorted(
        float(one["from"]) for one in found if float(one["from"]) < 1
    )


def test_gpus_are_compared_too_and_sources_come_on_request() -> None:
    rows = {row["name"]: row["sides"] for row in told("compare", "h100", "h200", "4090")["rows"]}
    assert [side["best"] for side in rows["memory, GB"]] == [False, True, False]
    assert rows["memory, GB"][2]["recalled"]
    assert "SOURCES" in shown("compare", "h100", "h200", "--sources")
    assert set(told("compare", "h100", "h200", "--sources")["facts"]) == {"h100-sxm", "h200-sxm"}


# -------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "-w", "prams<8B"), "--where: column 1: no field 'prams'"),
        (("list", "-w", "params<8Q"), "--where: column 8: '8Q'"),
        (("list", "gpus", "-w", "price_in<1"), "no field 'price_in'"),
        (("list", "--sort", "sise"), "--sort: no field 'sise'"),
        (("list", "--desc"), "--desc without --sort"),
        (("list", "--columns", "prise_in"), "--columns: no field 'prise_in'"),
        (("list", "--columns", "name,family,vendor,kind,license,source,attention,lifecycle,note"), "do not fit"),
        (("list", "--limit", "0"), "--limit"),
        (("list", "cars"), "'cars' is not one of"),
        (("list", "--columns", "price_month"), "price_month: no profile"),
        (("list", "-w", "price_month<3", "--for", "none.yaml"), "none.yaml: no such file"),
        (("list", "--for", "none.yaml"), "none.yaml: no such file"),
        (("search", "llama", "--for", "none.yaml"), "none.yaml: no such file"),
        (("list", "gpus", "--for", "none.yaml"), "--for is for models"),
        (("list", "--as-of", "2999-01-01"), "in the future"),
        (("list", "--data", "/nonexistent"), "/nonexistent"),
        (("search", " "), "nothing to search for"),
        (("search",), "WORDS"),
        (("show", "lama-3.1-8b"), "nothing named 'lama-3.1-8b'"),
        (("compare", "gpt-4o"), "1 to compare"),
        (("compare", "gpt-4o", "openai/gpt-4o"), "1 to compare"),
        (("compare", "gpt-4o", "h100"), "not of one kind"),
        (("compare", "gpt-4o", "h1000000000"), "nothing named"),
        (("compare", "h100", "h200", "l4", "t4", "a10"), "5 to compare"),
        (("lst",), "did you mean 'list'"),
    ],
)
def test_bad_input_is_one_clear_line(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    assert said in refused(capsys, *words)


def test_a_damaged_overlay_is_bad_input_with_its_place(own_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_workspace.joinpath("catalog").mkdir(parents=True)
    own_workspace.joinpath("catalog", "overlay.toml").write_text("[[models]\n", "utf-8")
    assert "overlay.toml line 1" in refused(capsys, "list")


def test_control_characters_of_conditions_and_names_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "\x1b" not in refused(capsys, "list", "-w", "\x1b[31m=1")
    assert "\x1b" not in refused(capsys, "show", "\x1b[31m")
    assert "\x1b" not in shown("search", "\x1b[31mzzzz")
