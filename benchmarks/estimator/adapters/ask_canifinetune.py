"""canifinetune: ``estimate(EstimateRequest)``, with dimensions handed over as its ``override``.

One GPU. LoRA targets by its three scopes, the nearest: q and v are ``conservative``, up to all four of the attention
``attention``, anything of the feed-forward ``all_linear``. What it documents as measured is the peak that torch
reserves; its safety margin is a figure of its own beside it and is taken off. It estimates no speed.
"""

from __future__ import annotations

from answering import Answer, Inexpressible, Question, given, need, only, serve
from canifinetune.estimator.memory import EstimateRequest, estimate

OPTIMIZERS = {"adamw": "adamw_torch", "adamw8bit": "adamw_8bit", "sgd": "sgd"}
QUANTIZATIONS = {"nf4": "nf4", "nf4-dq": "nf4_double_quant", "int8": "int8"}
METHODS = {"lora": "lora", "qlora4": "qlora", "full": "full"}


def answer(question: Question) -> Answer:
    """Memory."""
    only(question, "memory")
    need(question, "dims", "card", "gpus")
    if question["gpus"] != 1:
        raise Inexpressible("one GPU only")
    found = estimate(EstimateRequest(**request(question)))
    return {"memory": found.memory.total_estimated_gb - found.memory.safety_margin_gb}


def request(question: Question) -> dict[str, object]:
    """Its fields; what is unknown is left to its defaults."""
    dims = question["dims"]
    asked: dict[str, object] = {
        "model_id": question["model"] or "model",
        "gpu_vram_gb": question["card"]["memory_gib"],
        "method": METHODS[question["method"]],
        "use_network": False,
        "override": {
            "hidden_size": dims["hidden"],
            "num_hidden_layers": dims["layers"],
            "num_attention_heads": dims["heads"],
            "num_key_value_heads": dims["kv_heads"],
            "intermediate_size": dims["intermediate"],
            "vocab_size": dims["vocab"],
            "tie_word_embeddings": dims["tied"],
            "total_params": int(dims["params"]),
        },
        **given(question, gradient_checkpointing="checkpointing"),
    }
    for theirs, ours in {"seq_len": "seq_len", "micro_batch_size": "micro_batch", "lora_rank": "rank"}.items():
        if question.get(ours) is not None:
            asked[theirs] = int(question[ours])
    return asked | kinds(question)


def kinds(question: Question) -> dict[str, object]:
    """Its closed sets."""
    asked: dict[str, object] = {}
    if question.get("optimizer"):
        paged = question["paged"] and question["optimizer"] == "adamw8bit"
        asked["optimizer"] = "paged_adamw_8bit" if paged else OPTIMIZERS[question["optimizer"]]
    if question["method"] == "qlora4" and question.get("weights") in QUANTIZATIONS:
        asked["quantization"] = QUANTIZATIONS[question["weights"]]
    if question.get("weights") == "fp32":
        asked["base_dtype"] = "fp32"
    if question.get("flash") is False:
        asked["attention_implementation"] = "eager"
    if question.get("targets"):
        asked["lora_target_scope"] = scope(set(question["targets"]))
    return asked


def scope(targets: set[str]) -> str:
    """The nearest of three."""
    if targets & {"gate", "up", "down"}:
        return "all_linear"
    return "conservative" if targets <= {"q", "v"} else "attention"


if __name__ == "__main__":
    serve(answer)
