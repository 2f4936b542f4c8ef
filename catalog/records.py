"""The facts: every one dated, sourced, and marked with how far to trust it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["verified", "sourced", "recalled", "judgement"]
Origin = Literal["bundled", "snapshot", "overlay", "imported"]
"""Comes with the package, from an update, from the user's own facts, or from a folder or file the user imported."""


class Fact(BaseModel):
    """Base of every record of the catalog."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    as_of: date
    source: str = Field(min_length=3)
    confidence: Confidence
    origin: Origin = "bundled"
    """Where the record was read; set when it is read, never written in a file of the catalog."""

    @property
    def recalled(self) -> bool:
        """Whether it rests on memory or judgement and must show its mark wherever it is used."""
        return self.confidence in ("recalled", "judgement")


class Architecture(Fact):
    """What config.json says of a model beyond the dimensions that all models share."""

    id: str
    """Of the model."""
    model_type: str
    """As config.json names the architecture; decides which biases and norms a layer has."""
    config: dict[str, str] = {}
    """Further fields of config.json by their own names, as text: ``q_lora_rank``, ``linear_num_key_heads`` ..."""


class Model(Fact):
    """A model, open or behind an API, with its architecture, prices, lifecycle and scores joined to it.

    Dimensions are None where they are not published, prices None where the model is unpriced.
    """

    id: str
    name: str
    family: str
    vendor: str
    kind: Literal["open", "api"]
    license: str | None = None
    commercial_use: Literal["yes", "no", "conditions", "unknown"] = "unknown"
    license_conditions: str | None = None
    fine_tunable: Literal["self_host", "hosted", "closing", "no", "unknown"] = "unknown"
    fine_tune_note: str | None = None
    total_params: int | None = Field(default=None, gt=0)
    """As published; ``params_counted`` says of what."""
    active_params: int | None = Field(default=None, gt=0)
    """Of the language model, used for one token: its embeddings and the experts that are chosen, no encoder of images
    or sound. Computed from the configuration; a rounded figure of the source stands in the note."""
    num_layers: int | None = Field(default=None, gt=0)
    hidden_size: int | None = Field(default=None, gt=0)
    num_heads: int | None = Field(default=None, gt=0)
    num_kv_heads: int | None = Field(default=None, gt=0)
    head_dim: int | None = Field(default=None, gt=0)
    intermediate_size: int | None = Field(default=None, gt=0)
    vocab_size: int | None = Field(default=None, gt=0)
    tied_embeddings: bool | None = None
    model_type: str | None = None
    """As config.json names the architecture; decides which biases and norms a layer has."""
    num_experts: int | None = Field(default=None, gt=0)
    experts_per_token: int | None = Field(default=None, gt=0)
    expert_size: int | None = Field(default=None, gt=0)
    """Width of one expert, for mixtures of experts."""
    shared_expert_size: int | None = Field(default=None, gt=0)
    """Width of the expert that every token uses."""
    dense_layers: int | None = Field(default=None, ge=0)
    """Layers before the first with experts."""
    sliding_window: int | None = Field(default=None, gt=0)
    full_attention_layers: int | None = Field(default=None, ge=0)
    sliding_or_linear_layers: int | None = Field(default=None, ge=0)
    mla_kv_lora_rank: int | None = Field(default=None, gt=0)
    mla_rope_dim: int | None = Field(default=None, gt=0)
    mla_q_lora_rank: int | None = Field(default=None, gt=0)
    config: dict[str, str] = {}
    """Of its architecture."""
    attention: str | None = None
    """In words: ``gqa``, ``gqa+sliding(1024) 5:1``, ``hybrid gated-deltanet 3:1`` ..."""
    kv_bytes_per_token: int | None = Field(default=None, gt=0)
    """At 16 bits, every layer that keeps one of its own, computed from the configuration; a sliding window needs less
    on long inputs."""
    param_check: Literal["exact", "approximate"] | None = None
    """Exact: the fields above and the architecture give ``total_params`` to the unit, and none was chosen for it."""
    param_note: str | None = None
    """Why the count is not exact."""
    params_counted: Literal["model", "stored"] | None = None
    """What ``total_params`` holds: the model as it runs, encoders included, or all that is stored, layers that predict
    further ahead included."""
    release_date: date | None = None
    gated: bool | None = None
    modality: str | None = None
    """``text``, ``text+image`` ..."""
    chat_template: str | None = None
    gguf_repo: str | None = None
    strengths: str | None = None
    max_output_tokens: int | None = Field(default=None, gt=0)
    tool_use: bool | None = None
    native_context_tokens: int | None = Field(default=None, gt=0)
    extended_context_tokens: int | None = Field(default=None, gt=0)
    extended_context_note: str | None = None
    languages: tuple[str, ...] = ()
    """Language codes; ``multilingual-N`` where only a number is published."""
    lifecycle: Literal["current", "deprecated", "retired", "open_weights", "unknown"] = "unknown"
    shutdown_date: date | None = None
    replacement: str | None = None
    lifecycle_source: str | None = None
    lifecycle_as_of: date | None = None
    input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    """Per million tokens."""
    cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_input_from_tokens: int | None = Field(default=None, gt=0)
    """Requests with more input than this pay the ``long_`` prices for all their tokens."""
    long_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    off_peak_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    off_peak_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    cache_write_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    price_source: str | None = None
    price_as_of: date | None = None
    price_confidence: Confidence | None = None
    quality: dict[str, float] = {}
    """Benchmark name to score in percent, as published; the rest is in the scores."""
    quality_source: str | None = None
    note: str | None = None
    recalled_fields: tuple[str, ...] = ()
    """Fields that rest on memory although the rest of the record was looked up; they show their mark."""


class Gpu(Fact):
    """A GPU. Memory in decimal gigabytes as sold, rates dense (no sparsity)."""

    id: str
    name: str
    architecture: str
    memory_gb: float = Field(gt=0)
    bandwidth_gb_s: float = Field(gt=0)
    bf16_dense_tflops: float | None = Field(default=None, gt=0)
    fp16_dense_tflops: float | None = Field(default=None, gt=0)
    fp8_dense_tflops: float | None = Field(default=None, gt=0)
    fp4_dense_tflops: float | None = Field(default=None, gt=0)
    int8_dense_tops: float | None = Field(default=None, gt=0)
    fp32_tflops: float | None = Field(default=None, gt=0)
    tdp_w: float | None = Field(default=None, gt=0)
    nvlink_gb_s: float | None = Field(default=None, gt=0)
    """To the other GPUs of its machine; None is PCIe only or unknown."""
    vendor: str | None = None
    compute_capability: str | None = None
    """``9.0`` for CUDA; other vendors by their own names."""
    segment: Literal["datacenter", "workstation", "consumer", "local"] | None = None
    form_factor: str | None = None
    release_date: date | None = None
    note: str | None = None


class Offer(Fact):
    """A way to rent a GPU."""

    id: str
    provider: str
    product: str
    gpu_id: str
    gpu_count: int = Field(ge=1)
    tier: str
    usd_per_gpu_hour: Decimal = Field(gt=0)
    usd_per_instance_hour: Decimal | None = Field(default=None, gt=0)
    """Of the whole machine, all its GPUs."""
    billing: str
    region: str
    instance: str | None = None
    source_kind: str | None = None
    """What the source is: a price list's API, a page that cites it ..."""
    note: str | None = None


