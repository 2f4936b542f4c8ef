"""Parameters, cache and adapter sizes from the fields of a configuration, never from a stated total.

A model is built up as the list of its tensors, as the modelling code of transformers has them; every size is a sum over
that list.
"""

from catalog.arithmetic.adapters import adapter_parameters, shapes, targets_of
from catalog.arithmetic.cache import cache_bytes, kv_bytes_per_token
from catalog.arithmetic.config import Fields, UnknownField, flatten, parse, render
from catalog.arithmetic.families import covered, structure, used
from catalog.arithmetic.of_model import fields_of
from catalog.arithmetic.parameters import Parameters, dims, parameters
from catalog.arithmetic.sizes import Sizes, sizes, structure_of
from catalog.arithmetic.tensors import Cache, Layer, Structure, Tensor, total

__all__ = [
    "Cache",
    "Fields",
    "Layer",
    "Parameters",
    "Sizes",
    "Structure",
    "Tensor",
    "UnknownField",
    "adapter_parameters",
    "cache_bytes",
    "covered",
    "dims",
    "fields_of",
    "flatten",
    "kv_bytes_per_token",
    "parameters",
    "parse",
    "render",
    "shapes",
    "sizes",
    "structure",
    "structure_of",
    "targets_of",
    "total",
    "used",
]
