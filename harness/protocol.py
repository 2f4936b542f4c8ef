"""What the advisor and the harness say to each other: run specifications, events and results.

The advisor writes ``runs/ID/spec.json``; the harness writes ``runs/ID/events.jsonl`` (a chain of records, see
``harness.chain``), whose ``kind`` is the ``kind`` of one of the event models here and whose ``body`` is its fields.
Paths in a spec are absolute; paths in events are relative to the run's folder, so that a moved workspace still reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from harness import chain
from harness.span import Range as Range  # noqa: PLC0414 - readers of this module see all records of the protocol in it

PROTOCOL_VERSION = 1

RunKind = Literal["prepare", "train", "evaluate"]
Split = Literal["train", "validation", "test"]
EMBEDDED = "embedded"


class Frozen(BaseModel):
    """Base of every record: immutable, no unknown fields, no NaN or Infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# ---------------------------------------------------------------------------------------------- parts of a spec


class MoneyRange(Frozen):
    """US dollars, low to high as an 80 % interval."""

    low: Decimal
    expected: Decimal
    high: Decimal


class Price(Frozen):
    """The price that a run is counted against: what an hour would cost on the offer chosen in the plan."""

    offer_id: str
    gpu: str
    usd_per_hour: Decimal
    source: str
    as_of: date


class Planned(Frozen):
    """What the plan foresaw for a run, to be shown beside what happens.

    ``machine_hours`` and ``peak_memory_gib`` are for the machine that really runs it, ``usd`` is these hours at the price.
    """

    plan_id: str
    machine_hours: Range | None = None
    peak_memory_gib: Range | None = None
    usd: MoneyRange | None = None


class Shot(Frozen):
    """A worked example shown in a prompt."""

    input: str
    output: str


class Prompt(Frozen):
    """How an item is put to a model: system message, worked examples as earlier turns, then the item's input."""

    id: str
    system: str
    shots: tuple[Shot, ...] = ()


class LoraSettings(Frozen):
    """Adapter shape. ``targets`` are names of linear modules; all-linear by default."""

    rank: int = Field(default=8, ge=1, le=1024)
    alpha: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class EngineSettings(Frozen):
    """How outputs are generated; part of every cache key. Greedy decoding."""

    backend: Literal["vllm", "hf"] = "vllm"
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    max_model_len: int = Field(default=1024, ge=64)
    max_num_seqs: int = Field(default=32, ge=1)
    max_new_tokens: int = Field(default=16, ge=1)
    shard_items: int = Field(default=32, ge=1)
    """Items per journalled batch: what a kill can cost at most."""


class Arm(Frozen):
    """One side of a comparison: a model, perhaps an adapter, and the prompt it gets."""

    id: str
    label: str
    model_dir: str
    model_sha256: str | None = None
    """Fingerprint of the model folder, as PrepareResult gives it; a mismatch stops the run. None is not checked."""
    adapter_dir: str | None = None
    adapter_sha256: str | None = None
    """Fingerprint of the adapter folder, as TrainResult gives it; a mismatch stops the run. None is not checked."""
    prompt: Prompt


class EvaluationPlan(Frozen):
    """What is decided before any output is seen. Its digest stands in the run's first event."""

    baseline: str
    """Arm id that the candidate is measured against: the best prompt."""
    candidate: str
    metric: Literal["exact_match"] = "exact_match"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    minimum_gain: float = Field(default=0.0, ge=0, lt=1)
    """Smallest difference worth having, as a fraction of items."""
    noninferiority_margin: float = Field(default=0.02, ge=0, lt=1)
    items: int = Field(ge=1)
    guards: tuple[Literal["format_valid"], ...] = ("format_valid",)


# ------------------------------------------------------------------------------------------------------- specs


