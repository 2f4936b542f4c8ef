"""The catalog in memory: its files read once, its records found by id or by name."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.names import GPU_ALIASES, MODEL_ALIASES, name_index, resolve
from catalog.records import Gpu, GuideRow, Model, Offer
from catalog.tables import read_records

DATA = Path(__file__).parent / "data"
SCORES = {
    "quality_mmlu": "MMLU",
    "quality_ifeval": "IFEval",
    "quality_humaneval": "HumanEval",
    "quality_math": "MATH",
    "quality_gpqa": "GPQA",
}
"""Column to benchmark, scores in percent."""


@dataclass(frozen=True)
class Catalog:
    """All facts, in the order of their files."""

    models: tuple[Model, ...]
    gpus: tuple[Gpu, ...]
    offers: tuple[Offer, ...]
    """Every observation, older ones of the same offer included."""
    guide: tuple[GuideRow, ...]

    def model(self, name: str) -> Model:
        """A model by id, last part of its id, or alias, in any case. Raises UnknownId with the nearest."""
        return self._models[resolve("model", name, self._model_names)]

    def gpu(self, name: str) -> Gpu:
        """A GPU by id, printed name or short name such as ``h100``, in any case. Raises UnknownId with the nearest."""
        return self._gpus[resolve("GPU", name, self._gpu_names)]

    def offers_for(self, gpu_id: str) -> tuple[Offer, ...]:
        """What a GPU rents for now: of each offer the newest observation, cheapest first."""
        return self._current.get(gpu_id, ())

    @functools.cached_property
    def current_offers(self) -> tuple[Offer, ...]:
        """Of each offer the newest observation, in the order of the file."""
        newest: dict[tuple[object, ...], Offer] = {}
        for offer in self.offers:
            key = (offer.provider, offer.product, offer.gpu_id, offer.gpu_count, offer.tier, offer.region)
            seen = newest.get((*key, offer.instance))
            if seen is None or offer.as_of > seen.as_of:
                newest[*key, offer.instance] = offer
        return tuple(newest.values())

    @functools.cached_property
    def _current(self) -> dict[str, tuple[Offer, ...]]:
        grouped: dict[str, list[Offer]] = defaultdict(list)
        for offer in self.current_offers:
            grouped[offer.gpu_id].append(offer)
        return {gpu: tuple(sorted(found, key=_price)) for gpu, found in grouped.items()}

    @functools.cached_property
    def _models(self) -> dict[str, Model]:
        return {model.id: model for model in self.models}

    @functools.cached_property
    def _gpus(self) -> dict[str, Gpu]:
        return {gpu.id: gpu for gpu in self.gpus}

    @functools.cached_property
    def _model_names(self) -> dict[str, str]:
        return name_index(self._models, MODEL_ALIASES)

    @functools.cached_property
    def _gpu_names(self) -> dict[str, str]:
        printed = {gpu.name: gpu.id for gpu in self.gpus}
        return {name.lower().replace(" ", "-"): found for name, found in printed.items()} | name_index(
            self._gpus, GPU_ALIASES
        )


def load(folder: Path | None = None) -> Catalog:
    """The catalog of a folder, by default the one that comes with the package; read once per process.

    Raises CatalogError with the file, line and column of the first thing that is wrong.
    """
    return _load((folder or DATA).absolute())


@functools.cache
def _load(folder: Path) -> Catalog:
    return Catalog(
        models=read_records(folder / "models.csv", Model, _model_fields),
        gpus=read_records(folder / "gpus.csv", Gpu),
        offers=read_records(folder / "offers.csv", Offer),
        guide=read_records(folder / "guide.csv", GuideRow),
    )


def _model_fields(cells: dict[str, str]) -> dict[str, Any]:
    """Languages become a tuple, the score columns one mapping."""
    fields: dict[str, Any] = {name: cell for name, cell in cells.items() if name not in SCORES}
    fields["quality"] = {SCORES[name]: cell for name, cell in cells.items() if name in SCORES}
    if "languages" in cells:
        fields["languages"] = tuple(cells["languages"].split(";"))
    return fields


def _price(offer: Offer) -> tuple[object, ...]:
    return (offer.usd_per_gpu_hour, offer.id)
