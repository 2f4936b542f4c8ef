"""The tensors that are computed beside those that transformers builds: layer by layer, module by module, name by name."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from catalog.arithmetic import structure_of, total
from catalog.load import load

HEADERS = sorted((Path(__file__).parent / "headers").glob("*.json"))


class Stored(NamedTuple):
    """A tensor of a header."""

    name: str
    shape: tuple[int, ...]
    layers: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape) * (len(self.layers) or 1)

    @property
    def inside(self) -> str:
        return self.name.removeprefix("layers.*.")


def header(path: Path) -> tuple[str, list[Stored]]:
    read = json.loads(path.read_text(encoding="utf-8"))
    return read["model"], [
        Stored(name, tuple(shape), tuple(numbers(layers))) for name, shape, layers in read["tensors"]
    ]


def numbers(spans: str) -> Iterator[int]:
    for span in filter(None, spans.split(",")):
        first, _, last = span.partition("-")
        yield from range(int(first), int(last or first) + 1)


def module(name: str) -> str:
    return name.partition(".")[0].removesuffix("_bias")


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_each_module_of_each_layer_has_as_many_parameters(path: Path) -> None:
    name, tensors = header(path)
    expected: dict[int, Counter[str]] = {}
    for tensor in tensors:
        for layer in tensor.layers if tensor.name.startswith("layers.*.") else ():
            expected.setdefault(layer, Counter())[module(tensor.inside)] += math.prod(tensor.shape)

    computed = {
        index: sum((Counter({module(one.name): one.size}) for one in layer.tensors), Counter[str]())
        for index, layer in enumerate(structure_of(load().model(name)).layers)
    }

    assert computed == expected


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_the_whole_has_as_many_parameters(path: Path) -> None:
    name, tensors = header(path)
    of = structure_of(load().model(name))

    assert of.towers is not None
    assert total(of.text) + total(of.towers) == sum(tensor.size for tensor in tensors)


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_what_adapters_attach_to_has_the_name_and_the_shape_that_transformers_gives_it(path: Path) -> None:
    name, tensors = header(path)
    stored = {
        (layer, tensor.inside.removesuffix(".weight")): tensor.shape for tensor in tensors for layer in tensor.layers
    }
    layers = enumerate(structure_of(load().model(name)).layers)
    linear = {
        (index, one.name): one.shape
        for index, layer in layers
        for one in layer.tensors
        if one.linear and one.copies == 1
    }

    wrong = {place: (shape, stored.get(place)) for place, shape in linear.items() if stored.get(place) != shape}

    assert linear
    assert wrong == {}


def test_every_way_to_build_a_layer_has_a_header() -> None:
    kinds = {layer.mixer for path in HEADERS for layer in structure_of(load().model(header(path)[0])).layers}

    assert kinds >= {
        "attention",
        "attention+mamba",
        "chunked",
        "compressed",
        "convolution",
        "delta",
        "image",
        "latent",
        "mamba",
        "moe",
        "sliding",
    }
