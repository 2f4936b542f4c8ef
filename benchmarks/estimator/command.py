"""How long ``tunewise estimate`` takes as a whole command, for one workload and for files of many.

    python -m benchmarks.estimator.command [--runs 21] [--lines 100000 1000000]

The files hold the settings of published measurements with lengths and batches drawn at random, half training and half
serving; one line is wrong and skipped. Seconds are of the clock and of the processor, with the largest memory of the
process. Beside one workload stands a Python that does nothing, in turn: what no command can be faster than.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.estimator.machine import machine
from benchmarks.estimator.peers import WORKLOAD
from scripts.estimator.rows import question, read

HERE = Path(__file__).resolve().parent
PROGRAM = str(Path(sys.executable).with_name("tunewise"))
SETTINGS = 50
"""Of each kind."""
BAD = '{"id": "bad", "task": "training", "model": "phi-2", "method": "lora", "seq_len": -1}\n'


class Took(NamedTuple):
    """A whole process."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    """At least that of this program, from which the process starts."""
    code: int


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21, help="of the command for one workload")
    parser.add_argument("--lines", type=int, nargs="*", default=[100_000, 1_000_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "one_workload": one_workload(Path(folder), given.runs),
            "files": [many(Path(folder), count) for count in given.lines],
        }
    target = HERE / f"results-command-{found['date']}.json"
    target.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))


def one_workload(folder: Path, runs: int) -> dict[str, dict[str, float]]:
    """Seconds of the command, as JSON and as text, and of an empty Python, in turn after one run that does not count."""
    spec = folder / "one.jsonl"
    spec.write_text(json.dumps(WORKLOAD) + "\n")
    commands = {
        "json": [PROGRAM, "estimate", str(spec), "--json"],
        "text": [PROGRAM, "estimate", str(spec)],
        "empty_python": [sys.executable, "-c", "pass"],
    }
    took: dict[str, list[Took]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            one = run(command, folder)
            took[name] += [one] if number else []
    return {name: _summary(found) for name, found in took.items()}


def _summary(found: Sequence[Took]) -> dict[str, float]:
    walls = [one.wall_s for one in found]
    return {
        "median_wall_s": round(statistics.median(walls), 4),
        "least_wall_s": round(min(walls), 4),
        "most_wall_s": round(max(walls), 4),
        "median_cpu_s": round(statistics.median(one.cpu_s for one in found), 4),
        "runs": len(found),
    }


def many(folder: Path, count: int) -> dict[str, Any]:
    """A file of so many workloads and a wrong one, with and without ``--skip-bad``."""
    path = folder / f"{count}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_lines(count))
    skipping = run([PROGRAM, "estimate", str(path), "--json", "--skip-bad"], folder)
    stopping = run([PROGRAM, "estimate", str(path), "--json"], folder)
    return {
        "lines": count + 1,
        "mib": round(path.stat().st_size / 2**20, 1),
        "skip_bad": skipping._asdict(),
        "stopped_at_the_bad_line": stopping._asdict(),
        "us_of_cpu_per_line": round(skipping.cpu_s / count * 1e6, 1),
    }


def _lines(count: int) -> Iterator[str]:
    rng = random.Random(1)
    settings = [setting for task in ("training", "serving") for setting in _settings(task)]
    for number in range(count):
        yield json.dumps({**_drawn(rng.choice(settings), rng), "id": f"w{number}"}) + "\n"
        if number == int(0.9 * count):
            yield BAD


def _settings(task: str) -> list[dict[str, object]]:
    rows = [question(row, task) for row in read(task) if row["row_kind"] in ("measured", "throughput", "bs1_speed")]
    known = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return known[:: max(1, len(known) // SETTINGS)][:SETTINGS]


def _drawn(setting: dict[str, object], rng: random.Random) -> dict[str, object]:
    drawn = dict(setting)
    for name, most in {"seq_len": 8192, "input_len": 8192, "output_len": 8192, "micro_batch": 16}.items():
        if name in setting:
            drawn[name] = rng.randint(1, most)
    return drawn


def run(command: Sequence[str], folder: Path) -> Took:
    """A process from start to end, its output read by nobody."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Took(round(wall, 4), round(used.ru_utime + used.ru_stime, 4), used.ru_maxrss / 1024, process.returncode)


if __name__ == "__main__":
    main()
