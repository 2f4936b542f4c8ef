"""Prepare: a checked model folder, a split data folder, and what this machine can do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from harness import chat, data, model
from harness.emit import Emitter
from harness.environment import machine_facts
from harness.protocol import DatasetManifest, PrepareResult, PrepareSpec

MEASURED_ROWS = 256
"""Training rows whose tokens are counted for the means."""


class MeanTokens(NamedTuple):
    """Tokens of a training row with the zero-shot prompt."""

    prompt: float
    example: float
    shared_prefix: int


def run(spec: PrepareSpec, emitter: Emitter) -> PrepareResult:
    """Make model and data ready; each step that is already done is checked and kept."""
    with emitter.stage("data") as stage:
        ready_data = data.ready(spec, warn=emitter.warn)
        stage.detail = f"{ready_data.manifest.name}: " + sizes(ready_data.manifest)
    with emitter.stage("model") as stage:
        ready_model = model.ready(spec.model, Path(spec.model_cache), warn=emitter.warn)
        stage.detail = f"{ready_model.name}, {ready_model.facts.total_params / 1e6:.1f} M parameters"
    with emitter.stage("tokens") as stage:
        tokens = count_tokens(ready_model.folder, ready_data)
        stage.detail = f"{tokens.example:.0f} an example, {tokens.prompt:.0f} of them the prompt"
    with emitter.stage("machine") as stage:
        machine = machine_facts()
        stage.detail = f"{machine.cores} cores, {machine.fp32_gflops} GFLOP/s in fp32"
    return PrepareResult(
        model_dir=str(ready_model.folder),
        model_sha256=ready_model.sha256,
        model_name=ready_model.name,
        model_notes=ready_model.notes,
        model=ready_model.facts,
        data_dir=str(ready_data.folder),
        data_sha256=ready_data.sha256,
        dataset=ready_data.manifest,
        machine=machine,
        mean_prompt_tokens=tokens.prompt,
        mean_example_tokens=tokens.example,
        shared_prefix_tokens=tokens.shared_prefix,
        seconds=emitter.elapsed(),
    )


def sizes(manifest: DatasetManifest) -> str:
    """How many rows each split has, in words."""
    return ", ".join(f"{manifest.rows[split]} {split}" for split in data.SPLITS)


def count_tokens(model_dir: Path, ready_data: data.ReadyData) -> MeanTokens:
    """Means over the first training rows; also proves that the chat template takes the task's prompt."""
    tokenizer = chat.load_tokenizer(model_dir)
    prompt = data.read_prompts(ready_data.folder)[0]
    chat.check_template(tokenizer, prompt)
    rows = data.read_rows(ready_data.folder, "train", ready_data.manifest)[:MEASURED_ROWS]
    encoded = [chat.encode_row(tokenizer, prompt, row) for row in rows]
    return MeanTokens(
        prompt=round(fmean(row.target_start for row in encoded), 2),
        example=round(fmean(len(row.input_ids) for row in encoded), 2),
        shared_prefix=shared_length([row.input_ids for row in encoded]),
    )


def shared_length(sequences: Sequence[Sequence[int]]) -> int:
    """How many tokens all sequences begin with."""
    columns = enumerate(zip(*sequences, strict=False))
    return next((place for place, column in columns if len(set(column)) > 1), min(map(len, sequences), default=0))
