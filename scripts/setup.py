"""Makes the environment in .venv, or repairs it; standard library only, so that any Python can run it.

A marker file says that an installation is under way: whoever finds it starts over, so that a set-up that was killed
half way never stays half made. A stamp holds a digest of everything that the environment is made from: while it
agrees there is nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNDER_WAY = VENV / ".under-way"
REQUIREMENTS = ROOT / "requirements"
OURS = ("advisor", "catalog", "harness")
LIGHT = (
    "annotated_types", "click", "duckdb", "genai_prices", "httpx2", "jinja2", "linkify_it", "markdown_it", "markupsafe",
    "mdit_py_plugins", "numpy", "platformdirs", "pydantic", "pydantic_core", "pygments", "rich", "textual", "tomlkit",
    "typing_inspection", "yaml",
)  # fmt: skip
"""What the commands import that load no model."""
INPUTS = (ROOT / "pyproject.toml", *sorted(REQUIREMENTS.glob("*.txt")), Path(__file__).resolve())


def main() -> int:
    """Bring .venv up to date with the extras asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--extras", default="auto", help="comma-separated; auto is gpu,dev with an NVIDIA driver, else cpu,dev"
    )
    extras = _extras(parser.parse_args().extras)
    check_python()
    stamp, wanted = VENV / ".stamp", digest(extras)
    if not UNDER_WAY.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    started = time.monotonic()
    install(extras)
    stamp.write_text(wanted)
    UNDER_WAY.unlink()
    print(f"environment ready in {VENV.name} ({', '.join(extras) or 'core'}): {time.monotonic() - started:.0f} s")
    return 0


def _extras(given: str) -> list[str]:
    if given == "auto":
        return ["gpu" if shutil.which("nvidia-smi") else "cpu", "dev"]
    return [name for name in given.split(",") if name]


def check_python() -> None:
    """Stop with one line where this Python is too old or too new."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"tunewise needs Python 3.11 to 3.13, this is {found}; choose one: make PYTHON=python3.11")


def digest(extras: list[str]) -> str:
    """What the environment is made from, in one hash."""
    parts = [sys.version, *extras, *(path.read_text() for path in INPUTS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def install(extras: list[str]) -> None:
    """Create the environment anew unless a whole one is there, then install into it."""
    if UNDER_WAY.exists() or not (VENV / ".stamp").exists():
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    UNDER_WAY.touch()
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "-c", str(REQUIREMENTS / "constraints.txt"), "uv")
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    target = f".[{','.join(extras)}]" if extras else "."
    environment = uv_environment(extras)
    run(*uv, *held_versions(extras), "-e", target, env=environment)
    if {"cpu", "gpu"} & set(extras):
        run(*uv, "--no-deps", "-r", str(REQUIREMENTS / "embedded.txt"), env=environment)
    compile_light()


def compile_light() -> None:
    """Keep bytecode of what every command imports: the first is then as fast as the next, also where none is written."""
    installed = next(VENV.glob("lib/python*/site-packages"))
    folders = [ROOT / name for name in OURS] + [installed / name for name in LIGHT]
    run(str(PYTHON), "-m", "compileall", "-q", *(str(folder) for folder in folders if folder.is_dir()))


def held_versions(extras: list[str]) -> list[str]:
    """Options that hold the tested versions; for the extra cpu also those that leave out its CUDA builds."""
    options = ["-c", str(REQUIREMENTS / "constraints.txt")]
    if "cpu" in extras:
        options += ["-c", str(REQUIREMENTS / "constraints-cpu.txt")]
        options += ["--overrides", str(REQUIREMENTS / "overrides-cpu.txt")]
    return options


def uv_environment(extras: list[str]) -> dict[str, str]:
    """uv does not read pip's configuration: hand over what pip was told about indexes, links and certificates."""
    environment = dict(os.environ)
    told = {
        "UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS") or pip_setting("find-links"),
        "UV_DEFAULT_INDEX": os.environ.get("PIP_INDEX_URL") or pip_setting("index-url"),
        "SSL_CERT_FILE": os.environ.get("PIP_CERT") or pip_setting("cert"),
    }
    for name, value in told.items():
        if value:
            environment.setdefault(name, value)
    if "UV_FIND_LINKS" not in environment:
        environment.setdefault("UV_TORCH_BACKEND", "cpu" if "cpu" in extras else "auto")
    return environment


def pip_setting(name: str) -> str | None:
    """A global setting of pip, if there is one."""
    asked = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "get", f"global.{name}"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run one step; on failure say which, and how to go on."""
    outcome = subprocess.run(command, cwd=ROOT, env=env, check=False)
    if outcome.returncode:
        shown = " ".join(command[:6])
        raise SystemExit(
            f"set-up stopped: `{shown} …` gave {outcome.returncode}; run the same make target again to start it over"
        )


if __name__ == "__main__":
    sys.exit(main())
