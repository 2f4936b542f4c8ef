"""The plan's training and serving as workloads of the estimator, and the hours they take on an offer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from advisor.estimate import expected_peak_gib, predict
from advisor.estimate.architecture import Facts
from advisor.estimate.hours import download_hours, evaluation_hours, training_hours
from advisor.estimate.ledger import LedgerRow
from advisor.estimate.own import with_own_runs
from advisor.estimate.predict import USABLE_SHARE
from advisor.plan import assumptions as take
from advisor.plan.records import Method, Span
from advisor.plan.spans import exactly, plus, scaled, times
from advisor.profile import Profile
from catalog.records import Gpu, Model

MICRO_BATCHES = (8, 4, 2, 1)
ARMS = 2
"""The model as it is and the tuned one."""
NO_RUNS = "no similar run was measured here yet: the public fit alone"


class Amounts(NamedTuple):
    """How much there is to do, as ranges."""

    examples: Span
    tokens_per_example: Span
    epochs: Span
    eval_items: Span
    tokens_in: Span
    tokens_out: Span
    assumed: tuple[str, ...]

    @property
    def training_tokens(self) -> Span:
        """Of all epochs."""
        return times(self.examples, self.tokens_per_example, self.epochs)


class Hours(NamedTuple):
    """Hours of a whole machine, by what it does."""

    start: Span
    training: Span
    checkpoints: Span
    evaluation: Span
    reruns: Span

    @property
    def total(self) -> Span:
        """Everything that is done once."""
        return plus(*self)


class Foreseen(NamedTuple):
    """One kind of machine: what the estimator says about the work on it."""

    hours: Hours | None
    peak_memory_gib: Span
    breakdown_gib: dict[str, float]
    fits: bool | None
    requests_per_day: float | None
    said: tuple[str, ...]


def amounts(profile: Profile) -> Amounts:
    """The profile's numbers, or ranges that say so. Fewer examples than recommended are planned to be labelled."""
    assumed: list[str] = []

    def known(value: float | None, taken: take.Taken, name: str) -> Span:
        if value is not None:
            return exactly(float(value))
        span = taken.span
        assumed.append(f"{name} unknown: {span.low:g} to {span.high:g}, expected {span.expected:g} ({taken.source})")
        return span

    examples = profile.n_examples if profile.n_examples is None else max(profile.n_examples, take.RECOMMENDED_EXAMPLES)
    own = profile.train_tokens_per_example or _request_tokens(profile)
    return Amounts(
        examples=known(examples, take.EXAMPLES, "training examples"),
        tokens_per_example=known(own, take.TOKENS_PER_EXAMPLE, "tokens per example"),
        epochs=known(profile.epochs, take.EPOCHS, "epochs"),
        eval_items=known(profile.eval_items, take.EVAL_ITEMS, "evaluation items"),
        tokens_in=known(profile.tokens_in, take.TOKENS_IN, "input tokens per request"),
        tokens_out=known(profile.tokens_out, take.TOKENS_OUT, "output tokens per request"),
        assumed=tuple(assumed),
    )


def _request_tokens(profile: Profile) -> int | None:
    if profile.tokens_in is None or profile.tokens_out is None:
        return None
    return max(1, profile.tokens_in + profile.tokens_out)


def foresee(
    model: Model, gpu: Gpu, gpus: int, *, method: Method, todo: Amounts, facts: Facts, ledger: Sequence[LedgerRow] = ()
) -> Foreseen:
    """Memory, hours and serving capacity of the work on ``gpus`` cards of a kind, moved by like runs of the ledger."""
    spec = _best_spec(model, gpu, gpus, method=method, todo=todo, facts=facts)
    found = with_own_runs(predict(spec, facts), spec, facts, ledger)
    rate, peak = found.tokens_per_second_per_gpu, found.peak_gpu_memory_gib
    if peak is None:
        return Foreseen(None, exactly(0), {}, None, None, found.assumptions)
    serving = predict(serving_spec(model, gpu, gpus, todo=todo), facts).output_tokens_per_second
    return Foreseen(
        hours=None if rate is None else _hours(model, scaled(rate, gpus), serving, todo),
        peak_memory_gib=peak,
        breakdown_gib=dict(found.breakdown_gib or {}),
        fits=take.FIT_MARGIN * peak.expected <= USABLE_SHARE * gpu.memory_gb,
        requests_per_day=_requests_per_day(serving, todo),
        said=(_said(spec), *found.assumptions, found.past_error or NO_RUNS),
    )


