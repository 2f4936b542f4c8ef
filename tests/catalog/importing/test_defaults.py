from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from catalog.importing import defaults
from catalog.importing.gguf_config import FAMILIES
from catalog.importing.stated import from_label

SCRIPT = Path(__file__).parents[3] / "scripts" / "config_defaults.py"


@pytest.mark.heavy
def test_the_defaults_are_those_of_the_transformers_that_they_name(tmp_path: Path) -> None:
    if defaults.source() != f"transformers {version('transformers')}":
        pytest.skip(f"another transformers than {defaults.source()} is installed")
    target = tmp_path / "defaults.json"

    subprocess.run([sys.executable, str(SCRIPT), str(target)], check=True, capture_output=True)

    assert json.loads(target.read_text()) == json.loads(defaults.FILE.read_text())


def test_a_family_tells_its_defaults_its_own_names_and_its_text_part() -> None:
    gemma, gpt2 = defaults.family("gemma3"), defaults.family("gpt2")

    assert gemma is not None
    assert gemma.text == "gemma3_text"
    assert gpt2 is not None
    assert (gpt2.renamed["n_embd"], gpt2.defaults["n_layer"]) == ("hidden_size", 12)
    assert defaults.family("frobnicator") is None


def test_most_families_of_gguf_are_families_of_transformers() -> None:
    """Those that are not run code of their own or go by another name in transformers."""
    unknown = {name for name in FAMILIES.values() if defaults.family(name) is None}

    assert unknown <= {"internlm2", "baichuan", "minicpm", "bailing_moe_v2", "kimi_linear", "dots1", "afmoe"}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SmolLM2-135M-Instruct", 135_000_000),
        ("org/Qwen2.5-0.5B-Instruct", 500_000_000),
        ("Qwen3-30B-A3B", 30_000_000_000),
        ("Kimi-K2-1T", 1_000_000_000_000),
        ("Mixtral-8x7B-v0.1", None),
        ("gemma-3n-E2B-it", None),
        ("phi-4", None),
        ("70B-org/model", None),
        ("", None),
    ],
)
def test_sizes_in_names(name: str, parameters: int | None) -> None:
    found = from_label(name, "its name")

    assert (found.parameters if found else None) == parameters