class PrepareSpec(Frozen):
    """Make a model folder and a data folder ready: convert or check the model, split and deduplicate the data."""

    kind: Literal["prepare"] = "prepare"
    run_id: str
    run_dir: str
    model: str = EMBEDDED
    """``embedded`` or a folder with config.json, safetensors weights and a tokenizer."""
    data: str = EMBEDDED
    """``embedded`` or a JSONL file."""
    model_cache: str
    """Folder under which the converted embedded model is kept, shared by runs."""
    data_dir: str
    """Where train.jsonl, validation.jsonl, test.jsonl and dataset.json are written."""
    seed: int = 17
    validation_items: int = Field(default=100, ge=1)
    test_items: int = Field(default=200, ge=1)


class TrainSpec(Frozen):
    """A LoRA run. The plan is this configuration."""

    kind: Literal["train"] = "train"
    run_id: str
    run_dir: str
    model_dir: str
    model_sha256: str
    """Fingerprint of the model folder, as PrepareResult gives it; a mismatch stops the run."""
    data_dir: str
    data_sha256: str
    """SHA-256 of dataset.json, which holds the hash of each split."""
    prompt: Prompt
    lora: LoraSettings = LoraSettings()
    learning_rate: float = Field(default=1e-3, gt=0, lt=1)
    warmup_fraction: float = Field(default=0.05, ge=0, lt=1)
    max_steps: int = Field(default=60, ge=1)
    micro_batch: int = Field(default=4, ge=1)
    grad_accum: int = Field(default=1, ge=1)
    max_seq_length: int = Field(default=512, ge=8)
    validation_rows: int = Field(default=32, ge=0)
    """Validation rows whose loss is computed at each checkpoint."""
    validation_batch: int = Field(default=16, ge=1)
    shared_prefix: bool = True
    """Compute the beginning that a batch's rows share once, where the model allows it; same loss and gradients."""
    checkpoint_every: int = Field(default=10, ge=1)
    keep_checkpoints: int = Field(default=2, ge=1)
    dtype: Literal["float32", "bfloat16"] = "float32"
    seed: int = 17
    price: Price | None = None
    planned: Planned | None = None


class EvaluateSpec(Frozen):
    """All arms on the same items in one process."""

    kind: Literal["evaluate"] = "evaluate"
    run_id: str
    run_dir: str
    data_dir: str
    data_sha256: str
    split: Split = "test"
    items: int | None = Field(default=None, ge=1)
    """The first so many items of the split; None is all."""
    arms: tuple[Arm, ...] = Field(min_length=1)
    plan: EvaluationPlan | None = None
    """None for a probe: arms are scored, no verdict is drawn."""
    engine: EngineSettings = EngineSettings()
    seed: int = 17
    price: Price | None = None
    planned: Planned | None = None


RunSpec = Annotated[PrepareSpec | TrainSpec | EvaluateSpec, Field(discriminator="kind")]
RUN_SPEC: TypeAdapter[PrepareSpec | TrainSpec | EvaluateSpec] = TypeAdapter(RunSpec)


# ----------------------------------------------------------------------------------------------------- results


class DatasetManifest(Frozen):
    """``dataset.json``: what the splits hold, where they come from, and what was removed."""

    name: str
    task: Literal["classification", "generation"]
    instruction: str
    """What the model is asked to do, in one sentence or two; becomes the system message."""
    labels: tuple[str, ...] = ()
    rows: dict[Split, int]
    sha256: dict[Split, str]
    duplicates_removed: int
    overlaps_removed: int
    """Rows dropped because the same text stands in another split."""
    source: str
    license: str
    attribution: str | None = None
    seed: int


class Row(Frozen):
    """A line of train.jsonl, validation.jsonl or test.jsonl. ``id`` is stable: derived from the input text."""

    id: str
    input: str
    output: str


class ModelFacts(Frozen):
    """What the folder's config and safetensors headers say; parameters are counted, not quoted."""

    architecture: str
    total_params: int
    num_layers: int
    hidden_size: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    intermediate_size: int
    vocab_size: int
    tied_embeddings: bool
    weight_bytes: int
    context_length: int | None


class MachineFacts(Frozen):
    """What the machine that runs it can do, measured where it can be."""

    host: str
    cpu: str
    cores: int
    memory_gib: float
    fp32_gflops: float | None = None
    """Sustained single-precision matrix product of torch on all cores, measured."""
    gpu: str | None = None
    gpu_memory_gib: float | None = None
    versions: dict[str, str] = {}


