"""docs/parameters.md and the reasons in it."""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from catalog.arithmetic import Structure, structure_of
from catalog.load import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("parameter_table", ROOT / "scripts" / "parameter_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_code_gives(table: Any) -> None:
    assert table.DOCS.read_text(encoding="utf-8") == table.page(table.rows(load()))


def test_it_says_first_how_many_are_exact(table: Any) -> None:
    assert table.DOCS.read_text(encoding="utf-8").splitlines()[0] == "99 of 99 exact"


def test_most_of_the_others_are_exact_too(table: Any) -> None:
    others = [row for row in table.rows(load()) if not row.researched]

    assert len(others) == 65
    assert sum(row.deviation == 0 for row in others) >= 53


def test_what_is_reached_without_a_field_inferred_from_it_is_marked_exact(table: Any) -> None:
    found = table.rows(load())
    reached = {row.model.id for row in found if row.deviation == 0 and row.fields != "inferred"}

    assert {row.model.id for row in found if row.marked == "tensors"} == reached - set(table.read_marked())
    assert {row.model.id for row in found if row.marked == "research"} == set(table.read_marked())
    assert len(table.read_marked()) == 99


def test_the_catalog_says_what_each_published_count_holds(table: Any) -> None:
    counts = {"text": "model", "none": None}  # encoders that are not computed are in the published count

    for row in table.rows(load()):
        assert row.model.params_counted == counts.get(row.counted, row.counted), row.model.id


def test_a_deviation_without_its_reason_stops_the_page(table: Any) -> None:
    changed = load().model("llama-3.1-8b").model_copy(update={"total_params": 1})

    with pytest.raises(SystemExit, match="no reason is given"):
        table.check(changed, None, "")
    with pytest.raises(SystemExit, match="the reason is for 5"):
        table.check(changed, table.Reason("model", 5, "because"), "")


def test_every_reason_is_of_a_model_of_the_catalog(table: Any) -> None:
    assert set(table.read_reasons()) <= {model.id for model in load().models}


def deviation(name: str) -> int:
    with (ROOT / "scripts" / "parameter_deviations.csv").open(encoding="utf-8", newline="") as lines:
        return next(int(line["deviation"]) for line in csv.DictReader(lines) if line["id"].endswith(f"/{name}"))


def built(name: str) -> Structure:
    return structure_of(load().model(name))


def test_one_scale_for_each_block_explains_minimax() -> None:
    layers = built("MiniMax-M2.5").layers
    blocks = (
        one.copies * math.prod(-(-side // 128) for side in one.shape)
        for layer in layers
        for one in layer.tensors
        if one.linear
    )

    assert deviation("MiniMax-M2.5") == -sum(blocks)


def test_two_scales_for_each_matrix_explain_devstral_and_mistral_small_4() -> None:
    devstral = sum(one.linear for layer in built("Devstral-Small-2-24B-Instruct-2512").layers for one in layer.tensors)
    small = [one for layer in built("Mistral-Small-4-119B-2603").layers for one in layer.tensors if one.linear]
    apart = sum(one.copies for one in small if not one.name.endswith("experts.up_proj"))  # with the gate in one matrix
    shared_up = sum(one.name.endswith("shared_experts.up_proj") for one in small)

    assert deviation("Devstral-Small-2-24B-Instruct-2512") == -2 * devstral
    assert deviation("Mistral-Small-4-119B-2603") == -2 * (apart + shared_up)


def test_corrections_of_the_router_explain_nemotron() -> None:
    for name, stored in (("Nano-30B-A3B", False), ("Super-120B-A12B", True)):
        of = built(f"NVIDIA-Nemotron-3-{name}-BF16")
        inside = (one for layer in of.layers for one in layer.tensors)
        corrections = sum(one.size for one in (*inside, *(of.spare if stored else ())) if "correction" in one.name)

        assert deviation(f"NVIDIA-Nemotron-3-{name}-BF16") == corrections


def test_indexers_explain_deepseek_v3_2() -> None:
    inside = (one for layer in built("deepseek-ai/DeepSeek-V3.2").layers for one in layer.tensors)

    assert deviation("DeepSeek-V3.2") == sum(one.size for one in inside if ".indexer." in one.name)
