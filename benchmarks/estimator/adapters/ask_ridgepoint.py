"""ridgepoint: ``fit_shape`` of its core, which takes dimensions and a card by its own id.

Serving with vLLM, SGLang or llama.cpp on the cards of its list. Its speed is that of one request; in its roofline a
batch reads the weights once up to ``ridge_batch``, so that several requests are read as so many times the speed of
one, as far as that and its ``max_sequences`` go. Tokens of the cache are its pool over the bytes of one.
"""

from __future__ import annotations

import json
from typing import Any

from answering import Answer, Inexpressible, Question, need, only, serve
from ridgepoint import _core

CARDS = {
    "h100-sxm": "h100-80gb", "h200-sxm": "h200-141gb", "b200-sxm": "b200-192gb", "a100-40gb-sxm": "a100-40gb",
    "a100-80gb-sxm": "a100-80gb", "l40s": "l40s-48gb", "rtx-4090": "rtx4090-24gb", "rtx-3090": "rtx3090-24gb",
    "mi300x": "mi300x-192gb",
}  # fmt: skip
ENGINES = ("vllm", "sglang", "llama")
CONTEXT = 4096


def answer(question: Question) -> Answer:
    """Speed and cache of serving."""
    only(question, "serving", "kv_cache")
    need(question, "dims", "card", "gpus")
    found = fitted(question)
    if question["part"] == "kv_cache":
        pool = found["memory"]["kv_pool_bytes"]["best"]
        return {"kv_cache": pool / (found["capacity"]["bytes_per_seq"] / CONTEXT)}
    asked = question["concurrency"] or float("inf")
    together = min(asked, found["speed"]["ridge_batch"], max(1, found["capacity"]["max_sequences"]["best"]))
    return {"serving": found["speed"]["decode_tok_s"]["best"] * together}


def fitted(question: Question) -> dict[str, Any]:
    """Its answer as JSON."""
    dims = question["dims"]
    geometry = "mha" if dims["kv_heads"] == dims["heads"] else "gqa"
    text = _core.fit_shape(
        question["model"] or "model", dims["layers"], dims["layers"], dims["hidden"], int(dims["params"]),
        int(dims["active"]), geometry, dims["head_dim"], dims["heads"], dims["kv_heads"], 0, 0, card(question),
        question["gpus"], engine(question), dtype(question), "fp16", CONTEXT, int(question["input_len"] or 2048), True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(text)
    return found


def card(question: Question) -> str:
    """Its id."""
    known = CARDS.get(question["card"]["id"])
    if known is None:
        raise Inexpressible(f"does not know {question['card']['id']}")
    return known


def engine(question: Question) -> str:
    """One of its three."""
    name = (question["engine"] or "").lower()
    found = next((one for one in ENGINES if one in name), None)
    if found is None:
        raise Inexpressible(f"no engine {name!r}")
    return "llamacpp" if found == "llama" else found


def dtype(question: Question) -> str:
    """Of the weights, by its own names."""
    word = (question["precision"] or "bf16").lower()
    rules = (("awq", "awq"), ("gptq", "gptq"), ("fp8", "fp8"), ("int8", "int8"), ("w8", "int8"), ("16", "bf16"))
    found = next((theirs for part, theirs in rules if part in word), None)
    if found is None or (found == "gptq" and "8" in word):
        raise Inexpressible(f"no weights of {word!r}")
    return found


if __name__ == "__main__":
    serve(answer)