class PrepareResult(Frozen):
    """The end of a prepare run."""

    kind: Literal["prepare"] = "prepare"
    model_dir: str
    model_sha256: str
    model_name: str
    model_notes: tuple[str, ...] = ()
    model: ModelFacts
    data_dir: str
    data_sha256: str
    dataset: DatasetManifest
    machine: MachineFacts
    mean_prompt_tokens: float
    mean_example_tokens: float
    """Prompt and answer of a training row, in the model's own tokens, with the zero-shot prompt."""
    shared_prefix_tokens: int = 0
    """Tokens that every training row begins with; a run computes them once a step."""
    seconds: float


class TrainResult(Frozen):
    """The end of a LoRA run. Money is ``machine_hours`` at the spec's price."""

    kind: Literal["train"] = "train"
    steps: int
    examples: int
    tokens: int
    trained_tokens: int
    first_loss: float
    final_loss: float
    validation_loss: float | None
    adapter_dir: str
    adapter_sha256: str
    adapter_params: int
    peak_memory_gib: float
    tokens_per_second: float
    examples_per_second: float
    machine_hours: float
    """Time the process worked on this run, over all its sessions; steps redone after a kill count again."""
    usd: Decimal | None
    learned: bool
    """False when the loss did not fall: a result, not a success."""


class ArmScore(Frozen):
    """One arm's result on the items."""

    arm: str
    items: int
    correct: int
    format_valid: int
    """Outputs that are one of the labels; equals ``items`` where any text is allowed."""
    errors: int
    """Items without an output; never counted as wrong silently."""
    seconds: float
    """Generation only."""
    prompt_tokens: int
    output_tokens: int


class EvaluateResult(Frozen):
    """The end of an evaluation."""

    kind: Literal["evaluate"] = "evaluate"
    arms: tuple[ArmScore, ...]
    items_path: str
    items_head: str
    """Hash of the last record of the per-item journal."""
    engine: str
    """Engine name and version, as it reported itself."""
    peak_memory_gib: float
    machine_hours: float
    usd: Decimal | None


RunResult = Annotated[PrepareResult | TrainResult | EvaluateResult, Field(discriminator="kind")]


class ItemResult(Frozen):
    """One item in one arm; lives in ``items.jsonl``, a chain whose records (kind ``items``) hold a batch each."""

    arm: str
    key: str
    """Digest of model, adapter, prompt, engine, settings and item: a cached output is used only where all agree."""
    item: str
    index: int
    input: str
    target: str
    output: str | None
    """The raw text the model gave; None where it failed, with ``error``."""
    prediction: str | None
    correct: bool | None
    format_valid: bool | None
    prompt_tokens: int
    output_tokens: int
    error: str | None = None


# ------------------------------------------------------------------------------------------------------ events


class Event(Frozen):
    """Base of events. ``elapsed_s`` is monotonic and counts all sessions of the run, also those before a resume."""

    elapsed_s: float


class RunStarted(Event):
    """First record of each session of a run."""

    kind: Literal["run_started"] = "run_started"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    run_kind: RunKind
    pid: int
    host: str
    boot_id: str
    spec_sha256: str
    plan_sha256: str | None = None
    versions: dict[str, str] = {}
    resumed: bool = False
    resumed_from_step: int | None = None


class StageStarted(Event):
    """Work on a named part begins: ``load model``, ``convert``, ``arm base``."""

    kind: Literal["stage_started"] = "stage_started"
    stage: str
    detail: str = ""


class StageFinished(Event):
    """A named part is done; seconds are monotonic."""

    kind: Literal["stage_finished"] = "stage_finished"
    stage: str
    seconds: float
    detail: str = ""


class StepDone(Event):
    """One optimizer step. Speeds are over this session's steps so far."""

    kind: Literal["step"] = "step"
    step: int
    total_steps: int
    loss: float
    learning_rate: float
    grad_norm: float | None
    tokens: int
    """Tokens processed so far in the whole run, prompts included."""
    examples: int
    tokens_per_second: float
    peak_memory_gib: float
    usd_so_far: Decimal | None
    eta_s: float | None


