"""What times were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Processor, cores and Python."""
    named = (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name"))
    found = {"cpu": next(named, platform.processor()), "cores": os.cpu_count()}
    return found | {"python": platform.python_version(), "system": platform.system()}


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
