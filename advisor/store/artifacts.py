"""Whether what a run made is still what its journal says it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from harness import chain
from harness.fingerprint import fingerprint
from harness.protocol import EvaluateResult, PrepareResult, TrainResult


class Artifact(NamedTuple):
    """A file or folder that a result names by its hash."""

    name: str
    path: Path
    expected: str
    measure: Callable[[Path], str]


def changed(run_dir: Path, result: PrepareResult | TrainResult | EvaluateResult) -> Iterator[tuple[Path, str]]:
    """Each artifact of a finished run that is missing or different, with what is wrong."""
    for artifact in _artifacts(run_dir, result):
        if not artifact.path.exists():
            yield artifact.path, f"the {artifact.name} is missing"
        elif artifact.measure(artifact.path) != artifact.expected:
            yield artifact.path, f"the {artifact.name} is not the one that the run recorded"


def _artifacts(run_dir: Path, result: PrepareResult | TrainResult | EvaluateResult) -> Iterator[Artifact]:
    """What a result names; its paths are relative to the run's folder, or absolute where several runs share them."""
    if isinstance(result, TrainResult):
        yield Artifact("adapter", run_dir / result.adapter_dir, result.adapter_sha256, fingerprint)
    elif isinstance(result, EvaluateResult):
        yield Artifact("per-item journal", run_dir / result.items_path, result.items_head, _head)
    else:
        yield Artifact("model", _shared(run_dir, result.model_dir), result.model_sha256, fingerprint)
        folder = _shared(run_dir, result.data_dir)
        yield Artifact("data set's manifest", folder / "dataset.json", result.data_sha256, chain.file_sha256)
        for split, expected in result.dataset.sha256.items():
            yield Artifact(f"{split} split", folder / f"{split}.jsonl", expected, chain.file_sha256)


def _shared(run_dir: Path, recorded: str) -> Path:
    """A folder that several runs share, found again in a workspace that was moved; its hash still has to match."""
    path = run_dir / recorded
    moved = run_dir.parents[1].joinpath(*path.parts[-2:])
    return path if path.exists() or not moved.exists() else moved


def _head(path: Path) -> str:
    """The hash of a journal's last record; what breaks the chain is reported for the journal itself."""
    try:
        records = chain.read(path)
    except chain.ChainError:
        return ""
    return records[-1].hash if records else chain.GENESIS
