"""What an estimate needs of the bundled facts, models' dimensions and GPUs, without the cost of checking all of them.

The package's own files are checked record by record by ``catalog verify`` and by the tests. Reading the records takes
longer than an estimate, so that a command for one workload reads cells instead. Facts of the user's own, of an update
or of another day go through ``catalog.load``.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from catalog.join import with_architectures
from catalog.light import DATA, Row, rows

if TYPE_CHECKING:  # rows stand for the records
    from catalog.records import Gpu, Model

GPU_RATES = frozenset({
    "memory_gb", "bandwidth_gb_s", "bf16_dense_tflops", "fp16_dense_tflops", "fp8_dense_tflops", "fp4_dense_tflops",
    "int8_dense_tops", "fp32_tflops", "tdp_w", "nvlink_gb_s",
})  # fmt: skip
"""Columns of numbers."""


OWN = ("overlay.toml", "current")
"""In the catalog's folder of a workspace, what lays facts over those of the package."""


def has_own_facts(folder: Path) -> bool:
    """Whether the package's own files are not the whole answer."""
    return any((folder / name).exists() for name in OWN)


class Dimensions:
    """Models with their architectures, and GPUs, of a folder of checked files."""

    def __init__(self, folder: Path = DATA) -> None:
        self._folder = folder

    @functools.cached_property
    def built_models(self) -> tuple[Model, ...]:
        """Every model with what its sizes follow from; neither ends, scores nor prices."""
        models, architectures = (_marked(self._folder / f"{name}.csv") for name in ("models", "architectures"))
        return with_architectures(cast("list[Model]", models), architectures)

    @functools.cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """Every GPU."""
        return tuple(cast("list[Gpu]", [_rated(row) for row in _marked(self._folder / "gpus.csv")]))


def _marked(path: Path) -> list[Any]:
    """The lines of a file, telling like records whether they rest on memory."""
    found = rows(path)
    for row in found:
        row.model_copy(update={"recalled": row.confidence in ("recalled", "judgement")})
    return found


def _rated(row: Row) -> Row:
    """A GPU whose rates are numbers."""
    return row.model_copy(
        update={name: None if (cell := getattr(row, name)) is None else float(cell) for name in GPU_RATES}
    )
