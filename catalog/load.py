"""The catalog in memory: its files read when first asked for, its records found by id or by name."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from catalog.join import with_architectures, with_history, with_prices
from catalog.names import GPU_ALIASES, MODEL_ALIASES, name_index, resolve
from catalog.records import (
    ApiPrice,
    Architecture,
    Exclusion,
    FineTunePrice,
    Gpu,
    GuideCell,
    GuideRow,
    Lifecycle,
    Model,
    Offer,
    Platform,
    PlatformFact,
    Score,
)
from catalog.staleness import STALE_AFTER_DAYS
from catalog.tables import Shape, read_records

DATA = Path(__file__).parent / "data"

Record = TypeVar("Record")
Change = Callable[[str, tuple[Any, ...]], tuple[Any, ...]]
"""Takes the name of a table and its records, gives the records that hold: with the user's own facts, or of a day."""
Quote = Callable[[Iterable[str], date | None], Mapping[str, ApiPrice]]
"""Takes ids of API models and a day (None is now), gives the prices that are known."""


@dataclass(frozen=True)
class Table:
    """A file of the catalog."""

    record: type[Any]
    shape: Shape = dict
    optional: bool = False


def _lists(*names: str) -> Shape:
    """These columns hold several values, separated by semicolons."""
    return lambda cells: {name: cell.split(";") if name in names else cell for name, cell in cells.items()}


def _config(cells: dict[str, str]) -> dict[str, Any]:
    """``config`` holds ``name=value`` pairs, separated by semicolons."""
    pairs = [pair.partition("=") for pair in cells.get("config", "").split(";") if pair.strip()]
    return cells | {"config": {name.strip(): value.strip() for name, _, value in pairs}}


TABLES: Mapping[str, Table] = {
    "models": Table(Model, _lists("languages", "recalled_fields")),
    "architectures": Table(Architecture, _config),
    "gpus": Table(Gpu),
    "offers": Table(Offer),
    "api_prices": Table(ApiPrice, optional=True),
    "finetune_prices": Table(FineTunePrice),
    "lifecycle": Table(Lifecycle),
    "scores": Table(Score),
    "platforms": Table(Platform, _lists("kinds", "bundle_needs")),
    "platform_facts": Table(PlatformFact),
    "guide": Table(GuideRow),
    "guide_tables": Table(GuideCell),
    "exclusions": Table(Exclusion),
}
"""Name of the file to what a line of it is. ``api_prices`` holds the user's own; the public ones come at run time."""


def no_quotes(_: Iterable[str], __: date | None) -> Mapping[str, ApiPrice]:
    """Every API unpriced."""
    return {}


