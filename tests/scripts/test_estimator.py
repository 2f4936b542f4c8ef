"""Which measurements count, how estimates are scored, and that the committed constants and page are what the commands write."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.estimate import predict
from advisor.estimate.constants import fitted
from catalog.load import load
from scripts.estimator import fit, page, rows
from scripts.estimator.columns import columns, predictor
from scripts.estimator.score import Meeting, by_source, mean_over_sources, score

ROOT = Path(__file__).resolve().parents[2]
TRAINED: dict[str, str] = {
    "id": "one", "source_id": "somewhere", "row_kind": "measured", "confidence": "high", "duplicate_of": "",
    "method": "lora", "n_gpus": "1", "gpu": "A100-80GB", "model": "x-7B", "peak_mem_gib": "20", "peak_alloc_gib": "",
    "tokens_per_s_per_gpu": "1000", "derived_fields": "", "seq_len": "512",
}  # fmt: skip


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the table of training runs that is read."""
    monkeypatch.setattr(rows, "FOLDER", tmp_path)

    def write(*changed: dict[str, str]) -> None:
        with (tmp_path / "training.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(TRAINED))
            writer.writeheader()
            writer.writerows({**TRAINED, **change} for change in changed)

    return write


@pytest.mark.parametrize(
    ("change", "memory", "speed"),
    [
        ({}, True, True),
        ({"confidence": "med"}, True, True),
        ({"confidence": "low"}, False, False),
        ({"duplicate_of": "another"}, False, False),
        ({"row_kind": "oom"}, False, False),
        ({"row_kind": "fit_bound"}, False, False),
        ({"method": "reft"}, False, False),
        ({"n_gpus": "8"}, True, True),
        ({"n_gpus": "16"}, False, False),
        ({"n_gpus": ""}, False, False),
        ({"peak_mem_gib": ""}, False, True),
        ({"peak_mem_gib": "nan"}, False, True),
        ({"tokens_per_s_per_gpu": ""}, True, False),
        ({"source_id": "unsloth_readme"}, True, False),
        ({"source_id": "torchtune", "gpu": "RTX A6000"}, True, False),
        ({"source_id": "torchtune"}, True, True),
        ({"source_id": "litgpt_config_hub", "derived_fields": "tokens_per_s_per_gpu=seq/step"}, True, False),
        ({"source_id": "litgpt_config_hub"}, True, True),
    ],
)
def test_a_row_counts_where_its_source_bears_it_out(
    table: Any, change: dict[str, str], memory: bool, speed: bool
) -> None:
    table(change)
    assert bool(rows.measured("memory")) is memory
    assert bool(rows.measured("throughput")) is speed


def test_the_strict_tier_leaves_out_what_is_less_sure(table: Any) -> None:
    table({"id": "sure"}, {"id": "less", "confidence": "med"})
    assert [row.id for row in rows.measured("memory", "strict")] == ["sure"]
    assert [row.id for row in rows.measured("memory")] == ["sure", "less"]


def test_a_second_figure_of_a_run_comes_along(table: Any) -> None:
    table({"peak_alloc_gib": "17.5"}, {})
    assert [(row.value, row.allocated) for row in rows.measured("memory")] == [(20.0, 17.5), (20.0, None)]


def test_what_ran_and_what_did_not_are_told_apart(table: Any) -> None:
    table({}, {"row_kind": "oom"}, {"row_kind": "failed_or_oom", "confidence": "low"}, {"row_kind": "init_only"})
    assert [ran for _, ran in rows.outcomes()] == [True, False, False]


@pytest.mark.parametrize(("task", "part"), [("training", "memory"), ("training", "throughput"), ("serving", "serving")])
def test_no_question_gives_its_answer_away(task: str, part: str) -> None:
    asked = rows.measured(part)
    assert len(asked) > 300
    assert all(row.value > 0 for row in asked)
    given = set().union(*(row.spec for row in asked))
    assert not given & rows.ANSWERS[task]
    assert {"id", "model", "gpu", "n_gpus"} <= given


def met(actual: float, expected: float, low: float, high: float, source: str = "a") -> Meeting:
    return Meeting(source, actual, expected, low, high)


FOUR = [met(10, 10, 8, 12), met(10, 8.5, 5, 9), met(10, 13, 9, 18), met(10, 11, 10, 20)]


def test_a_score_is_what_it_is_by_hand() -> None:
    found = score(FOUR)
    assert found.rows == 4
    assert found.median_error == pytest.approx((0.10 + 0.15) / 2)
    assert found.within_20 == 0.75
    assert found.too_low == 0.25
    assert found.coverage == 0.75
    assert found.width == pytest.approx((1.5 + 1.8 + 2 + 2) / 4)


def test_bounds_of_an_interval_belong_to_it_and_a_tenth_too_low_is_not_too_low() -> None:
    assert score([met(10, 10, 10, 12)]).coverage == 1
    assert score([met(10, 10, 8, 10)]).coverage == 1
    assert score([met(10, 9, 8, 10)]).too_low == 0
    assert score([met(10, 12, 8, 13)]).within_20 == 1


def test_every_source_weighs_the_same_and_small_ones_are_one() -> None:
    many = [met(10, 10, 9, 11, "many") for _ in range(30)]
    some = [met(10, 15, 9, 11, "some") for _ in range(3)]
    few = [met(10, 20, 9, 11, "few"), met(10, 20, 9, 11, "fewer")]
    found = mean_over_sources([*many, *some, *few])
    assert found.median_error == pytest.approx((0 + 0.5 + 1.0) / 3)
    assert found.rows == 35
    assert {name: one.rows for name, one in by_source([*many, *some, *few]).items()} == {
        "many": 30, "some": 3, "few": 1, "fewer": 1,
    }  # fmt: skip


@pytest.mark.parametrize("part", ["memory", "throughput", "serving"])
def test_the_columns_of_the_fit_are_the_predictions_of_the_rows(part: str) -> None:
    catalog, constants = load(), fitted()
    some = [row for row in rows.measured(part)[::7] if row.allocated is None]
    of = columns(part, some, catalog, constants)
    column = dict(zip(of.ids, predictor(of)(constants), strict=True))
    alone = {row.id: page.answer(part, predict(row.spec, catalog, constants)) for row in some if row.id in column}
    assert len(alone) > 10
    for ident, span in alone.items():
        assert span is not None
        assert np.isclose(column[ident], span.expected, rtol=1e-12)


def test_the_committed_constants_are_what_the_fit_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To two in a thousand: another machine's linear algebra ends the search elsewhere in the last digits."""
    target = tmp_path / "constants.toml"
    monkeypatch.setattr("sys.argv", ["fit", "--to", str(target)])
    fit.main()
    written, committed = (tomllib.loads(path.read_text("utf-8")) for path in (target, fit.TARGET))
    assert {name: list(section) for name, section in written.items()} == {
        name: list(section) for name, section in committed.items()
    }
    for section, values in committed.items():
        for name, value in values.items():
            assert written[section][name] == pytest.approx(value, rel=2e-3), f"{section}.{name}"
    told = [[line.partition("#")[2] for line in path.read_text("utf-8").splitlines()] for path in (target, fit.TARGET)]
    assert told[0] == told[1]


def test_every_fitted_constant_has_a_prior_that_holds_it() -> None:
    committed = tomllib.loads(fit.TARGET.read_text("utf-8"))
    for section, known in fit.priors().items():
        for name, (value, spread, reason) in known.items():
            assert reason
            moved = abs(np.log(committed[section][name] / value)) / spread
            assert moved < 3, f"{section}.{name} moved by {moved:.1f} of its spreads"


@pytest.mark.heavy
def test_the_committed_page_is_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["page", "--to", str(tmp_path)])
    page.main()
    assert (tmp_path / "accuracy.md").read_text("utf-8") == (ROOT / "docs" / "accuracy.md").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "accuracy").iterdir()) == [
        "memory.svg", "serving.svg", "throughput.svg",
    ]  # fmt: skip
