"""Adapters: what may reach peft, said from headers alone."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from harness.adapter import check_adapter
from harness.errors import InputError
from tests.harness import evaluating

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluating.write_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    return evaluating.write_adapter(tmp_path_factory.mktemp("adapter") / "saved", model)


@pytest.fixture
def adapter(tmp_path: Path, saved: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "adapter"))


def test_what_peft_saves_is_accepted(adapter: Path, model: Path) -> None:
    facts = check_adapter(adapter, model)

    assert facts.rank == 4
    assert facts.params == 2 * 4 * ((64 + 64) + (64 + 32) + (96 + 64))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("auto_mapping", {"base_model_class": "X", "parent_library": "os"}),
        ("parent_library", "os"),
        ("megatron_config", {"a": 1}),
        ("megatron_core", "os"),
        ("modules_to_save", ["lm_head"]),
        ("layer_replication", [[0, 1]]),
        ("use_dora", True),
        ("trainable_token_indices", [1]),
        ("rank_pattern", {"(a+)+$": 4}),
        ("target_modules", "(a+)+$"),
        ("target_modules", ["q_proj", "a|b"]),
        ("target_modules", []),
        ("peft_type", "PROMPT_TUNING"),
        ("task_type", ["CAUSAL_LM"]),
        ("task_type", {}),
        ("bias", "all"),
        ("r", 0),
        ("r", True),
        ("r", 1 << 30),
        ("lora_alpha", "16"),
        ("lora_alpha", float("inf")),
        ("init_lora_weights", "pissa"),
        ("something_new", None),
        ("__class__", "x"),
    ],
)
def test_a_field_that_is_not_allowed_is_refused_by_name(adapter: Path, model: Path, field: str, value: Any) -> None:
    evaluating.edit(adapter / "adapter_config.json", **{field: value})

    with pytest.raises(InputError) as refused:
        check_adapter(adapter, model)

    assert field in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("field", ["r", "lora_alpha", "target_modules", "peft_type"])
def test_a_missing_field_is_named(adapter: Path, model: Path, field: str) -> None:
    path = adapter / "adapter_config.json"
    config = json.loads(path.read_text())
    del config[field]
    path.write_text(json.dumps(config))

    with pytest.raises(InputError, match=f"{field} is missing"):
        check_adapter(adapter, model)


def test_pickle_weights_are_refused(adapter: Path, model: Path) -> None:
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")

    with pytest.raises(InputError, match=r"has no adapter_model\.safetensors"):
        check_adapter(adapter, model)


def test_a_folder_without_an_adapter_is_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(InputError, match="has no adapter_config"):
        check_adapter(tmp_path, model)


def write_tensors(path: Path, shapes: dict[str, list[int]]) -> None:
    header: dict[str, Any] = {}
    end = 0
    for name, (rows, columns) in shapes.items():
        begin, end = end, end + 4 * rows * columns
        header[name] = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [begin, end]}
    raw = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(end))


QUERY = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({f"{QUERY}.lora_A.weight": [4, 128], f"{QUERY}.lora_B.weight": [64, 4]}, "lora_A"),
        ({f"{QUERY}.lora_A.weight": [8, 64], f"{QUERY}.lora_B.weight": [64, 8]}, "rank 4"),
        ({f"{QUERY}.lora_A.weight": [4, 64]}, "lora_B None"),
        ({QUERY.replace(".0.", ".9.") + ".lora_A.weight": [4, 64]}, "does not have"),
        ({"base_model.model.model.embed_tokens.weight": [4, 64]}, "embed_tokens"),
        ({}, "nothing"),
    ],
)
def test_weights_that_do_not_fit_the_model_are_refused(
    adapter: Path, model: Path, shapes: dict[str, list[int]], said: str
) -> None:
    write_tensors(adapter / "adapter_model.safetensors", shapes)

    with pytest.raises(InputError, match=said):
        check_adapter(adapter, model)
