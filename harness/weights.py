"""Which weights an arm needs loaded, and the one engine that is loaded at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from harness.arms import ReadyAdapter, ReadyArm, ReadyModel
from harness.emit import Emitter
from harness.engine import Engine, OpenEngine, Weights
from harness.merge import DType, Ingredients, ensure_merged, merged_folder
from harness.protocol import EngineSettings

ImportEngine = Callable[[EngineSettings], OpenEngine]
"""Imports an engine's library and says how it is opened; tests pass their own."""


class Engines:
    """Loads each set of weights once, the one before freed first: two models rarely fit a machine that fits one.

    ``switching`` engines (vLLM on a GPU) keep the base weights and switch adapters per request. Elsewhere an adapter
    is merged into a copy of the base that lives until the run's end, then goes: it can be made again from base and
    adapter, and weighs as much as the model.
    """

    def __init__(
        self, arms: Sequence[ReadyArm], settings: EngineSettings, emitter: Emitter, *,
        seed: int, switching: bool, import_engine: ImportEngine,
    ) -> None:  # fmt: skip
        self._arms, self._settings, self._emitter = arms, settings, emitter
        self._seed, self._switching, self._import = seed, switching, import_engine
        self._open: OpenEngine | None = None
        self._weights: Weights | None = None
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the engine that is loaded, if any."""
        if self._engine is not None:
            self._engine.close()
        self._engine = self._weights = None

    def order(self) -> list[ReadyArm]:
        """The arms, those that share weights next to each other, else as given."""
        places = {self._shared(ready): place for place, ready in reversed(list(enumerate(self._arms)))}
        return sorted(self._arms, key=lambda ready: places[self._shared(ready)])

    def loaded_for(self, ready: ReadyArm) -> Engine:
        """An engine with the arm's weights."""
        weights = self._needed(ready)
        if self._engine is None or weights != self._weights:
            self.close()
            opener = self._opener()
            with self._emitter.stage("load engine", detail=ready.arm.label):
                self._engine = opener(weights, self._settings, facts=ready.model.facts, seed=self._seed)
            self._weights = weights
        return self._engine

    def adapter_for(self, ready: ReadyArm) -> Path | None:
        """The adapter to be switched on for the arm's requests."""
        return ready.adapter.folder if ready.adapter and self._switching else None

    def remove_merged(self) -> None:
        """Give the disk space of merged weights back; only after the last item is on disk."""
        self.close()
        for folder in self._emitter.run_dir.glob("merged-*"):
            shutil.rmtree(folder)

    def _opener(self) -> OpenEngine:
        """How an engine is opened; imported once, when the first is needed."""
        if self._open is None:
            with self._emitter.stage("import engine", detail=self._settings.backend):
                self._open = self._import(self._settings)
        return self._open

    def _shared(self, ready: ReadyArm) -> tuple[str, str | None]:
        """What two arms have in common when one engine serves both."""
        return ready.model.sha256, None if self._switching or not ready.adapter else ready.adapter.sha256

    def _needed(self, ready: ReadyArm) -> Weights:
        """The folder to load for an arm, merged where it must be."""
        if self._switching:
            return Weights(ready.model.folder, self._largest_rank(ready.model))
        return Weights(ready.model.folder if ready.adapter is None else self._merged(ready.model, ready.adapter))

    def _largest_rank(self, model: ReadyModel) -> int | None:
        """The largest rank among the adapters that the arms put on a model; None where there are none."""
        ranks = [arm.adapter.rank for arm in self._arms if arm.adapter and arm.model.sha256 == model.sha256]
        return max(ranks, default=None)

    def _merged(self, model: ReadyModel, adapter: ReadyAdapter) -> Path:
        """The merged weights, made unless an earlier session did. The engine before is freed first."""
        dtype: DType = self._settings.dtype
        ingredients = Ingredients(model.folder, model.sha256, adapter.folder, adapter.sha256, dtype)
        folder = merged_folder(self._emitter.run_dir, ingredients)
        if self._weights == Weights(folder):
            return folder
        self.close()
        with self._emitter.stage("merge adapter") as stage:
            stage.detail = "merged" if ensure_merged(folder, ingredients) else "reused from the session before"
        return folder
