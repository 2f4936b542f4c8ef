"""What the machine is, and what the libraries are told before they are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import environment


def test_the_network_is_off_and_threads_do_not_spin_unless_someone_decided_otherwise() -> None:
    environ = {"OMP_NUM_THREADS": "7"}
    environment.set_environment(environ)
    assert environ["HF_HUB_OFFLINE"] == environ["DO_NOT_TRACK"] == "1"
    assert (environ["OMP_WAIT_POLICY"], environ["GOMP_SPINCOUNT"]) == ("passive", "0")
    assert environ["OMP_NUM_THREADS"] == "7"


def test_versions_name_what_is_installed_and_leave_out_what_is_not() -> None:
    found = environment.versions()
    assert {"python", "torch", "transformers", "peft"} <= set(found)
    assert "vllm" not in found or found["vllm"]


def test_the_machine_is_described_without_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    facts = environment.machine_facts(measure=False)
    assert facts.cores >= 1
    assert facts.memory_gib > 0.1
    assert (facts.gpu, facts.gpu_memory_gib, facts.fp32_gflops) == (None, None, None)


def test_a_gpu_is_read_from_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100 80GB HBM3, 81559'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert environment.gpu() == ("NVIDIA H100 80GB HBM3", 79.65)


def test_a_driver_that_fails_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nexit 9\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert environment.gpu() == (None, None)


def test_peak_memory_is_this_process_s() -> None:
    assert 0.01 < environment.peak_memory_gib() < 100