class ValidationLoss(Event):
    """Loss on validation rows at a step."""

    kind: Literal["validation_loss"] = "validation_loss"
    step: int
    loss: float


class CheckpointSaved(Event):
    """A complete checkpoint is on disk with its marker."""

    kind: Literal["checkpoint"] = "checkpoint"
    step: int
    path: str
    sha256: str


class ArmProgress(Event):
    """A batch of items of an arm is journalled."""

    kind: Literal["arm_progress"] = "arm_progress"
    arm: str
    done: int
    total: int
    correct: int
    cached: int
    """Of ``done``, how many came from the per-item journal of an earlier session."""
    usd_so_far: Decimal | None = None


class ArmFinished(Event):
    """An arm has all its items."""

    kind: Literal["arm_finished"] = "arm_finished"
    score: ArmScore


class Warned(Event):
    """Something a person should know; the run goes on."""

    kind: Literal["warning"] = "warning"
    message: str


class RunInterrupted(Event):
    """The run ended by a signal with what it had saved; ``resume`` is the exact command that goes on."""

    kind: Literal["interrupted"] = "interrupted"
    signal: str
    step: int | None
    resume: str


class RunFailed(Event):
    """The run ended by an error: what happened, and how to go on."""

    kind: Literal["failed"] = "failed"
    error: str
    hint: str
    bad_input: bool = False
    """True when the input was at fault (exit 2)."""


class RunFinished(Event):
    """Last record of a run that reached its end."""

    kind: Literal["finished"] = "finished"
    result: RunResult


RunEvent = Annotated[
    RunStarted
    | StageStarted
    | StageFinished
    | StepDone
    | ValidationLoss
    | CheckpointSaved
    | ArmProgress
    | ArmFinished
    | Warned
    | RunInterrupted
    | RunFailed
    | RunFinished,
    Field(discriminator="kind"),
]
RUN_EVENT: TypeAdapter[Any] = TypeAdapter(RunEvent)
TERMINAL_KINDS = frozenset({"interrupted", "failed", "finished"})


def event_body(event: Event) -> dict[str, Any]:
    """An event's fields as JSON values, without its kind, which the record carries."""
    return event.model_dump(mode="json", exclude={"kind"})


def to_event(record: chain.Record) -> Event:
    """The typed event of a journal record."""
    event: Event = RUN_EVENT.validate_python({"kind": record.kind, **record.body})
    return event


def read_events(run_dir: Path) -> list[Event]:
    """All events of a run, with the chain checked. Raises ChainError."""
    return [to_event(record) for record in chain.read(run_dir / "events.jsonl")]


def read_items(run_dir: Path) -> Iterator[ItemResult]:
    """All per-item results of an evaluation, with the chain checked. Raises ChainError."""
    for record in chain.read(run_dir / "items.jsonl"):
        yield from (ItemResult.model_validate(item) for item in record.body["items"])


def steps(events: Iterable[Event]) -> list[StepDone]:
    """One event per step, in order; a step that was done again after a kill counts as it was done last."""
    last = {event.step: event for event in events if isinstance(event, StepDone)}
    return [last[step] for step in sorted(last)]


def validation_losses(events: Iterable[Event]) -> list[ValidationLoss]:
    """One validation loss per step, in order."""
    last = {event.step: event for event in events if isinstance(event, ValidationLoss)}
    return [last[step] for step in sorted(last)]


def finished(events: Iterable[Event]) -> PrepareResult | TrainResult | EvaluateResult | None:
    """The result of a run, if it reached its end."""
    results = [event.result for event in events if isinstance(event, RunFinished)]
    return results[-1] if results else None


def read_spec(path: Path) -> PrepareSpec | TrainSpec | EvaluateSpec:
    """A spec file. Raises pydantic.ValidationError or OSError."""
    return RUN_SPEC.validate_json(path.read_bytes())
