"""The estimate of a run on a machine that is at hand, told with what this installation has measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from advisor.errors import BadInput
from advisor.estimate.ledger import (
    Device,
    Expected,
    Foreseen,
    LedgerRow,
    Quantity,
    Scalar,
    Target,
    past_error,
    recalibrated,
)
from advisor.estimate.machine import evaluation_estimate, evaluation_hours, machine_estimate, training_hours
from advisor.estimate.own import gpu_name
from advisor.estimate.predict import predict
from harness.protocol import MachineFacts, ModelFacts, MoneyRange, Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.estimate.architecture import Facts

CENTS = Decimal("0.0001")


class Settings(NamedTuple):
    """What of a LoRA run sets its memory and time."""

    rank: int
    examples: int
    """Of all steps."""
    tokens_per_example: float
    """Prompt and answer, whole."""
    computed_tokens: float
    """The same, less what a batch's rows share and compute once."""
    micro_batch: int
    grad_accum: int
    max_seq_length: int
    dtype: str


class Known(NamedTuple):
    """What the estimate may rest on beside the run itself."""

    rows: Sequence[LedgerRow] = ()
    """The ledger of this installation."""
    facts: Facts | None = None
    """Where the GPU is looked up; without them a run on a GPU is not foreseen."""
    usd_per_hour: Decimal | None = None


def expected_training(machine: MachineFacts, model: ModelFacts, settings: Settings, known: Known) -> Expected:
    """Memory, rates, hours and dollars of a LoRA run."""
    spec = training_columns(machine, model, settings)
    public = _on_gpu(spec, settings, known) if machine.gpu else _on_cpu(machine, model, settings)
    target = Target("training", device_of(machine, known.facts), spec)

    def hours(rate: Range) -> Range:
        return training_hours(rate, settings.examples)

    return _told(target, public, known, hours)


def expected_evaluation(
    machine: MachineFacts, model: ModelFacts, *, items: int, tokens_per_item: float, known: Known
) -> Expected:
    """The same of an evaluation; ``items`` counts every arm's. On a GPU nothing is foreseen yet."""
    spec: dict[str, Scalar] = {
        **_machine_columns(machine), **_model_columns(model), "task": "evaluation", "items": items,
        "tokens_per_example": round(tokens_per_item, 2), "seq_len": round(tokens_per_item, 2),
    }  # fmt: skip
    target = Target("evaluation", device_of(machine, known.facts), spec)
    if machine.gpu:
        return _told(target, Foreseen(), known, None)
    need = evaluation_estimate(machine, model, items=items, tokens_per_item=tokens_per_item)
    public = Foreseen(peak_memory_gib=need.peak_memory_gib, examples_per_second=need.examples_per_second)
    return _told(target, public, known, lambda rate: evaluation_hours(rate, items))


def device_of(machine: MachineFacts, facts: Facts | None = None) -> Device:
    """The GPU where there is one, by its id in the catalog if it is there; else the processor with its cores."""
    if machine.gpu:
        return Device(name=_gpu_id(machine.gpu, facts), count=1, is_gpu=True)
    return Device(name=machine.cpu, count=machine.cores, is_gpu=False)


def _gpu_id(printed: str, facts: Facts | None) -> str:
    try:
        return gpu_name(printed, facts)
    except BadInput:
        return printed


def training_columns(machine: MachineFacts, model: ModelFacts, settings: Settings) -> dict[str, Scalar]:
    """The run as a workload of the estimator, with the columns of the calibration's files."""
    return {
        **_machine_columns(machine), **_model_columns(model), "task": "training", "method": "lora",
        "lora_rank": settings.rank, "lora_targets": "all",
        "weight_dtype": "fp32" if settings.dtype == "float32" else "bf16", "optimizer": "adamw",
        "framework": "transformers", "parallelism": "none", "activation_ckpt": "n", "flash_attn": "y",
        "chunked_or_fused_ce": "n", "seq_len": round(min(settings.max_seq_length, settings.computed_tokens), 2),
        "micro_batch": settings.micro_batch, "grad_accum": settings.grad_accum, "examples": settings.examples,
        "tokens_per_example": round(settings.tokens_per_example, 2),
    }  # fmt: skip


