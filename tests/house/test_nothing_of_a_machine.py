"""No file of the project names a package registry or a place on somebody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = ("pypi" + ".org", "python" + "hosted", "npm" + "js", "conda" + ".anaconda", "/simple" + "/")
HOMES = re.compile(r"(?<![\w.])/(?:root|work|opt)/[a-z]")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    found = []
    for path in tracked():
        if not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text("utf-8", errors="ignore")
        found += [f"{path.name}: {word}" for word in REGISTRIES if word in text]
        found += [f"{path.name}: {match.group()}" for match in HOMES.finditer(text)]

    assert found == []