def _said(spec: dict[str, object]) -> str:
    kind = (
        "full fine-tune"
        if spec["method"] == "full"
        else f"{spec['method']} rank {spec['lora_rank']} on all linear modules"
    )
    shape = f"sequences up to {spec['seq_len']} tokens, micro-batch {spec['micro_batch']}"
    return f"{kind}, {shape}, activation checkpointing, 16-bit compute"


def _best_spec(model: Model, gpu: Gpu, gpus: int, *, method: Method, todo: Amounts, facts: Facts) -> dict[str, object]:
    """The largest micro-batch that fits with margin, replicas before shards; the smallest sharded one otherwise."""
    ways = ("DDP", "FSDP") if gpus > 1 else ("none",)
    last: dict[str, object] = {}
    for way in ways:
        for micro_batch in MICRO_BATCHES:
            last = _training_spec(model, gpu, gpus, method, todo, way, micro_batch)
            peak = expected_peak_gib(last, facts)
            if peak is not None and take.FIT_MARGIN * peak <= USABLE_SHARE * gpu.memory_gb:
                return last
    return last


def _training_spec(
    model: Model, gpu: Gpu, gpus: int, method: Method, todo: Amounts, way: str, micro_batch: int
) -> dict[str, object]:
    return {
        "id": "plan", "task": "training", "model": model.id, "method": method, "lora_rank": take.LORA_RANK,
        "lora_targets": "all", "weight_dtype": "nf4-dq" if method == "qlora4" else "bf16", "compute_dtype": "bf16",
        "optimizer": "AdamW", "seq_len": _sequence(todo, model), "micro_batch": micro_batch, "grad_accum": 4,
        "activation_ckpt": True, "flash_attn": True, "chunked_or_fused_ce": "n", "gpu": gpu.id, "n_gpus": gpus,
        "parallelism": way, "framework": "transformers with peft", "mem_is": "nvidia-smi",
    }  # fmt: skip


def _sequence(todo: Amounts, model: Model) -> int:
    """A power of two that holds examples half as long again as expected, within the model's context."""
    wanted = 1 << max(8, math.ceil(math.log2(1.5 * todo.tokens_per_example.expected)))
    return min(wanted, model.native_context_tokens or wanted)


def serving_spec(
    model: Model, gpu: Gpu, gpus: int, *, todo: Amounts, concurrency: int = take.CONCURRENCY
) -> dict[str, object]:
    """An engine that serves the model in 16 bits, as a workload of the estimator."""
    return {
        "id": "plan", "task": "serving", "model": model.id, "precision": "bf16", "gpu": gpu.id, "n_gpus": gpus,
        "engine": "vLLM", "input_len": todo.tokens_in.expected, "output_len": max(1.0, todo.tokens_out.expected),
        "concurrency": concurrency,
    }  # fmt: skip


def _requests_per_day(serving: Span | None, todo: Amounts) -> float | None:
    if serving is None:
        return None
    return take.LOAD_SHARE * serving.expected * 86400 / max(1.0, todo.tokens_out.expected)


def _hours(model: Model, tokens_per_second: Span, serving: Span | None, todo: Amounts) -> Hours:
    training = training_hours(todo.training_tokens, tokens_per_second)
    checkpoints = times(training, take.CHECKPOINT_SHARE.span)
    outputs = times(scaled(todo.eval_items, ARMS), todo.tokens_out)
    evaluation = evaluation_hours(outputs, serving, arms=ARMS, engine_start=take.ENGINE_START_HOURS.span)
    weights_gb = 2.0 * (model.total_params or 0) / 1e9
    download = download_hours(exactly(weights_gb), take.DOWNLOAD_GB_S.span)
    reruns = times(plus(training, checkpoints, evaluation), take.EXTRA_RUNS.span)
    return Hours(plus(take.START_UP_HOURS.span, download), training, checkpoints, evaluation, reruns)
