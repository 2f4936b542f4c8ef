"""The section of the page on accuracy that compares with other tools, from what ``benchmarks/estimator/peers.py`` wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "estimator"
PARTS = {
    "memory": "peak memory",
    "throughput": "training speed",
    "serving": "serving speed",
    "serving_memory": "memory of serving",
    "kv_cache": "room for context",
}


def section() -> list[str]:
    """Lines of the section; none before the comparison was made."""
    found = sorted(FOLDER.glob("results-peers-*.json"))
    return _section(json.loads(found[-1].read_text("utf-8"))) if found else []


def _section(found: Mapping[str, Any]) -> list[str]:
    return [
        "## Beside other tools",
        "",
        f"The same measurements put to other tools, {found['date']}, by `python -m benchmarks.estimator.peers`; how each is asked",
        "stands in its adapter in `benchmarks/estimator/adapters`. A tool is scored on the rows that it answers, this estimator on",
        "those same rows, their source left out of the fit (shipped in brackets). Dimensions of models were handed to all alike.",
        "None of the tools gives an interval.",
        "",
        "| | tool | rows answered | median error | within 20 % | too low | ours: median error | ours: within 20 % |",
        "|---|---|---|---|---|---|---|---|",
        *_rows(found),
        "",
        *_commands(found),
    ]


def _rows(found: Mapping[str, Any]) -> list[str]:
    return [
        _row(PARTS[part], f"{name} {found['versions'][name]}", one, of["rows"])
        for part, of in found["parts"].items()
        for name, one in of["peers"].items()
        if one["score"]
    ]


def _row(part: str, name: str, one: Mapping[str, Any], rows: int) -> str:
    theirs = [f"{one['score'][field]:.0%}" for field in ("median_error", "within_20", "too_low")]
    ours = [_ours(one["ours_on_the_same"], field) for field in ("median_error", "within_20")]
    return f"| {part} | {name} | {one['answered']} of {rows} | " + " | ".join((*theirs, *ours)) + " |"


def _ours(ways: Mapping[str, Any], field: str) -> str:
    if ways["left_out"] is None:
        return "not estimated"
    return f"{ways['left_out'][field]:.0%} ({ways['shipped'][field]:.0%})"


def _commands(found: Mapping[str, Any]) -> list[str]:
    """Times of whole commands over ours, one run of each after the other."""
    said = [f"{name} {one['ratio']:.1f}x" for name, one in found["commands"].items() if name != "tunewise"]
    absent = [name for name, version in found["versions"].items() if version is None]
    machine = found["machine"]
    lines = [
        f"A whole command for one workload, as the median of its time over `tunewise estimate --json` in the same round, on {machine['cores']}",
        f"cores ({machine['cpu']}): {', '.join(said)}.",
    ]
    return [*lines, *([f"Not installed: {', '.join(absent)}."] if absent else [])]