class ApiPrice(Fact):
    """What an API takes for a model at a moment, in US dollars per million tokens; None is unknown, never free."""

    id: str
    """Of the model: ``provider/name``."""
    input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    cache_write_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_cache_write_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_input_from_tokens: int | None = Field(default=None, gt=0)
    """Requests with more input than this pay the ``long_`` prices for all their tokens."""
    long_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    long_cache_write_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_long_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_long_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_long_cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    batch_long_cache_write_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    off_peak_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    off_peak_output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    off_peak_cached_input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    note: str | None = None


class FineTunePrice(Fact):
    """What a host takes for training a model and for serving the result."""

    id: str
    provider: str
    model: str
    """A model or a class of sizes, as the provider names it."""
    model_id: str | None = None
    """The same in this catalog, where it is there."""
    method: str
    train_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    """Per million training tokens, every epoch counted; the low end where a range is published."""
    train_high_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    train_usd_per_hour: Decimal | None = Field(default=None, ge=0)
    minimum_usd_per_job: Decimal | None = Field(default=None, ge=0)
    input_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    """Of the tuned model."""
    output_usd_per_mtok: Decimal | None = Field(default=None, ge=0)
    inference_as_base: bool | None = None
    """Whether the tuned model costs what its base costs."""
    hosting_usd: Decimal | None = Field(default=None, ge=0)
    hosting_unit: str | None = None
    status: Literal["active", "closing", "shut_down", "deprecated", "superseded", "not_offered", "unknown"] = "unknown"
    status_note: str | None = None
    last_job_date: date | None = None
    """After it no training starts."""
    note: str | None = None


