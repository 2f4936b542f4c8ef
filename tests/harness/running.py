"""Starting the harness as a process, as the runner does, and writing the specifications it takes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import chain, data, fingerprint
from harness.protocol import LoraSettings, PrepareSpec, Prompt, Split, TrainSpec
from harness.rows import read_pairs
from harness.splitting import split_pool

ROOT = Path(__file__).parents[2]
Spec = PrepareSpec | TrainSpec


def write_spec(spec: Spec, path: Path) -> Path:
    """Save a specification."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spec.model_dump_json(), encoding="utf-8")
    return path


def command(spec: Spec, folder: Path) -> list[str]:
    """The command line that runs a specification."""
    path = write_spec(spec, folder / f"{spec.run_id}.json")
    return [sys.executable, "-P", "-m", "harness", spec.kind, str(path)]


def environment() -> dict[str, str]:
    """One thread: another number of threads sums in another order."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def run(spec: Spec, folder: Path, *, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    return subprocess.run(
        command(spec, folder),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=environment(),
        cwd=folder,
    )


@contextmanager
def started(spec: Spec, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run in the background; killed at the end of the block if it still runs."""
    with (folder / f"{spec.run_id}.log").open("ab") as log:
        process = subprocess.Popen(command(spec, folder), stdout=log, stderr=log, env=environment(), cwd=folder)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(run_dir: Path, kind: str, *, count: int = 1, timeout: float = 120) -> list[dict[str, Any]]:
    """The events of a kind, once there are so many; fails after the timeout."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = [record.body for record in chain.read(run_dir / "events.jsonl") if record.kind == kind]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {kind} event within {timeout} s")


def kinds(run_dir: Path) -> list[str]:
    """The kinds of a run's events, in order."""
    return [record.kind for record in chain.read(run_dir / "events.jsonl")]


def send(process: subprocess.Popen[bytes], name: signal.Signals) -> int:
    """Send a signal and return the exit code."""
    process.send_signal(name)
    return process.wait(timeout=60)


def write_data(folder: Path, source: Path, *, seed: int = 17) -> Path:
    """A data folder made of a JSONL file, as a prepare run makes it."""
    splits = split_pool(read_pairs(source), validation_items=9, test_items=9, seed=seed)
    data.write(folder, splits, data.label_set(splits), data.Provenance("tiny", source.name, "none", None), seed)
    return folder


def train_spec(root: Path, run_id: str, *, model: Path, data_dir: Path, **changes: Any) -> TrainSpec:
    """A short run on the tiny model."""
    base = TrainSpec(
        run_id=run_id,
        run_dir=str(root / "runs" / run_id),
        model_dir=str(model),
        model_sha256=fingerprint.fingerprint(model),
        data_dir=str(data_dir),
        data_sha256=chain.file_sha256(data_dir / "dataset.json"),
        prompt=Prompt(id="zero_shot", system="Classify the message. Labels: card; rate; refund."),
        lora=LoraSettings(rank=4, alpha=8, dropout=0.1),
        learning_rate=5e-3,
        max_steps=8,
        micro_batch=3,
        max_seq_length=200,
        validation_rows=6,
        checkpoint_every=2,
    )
    return base.model_copy(update=changes)


def rows_of(folder: Path, split: Split) -> list[dict[str, Any]]:
    """The rows of a split."""
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
