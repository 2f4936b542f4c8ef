"""A model folder is accepted or refused by its configuration and headers alone."""

from __future__ import annotations

import contextlib
import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputError
from harness.fingerprint import fingerprint
from harness.model_folder import check_folder
from harness.safetensors_header import contents
from tests.harness.running import ROOT


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def change_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def truncate(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def shard(folder: Path, *names: str) -> None:
    mapping = {f"t{number}": name for number, name in enumerate(names)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": mapping}))


def only_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def only_adapter(folder: Path) -> None:
    (folder / "config.json").rename(folder / "adapter_config.json")


def test_parameters_are_counted_from_the_headers(tiny_model: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    facts = check_folder(tiny_model)
    assert facts.total_params == sum(weights.numel() for weights in model.parameters())
    assert facts.weight_bytes == 4 * facts.total_params
    assert (facts.num_layers, facts.hidden_size, facts.head_dim, facts.num_kv_heads) == (2, 64, 16, 2)
    assert facts.tied_embeddings


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda at: (at / "config.json").unlink(), "no config.json"),
        (only_adapter, "holds an adapter, not a model"),
        (lambda at: (at / "config.json").write_text('{"a": 1,}'), "config.json:1: not JSON (column 9"),
        (lambda at: (at / "config.json").write_text("[]"), "not a JSON object"),
        (lambda at: change_json(at / "config.json", auto_map={"AutoModel": "m.M"}), "needs code of its own"),
        (
            lambda at: change_json(at / "tokenizer_config.json", auto_map={"AutoTokenizer": "m.M"}),
            "needs code of its own",
        ),
        (lambda at: change_json(at / "config.json", model_type="llama\nimport os"), "model_type is"),
        (lambda at: change_json(at / "config.json", architectures=["a/b"]), "architectures is"),
        (lambda at: change_json(at / "config.json", architectures=[]), "architectures is"),
        (lambda at: change_json(at / "config.json", architectures=["BertForMaskedLM"]), "does not generate text"),
        (lambda at: change_json(at / "config.json", quantization_config={"bits": 4}), "is quantised"),
        (lambda at: change_json(at / "config.json", hidden_size="wide"), "not a number"),
        (lambda at: (at / "model.safetensors").unlink(), "has no model.safetensors"),
        (only_pickle, "pickle files (pytorch_model.bin)"),
        (lambda at: truncate(at / "model.safetensors", 1), "is cut off"),
        (lambda at: (at / "model.safetensors").write_bytes(b"abc"), "not a whole safetensors file"),
        (
            lambda at: (at / "model.safetensors").write_bytes(struct.pack("<Q", 2**40) + b"{}"),
            "not a whole safetensors",
        ),
        (lambda at: (at / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{x"), "header is not JSON"),
        (lambda at: lengthen(at / "model.safetensors"), "4 bytes more"),
        (
            lambda at: shard(at, "model.safetensors", "two.safetensors"),
            "1 of 2 weight files are missing, two.safetensors",
        ),
        (lambda at: shard(at, "../model.safetensors"), "does not name safetensors files of this folder"),
        (lambda at: (at / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda at: (at / "chat_template.jinja").unlink(), "has no chat template"),
        (lambda at: (at / "chat_template.jinja").write_text("x" * 200_001), "200001 characters"),
    ],
)
def test_a_folder_that_cannot_be_trained_is_refused_in_one_line(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    with pytest.raises(InputError) as caught:
        check_folder(folder)
    assert says in caught.value.message
    assert str(folder) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        check_folder(tmp_path / "none")


def test_a_template_in_the_tokenizer_configuration_counts(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    change_json(folder / "tokenizer_config.json", chat_template="{{ messages }}")
    assert check_folder(folder).num_layers == 2


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=80), length=st.integers(0, 100))
def test_any_bytes_as_weights_are_refused_or_counted(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, length: int
) -> None:
    path = tmp_path_factory.mktemp("noise") / "x.safetensors"
    path.write_bytes(struct.pack("<Q", length) + noise)
    with contextlib.suppress(InputError):
        assert contents(path).params >= 0


def test_the_fingerprint_follows_content_and_not_place_or_notes(folder: Path, tiny_model: Path) -> None:
    assert fingerprint(folder) == fingerprint(tiny_model)
    (folder / "manifest.json").write_text("{}")
    (folder / "README.md").write_text("hello")
    assert fingerprint(folder) == fingerprint(tiny_model)
    change_json(folder / "tokenizer_config.json", model_max_length=100)
    assert fingerprint(folder) != fingerprint(tiny_model)


def test_checking_a_folder_loads_no_heavy_library(tiny_model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from harness.model_folder import check_folder;"
        f"check_folder(Path({str(tiny_model)!r}));"
        "print([name for name in ('torch', 'transformers', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
