"""ftuneai: ``MemoryEstimator`` and ``TimeEstimator`` of a ``ModelSpec`` and a ``TrainingConfig``.

Sharding by its six strategies; tensor and pipeline degrees are not expressible. LoRA targets by its three sets, the
nearest. Speed from the hours of a long run (its hours are rounded), with the card's published dense 16-bit rate.
"""

from __future__ import annotations

from answering import Answer, Inexpressible, Question, need, only, serve
from ftuneai.core.memory import MemoryEstimator
from ftuneai.core.models import (
    FineTuneMethod,
    GPUSpec,
    LoRATarget,
    ModelSpec,
    OptimizerType,
    Quantization,
    ShardingStrategy,
    TrainingConfig,
)
from ftuneai.core.time import TimeEstimator

OPTIMIZERS = {"adamw": OptimizerType.ADAMW, "adamw8bit": OptimizerType.ADAM_8BIT, "sgd": OptimizerType.SGD}
METHODS = {"lora": FineTuneMethod.LORA, "qlora4": FineTuneMethod.QLORA, "full": FineTuneMethod.FULL}
STAGES = {0: ShardingStrategy.NONE, 1: ShardingStrategy.ZERO_1, 2: ShardingStrategy.ZERO_2, 3: ShardingStrategy.ZERO_3}
SAMPLES = 10**9


def answer(question: Question) -> Answer:
    """Memory, or speed where the card's rate is known."""
    only(question, "memory", "throughput")
    need(question, "dims")
    model, config = spec(question), settings(question)
    if question["part"] == "memory":
        return {"memory": MemoryEstimator(model, config).estimate().total_gb}
    need(question, "card", "gpus")
    return {"throughput": speed(TimeEstimator(model, config), question, config.seq_length)}


def speed(estimator: TimeEstimator, question: Question, length: int) -> float:
    """Tokens per second of one GPU."""
    card, gpus = question["card"], question["gpus"]
    rate = card["bf16_tflops"]
    if rate is None:
        raise Inexpressible("needs the card's rate")
    gpu = GPUSpec(card["name"], card["memory_gib"], rate, rate, rate, card["bandwidth_gb_s"])
    hours = estimator.estimate(gpu, SAMPLES, epochs=1, num_gpus=gpus).total_hours
    return SAMPLES * length / (hours * 3600) / gpus


def spec(question: Question) -> ModelSpec:
    """The dimensions; a mixture of experts by its share of active parameters."""
    dims = question["dims"]
    mixed = dims["active"] < 0.99 * dims["params"]
    return ModelSpec(
        name=question["model"] or "model",
        parameters=int(dims["params"]),
        hidden_size=dims["hidden"],
        num_layers=dims["layers"],
        num_attention_heads=dims["heads"],
        num_kv_heads=dims["kv_heads"],
        intermediate_size=dims["intermediate"],
        vocab_size=dims["vocab"],
        max_seq_length=10**9,
        default_dtype="float32" if question.get("weights") == "fp32" else "bfloat16",
        is_moe=mixed,
        num_experts=1000 if mixed else None,
        num_active_experts=round(1000 * dims["active"] / dims["params"]) if mixed else None,
    )


def settings(question: Question) -> TrainingConfig:
    """What is unknown keeps its default."""
    if question["tensor"] * question["pipeline"] * question["context"] > 1:
        raise Inexpressible("no tensor, pipeline or context degree")
    config = TrainingConfig(method=METHODS[question["method"]], num_gpus=question["gpus"] or 1)
    config.sharding = STAGES[question["stage"]] if config.num_gpus > 1 else ShardingStrategy.NONE
    config.quantization = Quantization.INT4 if question["method"] == "qlora4" else Quantization.NONE
    for theirs, ours in {"batch_size": "micro_batch", "seq_length": "seq_len", "lora_rank": "rank"}.items():
        if question.get(ours) is not None:
            setattr(config, theirs, int(question[ours]))
    for theirs, ours in {"gradient_checkpointing": "checkpointing", "flash_attention": "flash"}.items():
        if question.get(ours) is not None:
            setattr(config, theirs, question[ours])
    if question.get("optimizer"):
        config.optimizer = OPTIMIZERS[question["optimizer"]]
    if question.get("targets"):
        config.lora_target = target(set(question["targets"]))
    return config


def target(targets: set[str]) -> LoRATarget:
    """The nearest of three."""
    if targets & {"gate", "up", "down"}:
        return LoRATarget.ALL_LINEAR
    return LoRATarget.ATTENTION if targets <= {"q", "v"} else LoRATarget.ATTENTION_ALL


if __name__ == "__main__":
    serve(answer)