@dataclass(frozen=True)
class Catalog:
    """All facts, in the order of their files."""

    folder: Path = DATA
    changes: tuple[Change, ...] = ()
    """Applied to each table in this order."""
    as_of: date | None = None
    """The day whose facts these are; None is now."""
    quote: Quote = no_quotes

    def table(self, name: str) -> tuple[Any, ...]:
        """The records of a table that hold, read once. Raises CatalogError with file, line and column of what is wrong."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    @functools.cached_property
    def models(self) -> tuple[Model, ...]:
        """Every model with its architecture, lifecycle, scores and, behind an API, prices."""
        return self._priced(self._bare)

    @functools.cached_property
    def built_models(self) -> tuple[Model, ...]:
        """Every model with its architecture alone, which sizes follow from: no end, score or price is read or asked."""
        return with_architectures(self.table("models"), self.table("architectures"))

    @functools.cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """GPUs."""
        return self.table("gpus")

    @functools.cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Every observation, older ones of the same offer included."""
        return self.table("offers")

    @functools.cached_property
    def finetune_prices(self) -> tuple[FineTunePrice, ...]:
        """Hosted fine-tuning."""
        return self.table("finetune_prices")

    @functools.cached_property
    def lifecycle(self) -> tuple[Lifecycle, ...]:
        """Announced ends."""
        return self.table("lifecycle")

    @functools.cached_property
    def scores(self) -> tuple[Score, ...]:
        """Published scores."""
        return self.table("scores")

    @functools.cached_property
    def platforms(self) -> tuple[Platform, ...]:
        """Places to serve and train."""
        return self.table("platforms")

    @functools.cached_property
    def platform_facts(self) -> tuple[PlatformFact, ...]:
        """What is known of each platform, fact by fact."""
        return self.table("platform_facts")

    @functools.cached_property
    def guide(self) -> tuple[GuideRow, ...]:
        """Statements of the guide beside what holds."""
        return self.table("guide")

    @functools.cached_property
    def guide_tables(self) -> tuple[GuideCell, ...]:
        """The guide's own tables, cell by cell, beside what holds."""
        return self.table("guide_tables")

    @functools.cached_property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What is not carried, and why."""
        return self.table("exclusions")

    def model(self, name: str) -> Model:
        """A model by id, last part of its id, or alias, in any case. Raises UnknownId with the nearest."""
        return self._priced((self._models[resolve("model", name, self._model_names)],))[0]

    def gpu(self, name: str) -> Gpu:
        """A GPU by id, printed name or short name such as ``h100``, in any case. Raises UnknownId with the nearest."""
        return self._gpus[resolve("GPU", name, self._gpu_names)]

    def offers_for(self, gpu_id: str) -> tuple[Offer, ...]:
        """What a GPU rents for now: of each offer the newest observation, cheapest first."""
        return self._current.get(gpu_id, ())

    def with_changes(self, *changes: Change) -> Catalog:
        """The same facts with further changes."""
        return replace(self, changes=(*self.changes, *changes))

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
    def _tables(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def _read(self, name: str) -> tuple[Any, ...]:
        of = TABLES[name]
        path = self.folder / f"{name}.csv"
        found: tuple[Any, ...] = () if of.optional and not path.exists() else read_records(path, of.record, of.shape)
        for change in self.changes:
            found = change(name, found)
        return found

    def _priced(self, models: tuple[Model, ...]) -> tuple[Model, ...]:
        """With the user's own prices, else the public ones of the day."""
        if not any(model.kind == "api" for model in models):
            return models
        own = {price.id: price for price in self._own_prices}
        asked = [model.id for model in models if model.kind == "api" and model.id not in own and self._sold(model)]
        return with_prices(models, {**(self.quote(asked, self.as_of) if asked else {}), **own})

    def _sold(self, model: Model) -> bool:
        """Whether it can have had a public price on the day: an undated release counts from a while before it was seen."""
        if self.as_of is None or model.release_date is not None:
            return True
        return self.as_of >= model.as_of - timedelta(days=STALE_AFTER_DAYS["price"])

    @functools.cached_property
    def _own_prices(self) -> tuple[ApiPrice, ...]:
        return self.table("api_prices")

    @functools.cached_property
    def _bare(self) -> tuple[Model, ...]:
        """Models without prices."""
        return with_history(self.built_models, self.lifecycle, self.scores, self.as_of)

    @functools.cached_property
    def _current(self) -> dict[str, tuple[Offer, ...]]:
        grouped: dict[str, list[Offer]] = defaultdict(list)
        for offer in self.current_offers:
            grouped[offer.gpu_id].append(offer)
        return {gpu: tuple(sorted(found, key=_price)) for gpu, found in grouped.items()}

    @functools.cached_property
    def _models(self) -> dict[str, Model]:
        return {model.id: model for model in self._bare}

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

    Reading raises CatalogError with the file, line and column of the first thing that is wrong.
    """
    return _load((folder or DATA).absolute())


@functools.cache
def _load(folder: Path) -> Catalog:
    return Catalog(folder)


def _price(offer: Offer) -> tuple[object, ...]:
    return (offer.usd_per_gpu_hour, offer.id)
