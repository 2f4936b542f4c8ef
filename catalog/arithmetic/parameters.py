"""Counts of a model whose structure is known."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.arithmetic.sizes import structure_of
from catalog.arithmetic.tensors import Structure, total
from catalog.records import Model


@dataclass(frozen=True)
class Parameters:
    """Counts of parameters."""

    total: int
    active: int
    """Used for one token; the same as total unless there are experts or encoders of images."""
    per_layer: int
    """Of the last layer."""
    embedding: int
    """Input embedding, and the output head where it is not tied."""


def dims(model: Model) -> Structure | None:
    """The tensors of a catalog model, or None where its family is not covered or a field is unknown."""
    try:
        return structure_of(model)
    except LookupError:
        return None


def parameters(of: Structure) -> Parameters:
    """Counts that reproduce a published checkpoint to the unit; encoders of unknown size are left out."""
    text = total(of.text)
    return Parameters(
        total=text + total(of.towers or ()),
        active=sum(tensor.active for tensor in of.text),
        per_layer=of.layers[-1].size,
        embedding=total(of.embedding),
    )