def _machine_columns(machine: MachineFacts) -> dict[str, Scalar]:
    return {
        "cpu": machine.cpu, "cores": machine.cores, "memory_gib": machine.memory_gib,
        "fp32_gflops": machine.fp32_gflops, "gpu": machine.gpu, "n_gpus": 1 if machine.gpu else None,
        "mem_is": "allocated" if machine.gpu else "rss",
    }  # fmt: skip


def _model_columns(model: ModelFacts) -> dict[str, Scalar]:
    return {
        "params_b": model.total_params / 1e9, "hidden": model.hidden_size, "layers": model.num_layers,
        "heads": model.num_heads, "kv_heads": model.num_kv_heads, "intermediate": model.intermediate_size,
        "vocab": model.vocab_size, "tied_embeddings": "y" if model.tied_embeddings else "n",
    }  # fmt: skip


def _on_cpu(machine: MachineFacts, model: ModelFacts, settings: Settings) -> Foreseen:
    need = machine_estimate(
        machine, model, lora_rank=settings.rank, examples=settings.examples,
        tokens_per_example=settings.computed_tokens, micro_batch=settings.micro_batch,
        max_seq_length=settings.max_seq_length, dtype=settings.dtype,
    )  # fmt: skip
    return Foreseen(
        peak_memory_gib=need.peak_memory_gib,
        tokens_per_second=_times(need.examples_per_second, settings.tokens_per_example),
        examples_per_second=need.examples_per_second,
    )


def _on_gpu(spec: dict[str, Scalar], settings: Settings, known: Known) -> Foreseen:
    """By the estimator of workloads; nothing where the catalog has no such GPU."""
    if known.facts is None:
        return Foreseen()
    try:
        found = predict({"id": "run", **spec}, known.facts)
    except BadInput:
        return Foreseen()
    computed = found.tokens_per_second_per_gpu
    rate = _times(computed, 1 / settings.computed_tokens) if computed else None
    return Foreseen(
        peak_memory_gib=found.peak_gpu_memory_gib,
        tokens_per_second=_times(rate, settings.tokens_per_example) if rate else None,
        examples_per_second=rate,
    )


def _told(target: Target, public: Foreseen, known: Known, hours: Callable[[Range], Range] | None) -> Expected:
    """The public fit's answer beside the recalibrated one; hours and dollars follow from the rate of either."""
    own = Foreseen(
        peak_memory_gib=_own(public.peak_memory_gib, known.rows, target, "peak_memory_gib"),
        tokens_per_second=_own(public.tokens_per_second, known.rows, target, "tokens_per_second"),
        examples_per_second=_own(public.examples_per_second, known.rows, target, "examples_per_second"),
    )
    return Expected(
        kind=target.kind,
        device=target.device,
        spec=dict(target.spec),
        predicted=_with_hours(own, hours, known.usd_per_hour),
        public=_with_hours(public, hours, known.usd_per_hour),
        past_error=past_error(known.rows, target),
    )


def _own(span: Range | None, rows: Sequence[LedgerRow], target: Target, quantity: Quantity) -> Range | None:
    return None if span is None else recalibrated(span, rows, target, quantity).span


def _with_hours(one: Foreseen, hours: Callable[[Range], Range] | None, usd_per_hour: Decimal | None) -> Foreseen:
    if hours is None or one.examples_per_second is None:
        return one
    span = hours(one.examples_per_second)
    return one.model_copy(update={"hours": span, "usd": None if usd_per_hour is None else at_price(span, usd_per_hour)})


def at_price(hours: Range, usd_per_hour: Decimal) -> MoneyRange:
    """Hours in dollars, to a hundredth of a cent."""
    low, expected, high = (
        (Decimal(str(part)) * usd_per_hour).quantize(CENTS) for part in (hours.low, hours.expected, hours.high)
    )
    return MoneyRange(low=low, expected=expected, high=high)


def _times(span: Range, factor: float) -> Range:
    return Range(low=span.low * factor, expected=span.expected * factor, high=span.high * factor)
