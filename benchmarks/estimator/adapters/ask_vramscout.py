"""vramscout: ``plan_inference`` of a ``ModelSpec`` and a card.

Memory of serving, no speed. A measured peak is compared with its total less its safety reserve, at a context of prompt
and answer for one batch. Tokens of the cache are its longest context for one request, as no limit of the model is set.
Tensor parallel over all GPUs, as its ``tp_size``.
"""

from __future__ import annotations

from answering import Answer, Inexpressible, Question, need, only, serve
from vramscout.planner import plan_inference
from vramscout.types import GPUInfo, ModelSpec


def answer(question: Question) -> Answer:
    """Memory and cache of serving."""
    only(question, "serving_memory", "kv_cache")
    need(question, "dims", "card", "gpus")
    vllm = "vllm" in (question["engine"] or "").lower()
    size = question["card"]["memory_gib"]
    context = int((question["input_len"] or 0) + (question["output_len"] or 0)) or None
    plan = plan_inference(
        GPUInfo(0, question["card"]["name"], size, 0.0, size),
        model(question),
        context=context,
        batch_size=int(question["concurrency"] or 1),
        weight_dtype=dtype(question),
        tp_size=question["gpus"],
        engine="vllm" if vllm else "generic",
        gpu_memory_utilization=question["memory_share"] if vllm else None,
        safety_reserve_gib=0.0 if question["part"] == "kv_cache" else None,
    )
    if question["part"] == "kv_cache":
        return {"kv_cache": float(plan.max_context_vram)}
    return {"serving_memory": plan.breakdown.total_gib - plan.breakdown.safety_reserve_gib}


def model(question: Question) -> ModelSpec:
    """The dimensions."""
    dims = question["dims"]
    return ModelSpec(
        model_id=question["model"] or "model",
        model_type="llama",
        num_params=int(dims["params"]),
        num_layers=dims["layers"],
        hidden_size=dims["hidden"],
        num_attention_heads=dims["heads"],
        num_kv_heads=dims["kv_heads"],
        head_dim=dims["head_dim"],
        max_context=None,
        vocab_size=dims["vocab"],
        torch_dtype="bf16",
    )


def dtype(question: Question) -> str:
    """Of the weights, by its own names."""
    word = (question["precision"] or "bf16").lower()
    rules = (("nvfp4", "nvfp4"), ("fp4", "nvfp4"), ("fp8", "fp8"), ("int8", "int8"), ("w8", "int8"), ("fp32", "fp32"),
             ("int4", "int4"), ("awq", "int4"), ("gptq", "int4"), ("nf4", "int4"), ("16", "bf16"))  # fmt: skip
    found = next((theirs for part, theirs in rules if part in word), None)
    if found is None:
        raise Inexpressible(f"no weights of {word!r}")
    return found


if __name__ == "__main__":
    serve(answer)
