"""tinyforge: ``finetune.estimate_vram_gb``, and the speed of ``memtiers.plan_weights``.

LoRA and QLoRA on one GPU, adapters on all linear layers as it trains them; their widths are handed over. Its formula
for memory uses no torch, though its module imports it at the top: an empty module stands in, since torch would not
change a figure. Its speed rests on a matrix product timed on the machine: the card's published dense 16-bit rate
stands for that.
"""

from __future__ import annotations

import sys
import types
from typing import Any, ClassVar

from answering import Answer, Inexpressible, Question, need, only, serve


class _Anything:
    """A class, a decorator or a type that a module names while it is read."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, decorated: Any) -> Any:
        return decorated


class _Torch(types.ModuleType):
    """Whatever of torch is named."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything


for _name in ("torch", "torch.nn", "torch.nn.functional", "torch.utils", "torch.utils.checkpoint"):
    sys.modules[_name] = _Torch(_name)
    _parent, _, _own = _name.rpartition(".")
    if _parent:
        setattr(sys.modules[_parent], _own, sys.modules[_name])

from tinyforge.finetune import FTConfig, estimate_vram_gb  # noqa: E402 - after what stands in for torch
from tinyforge.memtiers import Hierarchy, Tier, plan_weights  # noqa: E402 - the same


def answer(question: Question) -> Answer:
    """Memory, or speed where the weights stay on the card."""
    only(question, "memory", "throughput")
    need(question, "dims", "gpus", "seq_len")
    if question["method"] == "full" or question["gpus"] != 1:
        raise Inexpressible("LoRA and QLoRA on one GPU only")
    return {"memory": memory(question)} if question["part"] == "memory" else {"throughput": speed(question)}


def memory(question: Question) -> float:
    """Peak of the worst batch."""
    default = FTConfig()
    change: dict[str, Any] = {"max_len": int(question["seq_len"])}
    if question.get("rank") is not None:
        change["lora_r"] = int(question["rank"])
    if question.get("cross_entropy") is not None:
        change["chunked_ce"] = question["cross_entropy"] == "chunked"
    config = default.model_copy(update=change)
    checkpointing = question["checkpointing"]
    return float(
        estimate_vram_gb(
            shape(question["dims"]),
            config,
            "4bit" if question["method"] == "qlora4" else "none",
            config.grad_checkpointing if checkpointing is None else checkpointing,
            int(question["micro_batch"] or config.batch_size),
        )
    )


def shape(dims: dict[str, Any]) -> dict[str, Any]:
    """What its ``model_shape`` reads off the modules of a model."""
    hidden, wide, keys = dims["hidden"], dims["intermediate"], dims["kv_dim"]
    layer = [hidden + dims["q_dim"], hidden + keys, hidden + keys, dims["q_dim"] + hidden]
    layer += [hidden + wide] * (3 if dims["gated"] else 2)
    return {
        "params": dims["params"], "hidden": hidden, "layers": dims["layers"], "vocab": dims["vocab"],
        "linear_dims": layer * dims["layers"],
    }  # fmt: skip


def speed(question: Question) -> float:
    """Tokens per second."""
    need(question, "card")
    card = question["card"]
    if card["bf16_tflops"] is None:
        raise Inexpressible("needs the card's rate")
    plan = plan_weights(
        hierarchy(card), question["dims"]["params"], int(question["seq_len"] * (question["micro_batch"] or 1)),
        "4bit" if question["method"] == "qlora4" else "none",
    )  # fmt: skip
    if not plan.tokens_per_s or plan.weights_tier != "vram":
        raise Inexpressible("weights not on the card")
    return float(plan.tokens_per_s)


def hierarchy(card: dict[str, Any]) -> Hierarchy:
    """A machine with the card, and more memory and disk than is needed."""
    vram, ram, disk = (
        Tier(name, name, gib, gib, None, False)
        for name, gib in (("vram", card["memory_gib"]), ("ram", 256.0), ("disk", 1000.0))
    )
    return Hierarchy(vram, ram, disk, {}, 0.0, card["bf16_tflops"], "Linux")


if __name__ == "__main__":
    serve(answer)
