"""Bad input is one clear line on stderr, nothing on stdout, exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

TUNEWISE = str(Path(sys.executable).with_name("tunewise"))


def refused(*arguments: str, cwd: Path) -> str:
    """The line that a command is refused with."""
    outcome = subprocess.run(
        [TUNEWISE, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    told = outcome.stderr.splitlines()
    assert outcome.returncode == 2, outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    lines = [line for line in told if line.startswith("tunewise: ")]
    assert len(lines) == 1, outcome.stderr
    return lines[0]


def write(path: Path, content: str) -> str:
    path.write_text(content)
    return path.name


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("n_exampels: 5", "n_examples"),
        ("n_examples: many", "n_examples"),
        ("n_examples: 1.5", "n_examples"),
        ("target_score: 85", "target_score"),
        ("task_type: poetry", "classification"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_profile(tmp_path: Path, profile: str, told: str) -> None:
    assert told in refused("advise", write(tmp_path / "p.yaml", profile), cwd=tmp_path)


@pytest.mark.parametrize("command", ["advise", "plan"])
def test_a_missing_profile(tmp_path: Path, command: str) -> None:
    assert "none.yaml: no such file" in refused(command, "none.yaml", cwd=tmp_path)


def test_an_unknown_command_an_unknown_option_and_an_unknown_run(tmp_path: Path) -> None:
    assert "did you mean 'demo'" in refused("dmeo", cwd=tmp_path)
    assert "--stpes" in refused("demo", "--stpes", "5", cwd=tmp_path)
    assert "train-1" in refused("attach", "train-1", cwd=tmp_path)
    assert "not the name of a run" in refused("resume", "../x", cwd=tmp_path)


def test_an_unknown_model_or_gpu_is_answered_with_the_nearest(tmp_path: Path) -> None:
    profile = write(tmp_path / "p.yaml", "task_type: classification\nn_examples: 800\n")

    assert "h100" in refused("plan", profile, "--gpu", "h1000", cwd=tmp_path).lower()
    assert "llama" in refused("plan", profile, "--model", "llama-3.1-8b-instrukt", cwd=tmp_path).lower()


def test_a_workspace_where_nothing_can_be_made(tmp_path: Path) -> None:
    assert "is not writable" in refused("demo", "--workspace", "/proc/tunewise", cwd=tmp_path)


def test_a_workspace_under_a_file(tmp_path: Path) -> None:
    write(tmp_path / "file", "")

    assert "is not writable" in refused("demo", "--workspace", "file/w", cwd=tmp_path)


def test_a_run_specification_that_is_none(tmp_path: Path) -> None:
    assert "spec.json" in refused("train", write(tmp_path / "spec.json", '{"kind": "train"}'), cwd=tmp_path)
    assert "none.json" in refused("train", "none.json", cwd=tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.jsonl", "", "empty.jsonl"),
        ("broken.jsonl", '{"input": "a", "output": "x"}\n{"input": "b", "out', "broken.jsonl:2"),
        ("fields.jsonl", '{"a": 1}\n', "fields.jsonl:1"),
    ],
)
def test_wrong_data_for_the_demo(tmp_path: Path, name: str, content: str, told: str) -> None:
    line = refused("demo", "--data", write(tmp_path / name, content), cwd=tmp_path)

    assert told in line.replace(", line ", ":")


def model_folder(folder: Path, *, config: Mapping[str, object], weights: str | None) -> str:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    if weights:
        (folder / weights).write_bytes(b"\x80\x04")
    return folder.name


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()

    assert "config.json" in refused("demo", "--model", "nothing", cwd=tmp_path)
    assert "absent" in refused("demo", "--model", "absent", cwd=tmp_path)


def test_a_model_that_needs_remote_code(tmp_path: Path) -> None:
    config = {"model_type": "llama", "auto_map": {"AutoModelForCausalLM": "modeling.Model"}}
    name = model_folder(tmp_path / "remote", config=config, weights="model.safetensors")

    assert "auto_map" in refused("demo", "--model", name, cwd=tmp_path)


def test_pickle_weights(tmp_path: Path) -> None:
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}
    name = model_folder(tmp_path / "pickle", config=config, weights="pytorch_model.bin")

    assert "pickle files (pytorch_model.bin)" in refused("demo", "--model", name, cwd=tmp_path)
