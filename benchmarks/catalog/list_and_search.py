"""Whole commands, `tunewise catalog list` and `search`, beside the same of llmfit, in one interleaved run.

    python -m venv ../peer && ../peer/bin/pip install llmfit
    .venv/bin/python benchmarks/catalog/list_and_search.py --peer ../peer/bin/llmfit

A pair is one run of each, one after the other; what is told is the median of each and the median of the pairs' ratios.
Ours is timed twice: with the bytecode that Python keeps after a first run, and as the environment was installed with
PYTHONDONTWRITEBYTECODE set, where what the installer did not compile is compiled anew in every run. Output goes to the
null device. The two catalogs differ: the numbers of models are told beside the times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
OURS = Path(sys.executable).parent / "tunewise"
QUERIES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "list": (("catalog", "list"), ("list",)),
    "list as JSON": (("catalog", "list", "--json"), ("list", "--json")),
    "search qwen2.5": (("catalog", "search", "qwen2.5"), ("search", "qwen2.5")),
    "search qwen2.5 as JSON": (("catalog", "search", "qwen2.5", "--json"), ("search", "qwen2.5", "--json")),
}
"""What is asked: our arguments, and the peer's."""


class Pair(NamedTuple):
    """Wall-clock seconds of the two commands, run one after the other."""

    ours: float
    peer: float


def main() -> None:
    """Time every query in both states of the bytecode, print a table and write it with the facts of the machine."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", type=Path, required=True, help="the executable llmfit, in an environment of its own")
    parser.add_argument("--pairs", type=int, default=15, help="counted pairs for each query")
    parser.add_argument("--output", type=Path, default=HERE / f"results-{date.today()}.json")  # noqa: DTZ011 - a label
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        states = {"bytecode kept": kept(folder), "none kept": as_installed(folder)}
        results = [timed(name, query, given.peer, states[state], given.pairs) | {"state": state}
                   for state in states for name, query in QUERIES.items()]  # fmt: skip
        document = {"machine": machine(), "peer": said(given.peer, "--version"), "pairs": given.pairs,
                    "models": sizes(given.peer, states["bytecode kept"]), "results": results}  # fmt: skip
    given.output.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print("\n".join([*told(document), f"written to {given.output}"]))


def kept(folder: str) -> dict[str, str]:
    """Python as it comes: a first run keeps bytecode, here in a folder of its own. No workspace, so no own facts."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "TUNEWISE_WORKSPACE": f"{folder}/none"}


def as_installed(folder: str) -> dict[str, str]:
    """Only the bytecode that is there already, in the standard library at least; none is kept."""
    return dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": "1", "TUNEWISE_WORKSPACE": f"{folder}/none"}


def timed(
    name: str, query: tuple[Sequence[str], Sequence[str]], peer: Path, environment: dict[str, str], pairs: int
) -> dict[str, Any]:
    """Medians in seconds of a query, after two pairs that do not count."""
    found = [
        Pair(seconds([str(OURS), *query[0]], environment), seconds([str(peer), *query[1]], environment))
        for _ in range(pairs + 2)
    ][2:]
    ratios = sorted(pair.ours / pair.peer for pair in found)
    return {
        "query": name,
        "ours_seconds": round(statistics.median(pair.ours for pair in found), 4),
        "peer_seconds": round(statistics.median(pair.peer for pair in found), 4),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_quartiles": [round(one, 3) for one in statistics.quantiles(ratios, n=4)[::2]],
    }


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall-clock time of a whole process that ends well."""
    begun = time.perf_counter()
    subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def sizes(peer: Path, environment: dict[str, str]) -> dict[str, int]:
    """How many models each of the two lists."""
    ours = subprocess.run([OURS, "catalog", "list", "--json"], env=environment, capture_output=True, check=True).stdout
    theirs = subprocess.run([peer, "list", "--json"], env=environment, capture_output=True, check=True).stdout
    return {"ours": len(json.loads(ours)["models"]), "peer": len(json.loads(theirs))}


def machine() -> dict[str, str | int | None]:
    """What the times depend on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    return {
        "processor": model or platform.processor(),
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def said(*command: object) -> str:
    """What a command prints."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.strip()


def told(document: dict[str, Any]) -> list[str]:
    """A table of the results."""
    counts = document["models"]
    lines = [
        f"{document['peer']} lists {counts['peer']:,} models, tunewise {counts['ours']:,}; {document['pairs']} pairs"
    ]
    lines += [f"{'':<38}{'ours':>9}{'peer':>9}{'ratio':>8}   middle half"]
    for one in document["results"]:
        low, high = one["ratio_quartiles"]
        name = f"{one['query']}, {one['state']}"
        lines.append(
            f"{name:<38}{one['ours_seconds']:>8.3f}s{one['peer_seconds']:>8.3f}s{one['ratio']:>8.2f}   {low:.2f}-{high:.2f}"
        )
    return lines


if __name__ == "__main__":
    main()
