"""train-in-silence: ``ResourceEstimator`` and the hours of ``OptimizerEngine`` on an offer.

Its memory is for all GPUs of an offer together (an offer qualifies by its cards' sum), so that a GPU's share is the
quotient. It knows neither ranks, targets, optimizers, checkpointing nor sharding. Hours include loading and a start:
the speed is the slope between two lengths of run. Serving: the time of a batch of as many requests as are in flight.
"""

from __future__ import annotations

from answering import Answer, Inexpressible, Question, need, only, serve
from tis.planner.estimator import ResourceEstimator
from tis.planner.models import Constraints, MarketOffer, Workload
from tis.planner.optimizer import OptimizerEngine

METHODS = {"lora": "lora", "qlora4": "qlora", "full": "full"}
FEW_TOKENS, MANY_TOKENS = 10**9, 3 * 10**9
MOST_REQUESTS = 256
"""Where a source says only that all requests were queued at once."""


def answer(question: Question) -> Answer:
    """Memory, speed of training and of serving."""
    only(question, "memory", "throughput", "serving")
    need(question, "dims", "gpus")
    if question["part"] == "memory":
        found = ResourceEstimator().estimate(training(question, FEW_TOKENS))
        return {"memory": found.required_vram_gb / question["gpus"]}
    need(question, "card")
    if question["part"] == "serving":
        return {"serving": serving_rate(question)}
    hours = run_hours(training(question, MANY_TOKENS), question) - run_hours(training(question, FEW_TOKENS), question)
    return {"throughput": (MANY_TOKENS - FEW_TOKENS) / (hours * 3600) / question["gpus"]}


def run_hours(workload: Workload, question: Question) -> float:
    """On an offer of the cards in question."""
    card = question["card"]
    if card["bf16_tflops"] is None:
        raise Inexpressible("needs the card's rate")
    offer = MarketOffer(
        gpu=card["name"], gpu_count=question["gpus"], vram_gb=card["memory_gib"], price_per_hour=1.0, cpu=16,
        ram_gb=256, gpu_flops_tflops=card["bf16_tflops"], memory_bw_gbps=card["bandwidth_gb_s"], platform="runpod",
        region="any",
    )  # fmt: skip
    estimate = ResourceEstimator().estimate(workload)
    return float(OptimizerEngine()._estimate_single_stage_time(estimate, offer, workload, Constraints()))


def serving_rate(question: Question) -> float:
    """Output tokens per second of all requests; loading is taken off by the slope between 10 and 20 batches."""
    need(question, "input_len", "output_len")
    batch = int(min(question["concurrency"] or MOST_REQUESTS, MOST_REQUESTS))
    short, long = (run_hours(serving_load(question, batch, repeats), question) for repeats in (1000, 2000))
    return 1000 * batch * question["output_len"] / ((long - short) * 3600)


def training(question: Question, tokens: int) -> Workload:
    """Its closed sets; what is unknown keeps its default."""
    asked: dict[str, object] = {"method": METHODS[question["method"]]}
    if question.get("weights") == "fp32":
        asked["precision"] = "fp32"
    for theirs, ours in {"batch_size": "micro_batch", "grad_accum": "grad_accum", "seq_len": "seq_len"}.items():
        if question.get(ours) is not None:
            asked[theirs] = int(question[ours])
    return Workload.model_validate({"model": model(question), "training": asked, "data": {"dataset_tokens": tokens}})


def serving_load(question: Question, batch: int, repeats: int) -> Workload:
    """Precision by the width of the weights."""
    width = question["weight_bytes"]
    precision = "bf16" if width is None or width > 1.5 else "int8" if width > 0.9 else "int4"
    asked = {
        "precision": precision,
        "batch_size": batch,
        "prompt_tokens": max(1, round(question["input_len"])),
        "max_new_tokens": max(1, round(question["output_len"])),
    }
    return Workload.model_validate({"model": model(question), "inference": asked, "repeats": repeats})


def model(question: Question) -> dict[str, object]:
    """The dimensions; a mixture of experts by its share of active parameters."""
    dims = question["dims"]
    mixed = dims["active"] < 0.99 * dims["params"]
    return {
        "name": question["model"] or "model",
        "params": int(dims["params"]),
        "num_layers": dims["layers"],
        "num_heads": dims["heads"],
        "num_kv_heads": dims["kv_heads"],
        "hidden_dim": dims["hidden"],
        "vocab_size": dims["vocab"],
        "num_experts": 1000 if mixed else 0,
        "active_experts": round(1000 * dims["active"] / dims["params"]) if mixed else 0,
    }


if __name__ == "__main__":
    serve(answer)
