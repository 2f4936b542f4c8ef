"""Feed-forward parts: plain, gated, and mixtures of experts."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.arithmetic.config import Fields
from catalog.arithmetic.tensors import Tensor, linear, within

EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_topk")
EXPERT_WIDTH = ("moe_intermediate_size", "intermediate_size")


NAMES = ("gate_proj", "up_proj", "down_proj")


def gated(
    hidden: int, width: int, *, bias: bool = False, fused: bool = False, names: tuple[str, str, str] = NAMES
) -> tuple[Tensor, ...]:
    """Gate, up and down (SwiGLU and its kin, arXiv:2002.05202); ``fused`` where gate and up are one matrix."""
    rising = ("gate_up_proj",) if fused else names[:2]
    wide = 2 * width if fused else width
    up = (tensor for name in rising for tensor in linear(name, hidden, wide, bias=bias))
    return (*up, *linear(names[2], width, hidden, bias=bias))


def plain(
    hidden: int, width: int, *, bias: bool = False, names: tuple[str, str] = ("up_proj", "down_proj")
) -> tuple[Tensor, ...]:
    """Up and down."""
    return (*linear(names[0], hidden, width, bias=bias), *linear(names[1], width, hidden, bias=bias))


@dataclass(frozen=True, slots=True)
class Mixture:
    """How a family builds its mixture of experts."""

    router: str = "gate"
    router_bias: bool = False
    correction: str | None = None
    """Name of the stored vector that balances the experts, if there is one (arXiv:2408.15664)."""
    expert_bias: bool = False
    gated: bool = True
    fused: bool = False
    """Whether an expert's gate and up are one matrix (gpt-oss)."""
    shared: str | None = None
    """Name of the expert that every token passes."""
    shared_gate: bool = False


def mixture(f: Fields, how: Mixture, *, shared_width: int = 0, inner: int | None = None) -> tuple[Tensor, ...]:
    """Router, experts, and the shared expert. ``inner`` is the width that experts work in, where it is not the hidden one.

    Raises UnknownField.
    """
    hidden, count, chosen = f.whole("hidden_size"), f.whole(*EXPERTS), f.whole(*CHOSEN)
    router = [Tensor(how.router, (count, hidden))]
    router += [Tensor(f"{how.router}_bias", (count,))] if how.router_bias else []
    router += [Tensor(how.correction, (count,))] if how.correction else []
    one = _expert(how, inner or hidden, f.whole(*EXPERT_WIDTH))
    experts = (Tensor(part.name, part.shape, count, chosen, part.linear) for part in one)
    return (*router, *within("experts", experts), *_shared(how, hidden, shared_width))


def _expert(how: Mixture, hidden: int, width: int) -> tuple[Tensor, ...]:
    if not how.gated:
        return plain(hidden, width, bias=how.expert_bias)
    return gated(hidden, width, bias=how.expert_bias, fused=how.fused)


def _shared(how: Mixture, hidden: int, width: int) -> tuple[Tensor, ...]:
    if not how.shared or not width:
        return ()
    expert = gated(hidden, width) if how.gated else plain(hidden, width)
    gate = (Tensor(f"{how.shared}_gate", (1, hidden)),) if how.shared_gate else ()
    return (*within(how.shared, expert), *gate)
