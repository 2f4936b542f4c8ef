"""What an entry point imports, looked at in a process of its own: deferred stays deferred."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "transformers", "peft", "accelerate", "datasets", "lm_eval", "vllm"}
SLOW = {"textual", "duckdb", "numpy", "scipy", "matplotlib", "jinja2", "plotext", "rich"}
PRICES = {"genai_prices", "httpx2"}
PROGRAM = """
import json, sys
from advisor.cli.main import run
code = run(sys.argv[1:])
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print("\\n" + json.dumps({"code": code, "loaded": loaded}))
"""


def loaded_by(*arguments: str, cwd: Path) -> set[str]:
    outcome = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    report = json.loads(outcome.stdout.rstrip().rsplit("\n", 1)[1])
    assert report["code"] == 0, outcome.stderr
    return set(report["loaded"])


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "task_type: classification\nn_examples: 800\nvolume_per_day: 1000\ntokens_in: 300\ntokens_out: 10\n"
    )
    return path


def test_help_loads_no_library_but_click(tmp_path: Path) -> None:
    loaded = loaded_by("--help", cwd=tmp_path)

    assert "click" in loaded
    assert not loaded & (HEAVY | SLOW | PRICES | {"pydantic", "yaml", "asyncio"})


def test_an_estimate_asks_for_no_price(tmp_path: Path) -> None:
    spec = tmp_path / "specs.jsonl"
    spec.write_text('{"id": "one", "task": "serving", "model": "Qwen/Qwen3-8B", "gpu": "h100", "engine": "vLLM"}\n')

    assert not loaded_by("estimate", str(spec), cwd=tmp_path) & PRICES


def test_an_estimate_of_one_workload_reads_no_library_but_click(tmp_path: Path) -> None:
    spec = tmp_path / "specs.jsonl"
    spec.write_text('{"id": "one", "method": "lora", "model": "Qwen/Qwen3-8B", "gpu": "h100"}\n')

    loaded = loaded_by("estimate", str(spec), "--json", cwd=tmp_path)

    assert not loaded & (HEAVY | SLOW | PRICES | {"pydantic", "yaml", "asyncio"})


def test_prices_that_are_remembered_are_not_asked_for_again(
    tmp_path: Path, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    assert loaded_by("advise", str(profile), "--json", cwd=tmp_path) >= PRICES
    assert not loaded_by("advise", str(profile), "--json", cwd=tmp_path) & PRICES


def test_advise_loads_neither_database_nor_screen_nor_arrays(tmp_path: Path, profile: Path) -> None:
    assert not loaded_by("advise", str(profile), "--json", cwd=tmp_path) & (HEAVY | SLOW)


def test_plan_loads_the_database_but_no_screen(tmp_path: Path, profile: Path) -> None:
    loaded = loaded_by("plan", str(profile), "--json", cwd=tmp_path)

    assert "duckdb" in loaded
    assert not loaded & (HEAVY | (SLOW - {"duckdb", "numpy"}))


@pytest.mark.parametrize("arguments", [("runs",), ("doctor",), ("catalog", "list")])
def test_a_light_command_loads_no_heavy_library(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert not loaded_by(*arguments, cwd=tmp_path) & (HEAVY | {"textual", "matplotlib", "scipy"})


def test_the_application_and_the_workflow_load_no_heavy_library(tmp_path: Path) -> None:
    program = "import advisor.cli.application, sys, json; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)

    assert not set(json.loads(outcome.stdout)) & (HEAVY | {"matplotlib", "scipy", "jinja2"})


def test_the_harness_claims_stdout_before_torch_is_there(tmp_path: Path) -> None:
    program = "import harness.__main__, sys; print('torch' in sys.modules, 'transformers' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True
    )

    assert outcome.stdout.split() == ["False", "False"]
