"""``tunewise estimate`` and ``tunewise plan`` as a person runs them, on the catalog that ships."""

import json
from pathlib import Path

import pytest

from advisor.cli.main import run
from tests.advisor.workloads import SERVING, TRAINING

Capture = pytest.CaptureFixture[str]
PROFILE = "name: bank\nn_examples: 800\nvolume_per_day: 1000\ntokens_in: 300\ntokens_out: 10\n"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    path = tmp_path / "specs.jsonl"
    path.write_text(f"{json.dumps(TRAINING)}\n\n{json.dumps(SERVING)}\n")
    return path


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE)
    return path


def test_estimate_prints_exactly_one_json_document(specs: Path, capsys: Capture) -> None:
    assert run(["estimate", str(specs), "--json"]) == 0
    out, err = capsys.readouterr()
    training, serving = json.loads(out)["predictions"]
    assert (training["id"], serving["id"]) == ("one", "two")
    assert training["peak_gpu_memory_gib"]["low"] < training["peak_gpu_memory_gib"]["high"]
    assert training["output_tokens_per_second"] is None
    assert serving["output_tokens_per_second"]["expected"] > 0
    assert err == ""


def test_estimate_shows_a_few_workloads_in_full_on_80_columns(specs: Path, capsys: Capture) -> None:
    assert run(["estimate", str(specs)]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    for part in (
        "Peak memory per GPU",
        "logits and loss",
        "Fits",
        "Rests on",
        "Time to first token",
        "Room for context",
    ):
        assert part in said


def test_estimate_shows_many_workloads_as_a_table_of_80_columns(specs: Path, capsys: Capture) -> None:
    specs.write_text("\n".join(json.dumps({**TRAINING, "id": f"w{number}"}) for number in range(5)))
    assert run(["estimate", str(specs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[1:6]] == ["w0", "w1", "w2", "w3", "w4"]


def test_ids_that_come_again_are_told(specs: Path, capsys: Capture) -> None:
    specs.write_text(f"{json.dumps(TRAINING)}\n{json.dumps(TRAINING)}\n")
    assert run(["estimate", str(specs), "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)["predictions"]) == 2
    assert err == "1 ids came before, first: 'one'\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "a list, not an object"),
        (json.dumps({**TRAINING, "seq_len": -3}), "seq_len is -3"),
        (json.dumps({**TRAINING, "seq_len": float("nan")}), "seq_len is nan"),
        (json.dumps({**TRAINING, "gpu": "H1000"}), "did you mean h100"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "one", "seq_len": 1, "seq_len": 2}', "'seq_len' stands there twice"),
        (json.dumps({**TRAINING, "note": "x" * 2**20}), "longer than 1 MiB"),
        (json.dumps({**TRAINING, "params_b": 1e999}), "params_b is inf"),
        (json.dumps({**TRAINING, "micro_batch": [1]}), "micro_batch must be a number, not [1]"),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_ends_with_2(line: str, said: str, specs: Path, capsys: Capture) -> None:
    specs.write_text(f"{json.dumps(TRAINING)}\n{line}\n")
    assert run(["estimate", str(specs), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{specs}:2:" in err
    assert said in err
    assert "Traceback" not in err


def test_skip_bad_does_the_rest_and_counts(specs: Path, capsys: Capture) -> None:
    specs.write_text(f"{json.dumps(TRAINING)}\nnonsense\n{json.dumps(SERVING)}\n")
    assert run(["estimate", str(specs), "--json", "--skip-bad"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)["predictions"]) == 2
    assert json.loads(out)["skipped"][0]["line"] == 2
    assert "skipped 1 of 3" in err


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe"])
def test_a_file_without_workloads_is_bad_input(content: bytes, specs: Path, capsys: Capture) -> None:
    specs.write_bytes(content)
    assert run(["estimate", str(specs)]) == 2
    assert len(capsys.readouterr().err.splitlines()) <= 2


def test_a_missing_file_is_bad_input(tmp_path: Path, capsys: Capture) -> None:
    assert run(["estimate", str(tmp_path / "none.jsonl")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_plan_prints_totals_that_are_the_sum_of_their_lines(profile: Path, capsys: Capture) -> None:
    assert run(["plan", str(profile), "--model", "Llama-3.1-8B-Instruct", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    once = [line for line in made["components"] if line["recurring"] == "once" and line["counted"] and line["usd"]]
    cents = sum(round(float(line["usd"]["expected"]) * 10000) for line in once)
    assert cents == round(float(made["once_usd"]["expected"]) * 10000)
    assert "People, upkeep" in made["unpriced"]


def test_plan_text_fits_80_columns(profile: Path, capsys: Capture) -> None:
    assert run(["plan", str(profile)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--gpu", "h1000"], "h100"), (["--model", "lama-3.1-8b"], "Llama-3.1-8B"), (["--method", "magic"], "magic")],
)
def test_unknown_names_end_with_2_and_the_nearest(
    arguments: list[str], said: str, profile: Path, capsys: Capture
) -> None:
    assert run(["plan", str(profile), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_plan_is_kept_and_replayed_to_the_same_document(profile: Path, capsys: Capture) -> None:
    assert run(["plan", str(profile), "--json"]) == 0
    first = capsys.readouterr().out
    plan_id = json.loads(first)["id"]

    assert run(["plan", "--replay", plan_id, "--json"]) == 0

    assert capsys.readouterr().out == first
    assert [path.name for path in (profile.parent / ".tunewise" / "plans").iterdir()] == [f"{plan_id}.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan"], "a plan needs a PROFILE"),
        (["plan", "--replay", "plan-0123456789ab"], "no plan plan-0123456789ab"),
        (["plan", "--replay", "../journal"], "is not the id of a plan"),
        (["plan", "p.yaml", "--replay", "plan-0123456789ab"], "--replay goes without profile"),
        (["plan", "--gpu", "h100", "--replay", "plan-0123456789ab"], "--replay goes without gpu"),
    ],
)
def test_a_replay_of_what_is_not_there_is_one_clear_line(arguments: list[str], said: str, capsys: Capture) -> None:
    assert run(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert said in err.splitlines()[0]


def test_a_plan_that_cannot_be_kept_is_shown_and_says_so(tmp_path: Path, profile: Path, capsys: Capture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    assert run(["plan", str(profile), "--json", "--workspace", str(blocked)]) == 0

    out, err = capsys.readouterr()
    assert json.loads(out)["id"].startswith("plan-")
    assert "cannot be replayed" in err
