"""The facts: every one dated, sourced, and marked with how far to trust it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["verified", "sourced", "recalled", "judgement"]


class Fact(BaseModel):
    """Base of every record of the catalog."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    as_of: date
    source: str = Field(min_length=3)
    confidence: Confidence


class Model(Fact):
    """A model, open or behind an API. Dimensions are None where they are not published."""

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
    active_params: int | None = Field(default=None, gt=0)
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
    attention: str | None = None
    """In words: ``gqa``, ``gqa+sliding(1024) 5:1``, ``hybrid gated-deltanet 3:1`` ..."""
    kv_bytes_per_token: int | None = Field(default=None, gt=0)
    """At 16 bits, every layer that has a cache; a sliding window needs less on long inputs."""
    param_check: Literal["exact", "approximate"] | None = None
    """Exact: the fields above give ``total_params`` to the unit."""
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
    price_source: str | None = None
    price_as_of: date | None = None
    price_confidence: Confidence | None = None
    quality: dict[str, float] = {}
    """Benchmark name to score in percent, as published."""
    quality_source: str | None = None
    note: str | None = None


class Gpu(Fact):
    """A GPU. Memory in decimal gigabytes as sold, rates dense (no sparsity)."""

    id: str
    name: str
    architecture: str
    memory_gb: float = Field(gt=0)
    bandwidth_gb_s: float = Field(gt=0)
    bf16_dense_tflops: float | None = Field(default=None, gt=0)
    fp16_dense_tflops: float | None = Field(default=None, gt=0)
    tdp_w: float | None = Field(default=None, gt=0)
    nvlink_gb_s: float | None = Field(default=None, gt=0)
    """To the other GPUs of its machine; None is PCIe only or unknown."""
    vendor: str | None = None
    compute_capability: str | None = None
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
    billing: str
    region: str
    instance: str | None = None
    note: str | None = None


class GuideRow(Fact):
    """A statement of the guide beside what holds today."""

    section: str
    guide_value: str
    corrected_value: str
    severity: Literal["critical", "high", "medium", "low"]
