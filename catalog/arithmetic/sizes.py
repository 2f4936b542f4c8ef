"""The one function: parameters, cache and adapter of a model, from the fields of its configuration alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from catalog.arithmetic.adapters import adapter_parameters, targets_of
from catalog.arithmetic.cache import STATE_BYTES, cache_bytes, kv_bytes_per_token
from catalog.arithmetic.families import structure
from catalog.arithmetic.of_model import fields_of
from catalog.arithmetic.tensors import Structure, total
from catalog.records import Model


class Sizes(BaseModel):
    """Sizes of a model; None is unknown, and ``reasons`` say why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    total_params: int | None = None
    """All that is loaded to run it: language model, encoders of images, joining layers."""
    active_params: int | None = None
    """Of the language model, used for one token."""
    text_params: int | None = None
    """The language model alone."""
    tower_params: int | None = None
    """Encoders of images and sound, and what joins them; 0 for a model of text."""
    spare_params: int | None = None
    """Stored and not needed to run it: layers that predict further ahead (MTP), keys that no layer reads."""
    embedding_params: int | None = None
    """Input embedding, and the output head where it is not tied."""
    layer_params: tuple[int, ...] = ()
    """Of each layer, in order."""
    layer_kinds: tuple[str, ...] = ()
    """``attention``, ``sliding``, ``latent``, ``mamba`` ... of each layer."""
    kv_bytes_per_token: int | None = None
    """While no window is full; recurrent states do not grow and are not in it."""
    state_bytes: int | None = None
    """What a sequence keeps whatever its length."""
    cache_bytes: int | None = None
    """Of one sequence of ``context_tokens``: windows that are full do not grow."""
    context_tokens: int | None = None
    lora_rank: int | None = None
    lora_targets: tuple[str, ...] = ()
    lora_params: int | None = None
    lora_bytes: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def checkpoint_params(self) -> int | None:
        """All that is stored."""
        if self.total_params is None or self.spare_params is None:
            return None
        return self.total_params + self.spare_params


def structure_of(model: Model) -> Structure:
    """All tensors of a catalog model. Raises LookupError with what is not known or not covered."""
    if not model.model_type:
        raise LookupError("its architecture is not published")
    return structure(model.model_type, fields_of(model))


def sizes(
    model: Model,
    *,
    rank: int | None = None,
    targets: Iterable[str] | None = None,
    context_tokens: int | None = None,
    bytes_per_value: float = 2,
    lora_bytes_per_value: float = 2,
) -> Sizes:
    """Everything that follows from a model's configuration; the stated totals are not looked at.

    ``rank`` asks for a LoRA adapter on ``targets`` (names as peft has them; None is every linear layer of the language
    model but the head), ``context_tokens`` for the cache of one sequence. Raises ValueError for a rank below one, a
    negative context, or a target that the model does not have.
    """
    try:
        of = structure_of(model)
    except LookupError as error:
        return Sizes(id=model.id, reasons=(_reason(error),))
    cached = None if context_tokens is None else cache_bytes(of, context_tokens, bytes_per_value=bytes_per_value)
    adapter = None if rank is None else adapter_parameters(of, rank=rank, targets=targets)
    return Sizes(
        id=model.id,
        **_parameters(of),
        kv_bytes_per_token=kv_bytes_per_token(of, bytes_per_value=bytes_per_value),
        state_bytes=sum(layer.cache.state_values for layer in of.layers) * STATE_BYTES,
        cache_bytes=cached,
        context_tokens=context_tokens,
        lora_rank=rank,
        lora_targets=() if rank is None else tuple(sorted(targets_of(of) if targets is None else set(targets))),
        lora_params=adapter,
        lora_bytes=None if adapter is None else round(adapter * lora_bytes_per_value),
        reasons=() if of.towers is not None else ("the size of its encoders of images or sound is not known",),
    )


def _parameters(of: Structure) -> Mapping[str, Any]:
    towers, text = None if of.towers is None else total(of.towers), total(of.text)
    return {
        "total_params": None if towers is None else text + towers,
        "active_params": sum(tensor.active for tensor in of.text),
        "text_params": text,
        "tower_params": towers,
        "spare_params": total(of.spare),
        "embedding_params": total(of.embedding),
        "layer_params": tuple(layer.size for layer in of.layers),
        "layer_kinds": tuple(layer.mixer for layer in of.layers),
    }


def _reason(error: LookupError) -> str:
    """As the error says it."""
    return str(error.args[0])
