"""Merging an adapter: the right sum, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness import merge
from harness.errors import InputError
from harness.fingerprint import fingerprint
from harness.merge import Ingredients, ensure_merged, merged_folder
from harness.model_folder import check_folder
from tests.harness import evaluating

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
SCALE = 32 / 4


@pytest.fixture(scope="module")
def ingredients(tmp_path_factory: pytest.TempPathFactory) -> Ingredients:
    root = tmp_path_factory.mktemp("merge")
    model = evaluating.write_model(root / "model")
    adapter = evaluating.write_adapter(root / "adapter", model)
    return Ingredients(model, fingerprint(model), adapter, fingerprint(adapter), "float32")


def test_merged_weights_are_base_plus_scaled_product_and_nothing_else_changes(
    tmp_path: Path, ingredients: Ingredients
) -> None:
    import torch
    from safetensors.torch import load_file

    folder = merged_folder(tmp_path, ingredients)
    assert ensure_merged(folder, ingredients)

    base = load_file(ingredients.model_dir / "model.safetensors")
    adapter = load_file(ingredients.adapter_dir / "adapter_model.safetensors")
    merged = load_file(folder / "model.safetensors")
    assert set(merged) == set(base)
    for name, weight in base.items():
        key = f"base_model.model.{name.removesuffix('.weight')}"
        change = torch.zeros_like(weight)
        if f"{key}.lora_A.weight" in adapter:
            change = SCALE * adapter[f"{key}.lora_B.weight"] @ adapter[f"{key}.lora_A.weight"]
        torch.testing.assert_close(merged[name], weight + change)
    assert check_folder(folder).total_params == check_folder(ingredients.model_dir).total_params
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        assert (folder / name).read_bytes() == (ingredients.model_dir / name).read_bytes()


def test_a_whole_folder_is_used_again_and_a_damaged_one_made_anew(tmp_path: Path, ingredients: Ingredients) -> None:
    folder = merged_folder(tmp_path, ingredients)
    ensure_merged(folder, ingredients)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()

    assert not ensure_merged(folder, ingredients)
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert ensure_merged(folder, ingredients)
    assert weights.read_bytes() == whole


def test_a_merge_that_dies_leaves_nothing_under_the_final_name(
    tmp_path: Path, ingredients: Ingredients, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = merged_folder(tmp_path, ingredients)

    def die(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(merge, "write_marker", die)
        with pytest.raises(KeyboardInterrupt):
            ensure_merged(folder, ingredients)

    assert not folder.exists()
    assert ensure_merged(folder, ingredients)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_what_is_merged_is_part_of_the_folder_name(tmp_path: Path, ingredients: Ingredients) -> None:
    others = [
        ingredients._replace(dtype="bfloat16"),
        ingredients._replace(adapter_sha256="0" * 64),
        ingredients._replace(model_sha256="0" * 64),
    ]

    assert len({merged_folder(tmp_path, one) for one in [ingredients, *others]}) == 4


def test_a_hostile_adapter_never_reaches_peft(
    tmp_path: Path, ingredients: Ingredients, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = Path(shutil.copytree(ingredients.adapter_dir, tmp_path / "adapter"))
    evaluating.edit(adapter / "adapter_config.json", auto_mapping={"base_model_class": "x", "parent_library": "os"})
    called: list[object] = []
    monkeypatch.setattr(merge, "write_merged", lambda *arguments: called.append(arguments))

    with pytest.raises(InputError, match="auto_mapping"):
        ensure_merged(tmp_path / "merged", ingredients._replace(adapter_dir=adapter))

    assert called == []