class Lifecycle(Fact):
    """An announced end: of a model, of its fine-tuning, or of both."""

    id: str
    provider: str
    model: str
    """As the provider names it."""
    model_id: str | None = None
    """The same in this catalog, where it is there."""
    status: Literal["deprecated", "retired"]
    scope: str | None = None
    """Where it ends, if not everywhere: at one seller, or fine-tuning alone. The model itself goes on."""
    announced: date | None = None
    shutdown_date: date | None = None
    fine_tuning: Literal["gone", "no", "existing_customers", "deprecated", "never_offered", "unknown"] = "unknown"
    fine_tuning_ends: date | None = None
    fine_tuning_note: str | None = None
    replacement: str | None = None
    """As the provider names it."""
    note: str | None = None


class Score(Fact):
    """One published score."""

    id: str
    model: str
    """As the source names it."""
    model_id: str | None = None
    """The same in this catalog, where it is there."""
    benchmark: str
    score: float
    setting: str | None = None
    headline: str | None = None
    """The kind of score, such as ``MMLU``, for which this one stands in its model; one for each kind."""


class Platform(Fact):
    """A place to serve or to train, and what it asks for; its figures are facts of their own."""

    id: str
    name: str
    kinds: tuple[str, ...]
    cost_basis: str
    scale_to_zero: str
    lora_serving: str
    bundle_needs: tuple[str, ...] = ()
    """What has to be written or given for a deployment there."""
    note: str | None = None


class PlatformFact(Fact):
    """One figure or word about a platform, or about one way of using it; a fact that is missing is unknown."""

    id: str
    platform: str
    mode: str | None = None
    """``pod``, ``serverless``, ``endpoint`` ...; None holds for all of them."""
    fact: Literal[
        "offers", "scales_to_zero", "setup_minutes", "skill", "billing_seconds", "idle_timeout_seconds",
        "cold_start_seconds", "storage_usd_per_gb_month", "control_plane_usd_per_hour", "cpu_usd_per_core_second",
        "memory_usd_per_gib_second", "region_pinning_factor", "credit_usd_per_month", "egress_usd_per_gb",
        "electricity_usd_per_kwh", "power_overhead_factor", "own_account", "residency", "soc2", "hipaa", "gdpr",
        "lora_adapters", "scalability",
    ]  # fmt: skip
    """What it is about; a unit stands at the end of the name."""
    low: Decimal | None = Field(default=None, ge=0)
    high: Decimal | None = Field(default=None, ge=0)
    text: str | None = None
    """``offers``: provider/product pairs of offers.csv; ``skill``: none, some, ml; ``residency``: pick, ask or region
    codes; the other words: yes, no, agreement (by contract)."""
    note: str | None = None


class GuideCell(Fact):
    """One cell of a table of the guide, as it gave it, beside what holds today."""

    id: str
    table: str
    row: str
    column: str
    guide_value: str
    unit: str | None = None
    """Of the guide's value."""
    today_value: str | None = None
    """In words; None where ``computed_by`` gives it, or where it is unknown."""
    computed_by: str | None = None
    """How today's value comes from other facts of the catalog: ``price openai/gpt-4o input``, ``month runpod`` ..."""
    right: Literal["yes", "no", "partly", "unknown"]
    note: str | None = None


class Exclusion(BaseModel):
    """A row of the research that is not carried, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    record: str
    reason: str = Field(min_length=3)


class GuideRow(Fact):
    """A statement of the guide beside what holds today."""

    section: str
    guide_value: str
    corrected_value: str
    severity: Literal["critical", "high", "medium", "low"]
