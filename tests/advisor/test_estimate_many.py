"""Many workloads at once are estimated as they are one by one."""

import csv
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.estimate.grids import LEAST, estimates
from advisor.estimate.lines import FEW, TOGETHER, Numbered, Skipped, predict_lines
from advisor.estimate.predict import predict
from advisor.estimate.records import Prediction
from catalog.dimensions import Dimensions
from harness.span import Range
from tests.advisor.workloads import SERVING, TRAINING

CALIBRATION = Path(__file__).parents[2] / "benchmarks" / "calibration"
FACTS = Dimensions()
LENGTHS = {"seq_len": 1024, "micro_batch": 2, "grad_accum": 1, "input_len": 100, "output_len": 1, "concurrency": 4}


def published(task: str) -> list[dict[str, object]]:
    with (CALIBRATION / f"{task}.csv").open(encoding="utf-8", newline="") as file:
        return [{**{name: cell or None for name, cell in row.items()}, "task": task} for row in csv.DictReader(file)]


def grid(spec: dict[str, object], rng: random.Random) -> list[dict[str, object]]:
    """The same setting with as many lengths as are put into columns; an unknown one stays unknown."""
    made = []
    for number in range(LEAST + 1):
        lengths = {
            name: value * rng.randint(1, 64) for name, value in LENGTHS.items() if str(spec.get(name) or "").isdigit()
        }
        made.append({**spec, **lengths, "id": f"{spec['id']}/{number}"})
    return made


def flat(found: Prediction) -> dict[str, object]:
    """Every figure by name."""
    figures: dict[str, object] = {}
    for name, value in found.document().items():
        nested = value if isinstance(value, dict) else {"": value}
        figures |= {f"{name} {part}": figure for part, figure in nested.items()}
    return figures


def assert_same(one: Prediction | Skipped, other: Prediction | Skipped) -> None:
    if isinstance(one, Skipped) or isinstance(other, Skipped):
        assert one == other
        return
    first, second = flat(one), flat(other)
    assert first.keys() == second.keys()
    for name, value in first.items():
        expected = pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        assert second[name] == expected, (one.id, name)


@pytest.mark.parametrize(("task", "step"), [("training", 11), ("serving", 13)])
def test_columns_give_what_one_by_one_gives_with_every_kind_of_unknown(task: str, step: int) -> None:
    rng = random.Random(7)
    specs = [spec for chosen in published(task)[::step] for spec in grid(chosen, rng)]
    chunk = [Numbered(row, spec) for row, spec in enumerate(specs, 1)]

    together = estimates(chunk, FACTS)

    assert len(together) > 200
    for one, other in zip(map(_alone, chunk), together, strict=True):
        assert_same(one, other)


def _alone(one: Numbered) -> Prediction | Skipped:
    return next(iter(predict_lines(["\n"] * (one.line - 1) + [json.dumps(one.spec)], FACTS)))


def test_what_hangs_on_whether_activations_fit_is_the_same_too() -> None:
    open_specs = {name: value for name, value in TRAINING.items() if name != "activation_ckpt"}
    lengths = [64 * 2**number for number in range(11)]
    specs = [{**open_specs, "framework": "NeMo", "id": f"w{length}", "seq_len": length} for length in lengths]
    chunk = [Numbered(row, spec) for row, spec in enumerate(specs, 1)]

    alone = [_alone(one) for one in chunk]

    for one, other in zip(alone, estimates(chunk, FACTS), strict=True):
        assert_same(one, other)


def test_what_is_wrong_keeps_its_line_among_columns() -> None:
    lines = [json.dumps({**TRAINING, "id": f"w{number}", "seq_len": 128 + number}) for number in range(FEW + 20)]
    lines[FEW + 5] = json.dumps({**TRAINING, "id": "w", "seq_len": -1})
    lines[FEW + 7] = "{"
    lines[FEW + 9] = json.dumps({**TRAINING, "seq_len": 100, "id": None})

    found = list(predict_lines(lines, FACTS))

    bad = [one.line for one in found if isinstance(one, Skipped)]
    assert bad == [FEW + 6, FEW + 8, FEW + 10]
    assert len(found) == len(lines)
    kept = [one for one in found if isinstance(one, Prediction)]
    assert [one.id for one in kept] == [json.loads(line)["id"] for row, line in enumerate(lines, 1) if row not in bad]


def test_lengths_that_look_alike_but_are_not_the_same_kind_stand_apart() -> None:
    odd: list[object] = [True, "2048", 2048.5, None, "unknown", 1e300, [1]]
    specs = [{**TRAINING, "id": f"w{row}", "seq_len": value} for row, value in enumerate(odd * LEAST)]

    chunk = [Numbered(row, dict(spec)) for row, spec in enumerate(specs, 1)]

    for one, other in zip(map(_alone, chunk), estimates(chunk, FACTS), strict=True):
        assert_same(one, other)


def test_of_an_endless_file_only_a_part_is_held() -> None:
    read: list[int] = []

    found = predict_lines(_endless(read), FACTS)
    for _ in range(FEW + 1):
        next(found)

    assert len(read) == FEW + TOGETHER


def _endless(read: list[int]) -> Iterator[str]:
    for number in itertools.count(1):
        read.append(number)
        yield json.dumps({**SERVING, "id": f"w{number}", "input_len": 1 + number % 4000})


def test_a_figure_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Range(low=0.0, expected=float("nan"), high=1.0)


def test_one_workload_is_the_same_from_a_line_as_by_itself() -> None:
    (found,) = predict_lines([json.dumps(TRAINING)], FACTS)

    assert found == predict(TRAINING, FACTS)
