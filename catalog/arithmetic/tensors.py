"""What a model is made of: tensors, layers of them, and what a layer remembers of a token."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tensor:
    """A stored tensor, in as many copies as there are experts."""

    name: str
    """Within its layer, as transformers names the module: ``self_attn.q_proj``."""
    shape: tuple[int, ...]
    """A linear layer's as torch has it: outputs, then inputs."""
    copies: int = 1
    used: int | None = None
    """How many of the copies one token passes through; None is all."""
    linear: bool = False
    """Whether adapters attach to it."""

    @property
    def size(self) -> int:
        """Parameters of all copies."""
        return math.prod(self.shape) * self.copies

    @property
    def active(self) -> int:
        """Parameters that one token is worked on with."""
        return self.size if self.used is None else math.prod(self.shape) * self.used

    @property
    def target(self) -> str:
        """What peft calls it: the last part of the name."""
        return self.name.rpartition(".")[2]

    def adapter(self, rank: int) -> int:
        """Parameters of a LoRA of that rank: rank x (inputs + outputs), for each copy (arXiv:2106.09685, section 4.1)."""
        return rank * sum(self.shape) * self.copies


@dataclass(frozen=True, slots=True)
class Cache:
    """What a layer keeps to go on from: for each token, and once for a sequence."""

    values_per_token: float = 0
    window_tokens: int | None = None
    """A sliding or chunked layer keeps no more tokens than this."""
    state_values: int = 0
    """Of a recurrent state or a convolution, whatever the length."""
    compressed_values_per_token: float = 0
    """Kept for the whole context, beside a window."""

    def values(self, tokens: int) -> float:
        """Values kept for a context of that many tokens, the state aside."""
        kept = tokens if self.window_tokens is None else min(tokens, self.window_tokens)
        return self.values_per_token * kept + self.compressed_values_per_token * tokens


@dataclass(frozen=True, slots=True)
class Layer:
    """One decoder layer."""

    mixer: str
    """``attention``, ``sliding``, ``latent``, ``delta`` ..."""
    tensors: tuple[Tensor, ...]
    cache: Cache

    @property
    def size(self) -> int:
        """Parameters."""
        return total(self.tensors)


@dataclass(frozen=True, slots=True)
class Structure:
    """All tensors of a model."""

    embedding: tuple[Tensor, ...]
    """Input embedding, and the output head where it is not tied."""
    layers: tuple[Layer, ...]
    rest: tuple[Tensor, ...]
    """Of the language model: the last norm, and what belongs to no layer."""
    towers: tuple[Tensor, ...] | None = ()
    """For images and sound, and what joins them to the language model; None is unknown."""
    spare: tuple[Tensor, ...] = ()
    """Stored and not needed to run it: layers that predict a token further ahead (MTP), keys that no layer reads."""

    @property
    def text(self) -> tuple[Tensor, ...]:
        """The language model."""
        inner = (tensor for layer in self.layers for tensor in layer.tensors)
        return (*self.embedding, *inner, *self.rest)


def total(tensors: Iterable[Tensor]) -> int:
    """Parameters of them all."""
    return sum(tensor.size for tensor in tensors)


def linear(
    name: str, inputs: int, outputs: int, *, bias: bool = False, copies: int = 1, used: int | None = None
) -> tuple[Tensor, ...]:
    """A linear layer that adapters attach to, with its bias."""
    weight = Tensor(name, (outputs, inputs), copies, used, linear=True)
    return (weight, Tensor(f"{name}_bias", (outputs,), copies, used)) if bias else (weight,)


def norm(name: str, width: int, *, bias: bool = False) -> tuple[Tensor, ...]:
    """Scales of a norm, and shifts where it is a LayerNorm with bias."""
    scale = Tensor(name, (width,))
    return (scale, Tensor(f"{name}_bias", (width,))) if bias else (scale,)


def within(prefix: str, tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """The same, as parts of a module."""
    return tuple(Tensor(f"{prefix}.{one.name}", one.shape, one.copies, one.used, one.linear) for one in tensors)
