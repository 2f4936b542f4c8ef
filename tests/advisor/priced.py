"""The bundled facts with the prices that held on a fixed day, and copies of them with parts replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from catalog.api_prices import quote
from catalog.load import Catalog, load

TODAY = date(2026, 11, 23)


@cache
def priced() -> Catalog:
    """As ``load()``, with the API prices of the day of these tests."""
    return replace(load(), quote=lambda ids, _: quote(ids, TODAY))


def with_parts(catalog: Catalog, **parts: Any) -> Catalog:
    """The same facts, but for ``models``, ``gpus`` or ``offers`` as given."""
    copy = replace(catalog)
    copy.__dict__.update(parts)
    if "models" in parts:
        copy.__dict__["built_models"] = parts["models"]
    return copy


def changed(model: str, **fields: Any) -> Catalog:
    """The same facts, but for these fields of a model."""
    facts = priced()
    models = tuple(one.model_copy(update=fields) if one.id == model else one for one in facts.models)
    return with_parts(facts, models=models)
