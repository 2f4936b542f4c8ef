"""``tunewise stats``: the contract of its document, and one clear line for what it does not take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from advisor.cli.stats_command import stats
from advisor.errors import BadInput
from advisor.statistics.methods import METHODS
from tests.advisor.statistics_figures import PUBLISHED


def _write(folder: Path, document: object) -> str:
    path = folder / "cases.json"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def _run(path: str, *options: str) -> Any:
    return CliRunner().invoke(stats, [path, *options], standalone_mode=False)


def _refused(path: str) -> BadInput:
    outcome = _run(path, "--json")
    assert isinstance(outcome.exception, BadInput)
    assert "\n" not in outcome.exception.message
    return outcome.exception


def test_all_published_cases_are_answered_in_one_json_document(tmp_path: Path) -> None:
    cases = [
        {"id": f"P{index}", "method": figure.method, "inputs": figure.inputs, "expected": figure.expected, "split": "x"}
        for index, figure in enumerate(PUBLISHED)
    ]
    outcome = _run(_write(tmp_path, {"schema_version": 1, "cases": cases}), "--json")
    results = json.loads(outcome.stdout)["results"]
    assert [result["id"] for result in results] == [case["id"] for case in cases]
    assert all(figure.expected.keys() <= result.keys() for figure, result in zip(PUBLISHED, results, strict=True))


def test_without_json_each_case_is_one_line_without_control_characters(tmp_path: Path) -> None:
    case = {"id": "first\x1b[31m\n", "method": "wilson_ci_95", "inputs": {"k": 81, "n": 263}}
    assert _run(_write(tmp_path, {"cases": [case]})).stdout == "first[31m  lo 0.255289  hi 0.36621\n"


def test_an_unknown_method_is_answered_with_all_known_ones(tmp_path: Path) -> None:
    refused = _refused(_write(tmp_path, {"cases": [{"id": "S1", "method": "wald", "inputs": {}}]}))
    assert refused.message == "case S1: no method 'wald'"
    assert all(name in refused.hint for name in METHODS)


@pytest.mark.parametrize(
    ("method", "inputs", "says"),
    [
        ("wilson_ci_95", {"k": 3, "n": 2}, "k must be at most n"),
        ("wilson_ci_95", {"k": 3}, "n: Field required"),
        ("mcnemar", {"a": 0, "b": 0, "c": 0, "d": 0}, "at least one item"),
        ("mcnemar", {"a": 1, "b": -1, "c": 0, "d": 0}, "b: Input should be greater"),
        ("mcnemar", {"a": 1, "b": 1, "c": 0, "d": 0, "e": 0}, "e: Extra inputs"),
        ("holm", {"p": [0.1, 2]}, "p.1: Input should be less"),
        ("cohen_kappa", {"table": [[1, 2], [3]]}, "square"),
        ("miller_sample_size", {"omega2": 0.1, "delta": 0}, "delta must not be 0"),
        ("noninferiority_n_paired", {"discordance": 0.05, "margin": 0.02, "difference": -0.02}, "above -margin"),
        ("sign_flip_permutation_mean", {"diff": ["x"]}, "diff.0: Input should be a valid number"),
    ],
)
def test_inputs_out_of_range_are_named_with_their_case(tmp_path: Path, method: str, inputs: object, says: str) -> None:
    refused = _refused(_write(tmp_path, {"cases": [{"id": "S1", "method": method, "inputs": inputs}]}))
    assert refused.message.startswith(f"case S1: {method}: ")
    assert says in refused.message


@pytest.mark.parametrize("document", [{"cases": []}, {"case": []}, [], {"cases": [{"id": "S1", "method": "holm"}]}])
def test_a_document_of_another_shape_is_refused(tmp_path: Path, document: object) -> None:
    assert "cases" in _refused(_write(tmp_path, document)).hint


def test_broken_json_missing_files_and_other_encodings_are_refused(tmp_path: Path) -> None:
    broken, latin = tmp_path / "broken.json", tmp_path / "latin.json"
    broken.write_text('{"cases": [', "utf-8")
    latin.write_bytes(b'{"cases": "\xe9"}')
    assert "Invalid JSON" in _refused(str(broken)).message
    assert "not UTF-8" in _refused(str(latin)).message
    assert "No such file" in _refused(str(tmp_path / "none.json")).message


def test_the_statistics_load_scipy_and_numpy_only_when_they_compute() -> None:
    code = (
        "import sys, advisor.statistics, advisor.statistics.cases, advisor.cli.stats_command\n"
        "print(sorted({'scipy', 'numpy', 'statsmodels', 'matplotlib', 'jinja2'} & sys.modules.keys()))"
    )
    found = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
