"""Sizes of LoRA adapters (arXiv:2106.09685)."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.arithmetic.tensors import Structure, Tensor


def targets_of(of: Structure) -> tuple[str, ...]:
    """Names of the linear layers that adapters attach to, in the order of the first layer that has them."""
    return tuple(dict.fromkeys(tensor.target for tensor in _linear(of)))


def shapes(of: Structure) -> dict[str, tuple[int, int]]:
    """Inputs and outputs of each target, as in the first layer that has it; layers of other kinds may differ."""
    found: dict[str, tuple[int, int]] = {}
    for tensor in _linear(of):
        outputs, inputs = tensor.shape
        found.setdefault(tensor.target, (inputs, outputs))
    return found


def adapter_parameters(of: Structure, *, rank: int, targets: Iterable[str] | None = None) -> int:
    """Parameters of an adapter on all layers: rank times inputs plus outputs of each target.

    Every expert gets its own, and a fused matrix shares one input side. None is every linear layer, as ``all-linear``
    of peft: not the head, nor routers. Raises ValueError for a rank below one or a target that the model does not have.
    """
    if rank < 1:
        raise ValueError(f"rank {rank} is below 1")
    known = targets_of(of)
    chosen = frozenset(known if targets is None else targets)
    if unknown := sorted(chosen - set(known)):
        raise ValueError(f"unknown target {unknown[0]!r}; allowed: {', '.join(known)}")
    return sum(tensor.adapter(rank) for tensor in _linear(of) if tensor.target in chosen)


def _linear(of: Structure) -> list[Tensor]:
    return [tensor for layer in of.layers for tensor in layer.tensors if tensor.linear]
