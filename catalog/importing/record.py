"""A reading as records of the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from catalog.arithmetic import Sizes, sizes
from catalog.errors import CatalogError
from catalog.importing.check import Check, check, said
from catalog.importing.counted import Stored
from catalog.importing.sources import Reading
from catalog.records import Architecture, Model

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,95}(?:/[A-Za-z0-9][A-Za-z0-9_.+-]{0,95})?")
LOCAL = "local"
"""Organisation of a model that came from a folder or file."""
STAMPS = ("as_of", "source", "confidence", "origin")
OWN_LATER = ("model_type", "config", "quality")
"""Fields of a model that another table has."""
MAX_PARAMETERS = 10**16


class Chosen(NamedTuple):
    """What a person says of a model that its files do not."""

    id: str | None = None
    name: str | None = None
    license: str | None = None


class Imported(NamedTuple):
    """A model that was read, checked, and can be put into a catalog."""

    model: Model
    """With its architecture joined."""
    architecture: Architecture
    check: Check
    said: tuple[str, ...]
    """Whether the count is what the model says of itself."""
    assumed: tuple[str, ...]
    weights: str | None
    """How they are stored."""
    source: str


def imported(reading: Reading, chosen: Chosen, *, known: Iterable[Model], today: date) -> Imported:
    """Records of a reading. ``known`` models tell what a licence allows. Raises CatalogError."""
    bare = _bare(reading, chosen, known, today)
    counted = _sizes(bare)
    configuration = reading.configuration
    found = check(counted, reading.stored, bare, quantized=configuration.quantized)
    if (found.total or 0) > MAX_PARAMETERS:
        raise CatalogError(f"{reading.source}: {found.total:,} parameters", f"at most {MAX_PARAMETERS:,}")
    told = said(reading.stated, found)
    model = bare.model_copy(update=_counts(counted, found, told))
    architecture = Architecture(
        id=model.id,
        model_type=configuration.model_type,
        config=configuration.config,
        as_of=today,
        source=reading.source,
        confidence="sourced",
        origin="imported",
    )
    stored = weights(reading.stored) if reading.stored and reading.stored.parameters else None
    return Imported(model, architecture, found, told, configuration.assumed, stored, reading.source)


def entry(record: Model | Architecture) -> dict[str, Any]:
    """The fields that a record states, as an overlay has them."""
    fields = type(record).model_fields
    later = OWN_LATER if isinstance(record, Model) else ()
    ordered = ("id", *(name for name in fields if name not in ("id", *STAMPS)), *STAMPS)
    values = {name: getattr(record, name) for name in ordered if name not in later}
    stated = {name: value for name, value in values.items() if value not in (None, (), {})}
    plain = {
        name: value for name, value in stated.items() if fields[name].is_required() or value != fields[name].default
    }
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _bare(reading: Reading, chosen: Chosen, known: Iterable[Model], today: date) -> Model:
    """Everything but the counts. Raises CatalogError for an id that is none and for values that no model has."""
    configuration, name = reading.configuration, chosen.name or reading.name
    identifier = chosen.id or reading.hub_id or f"{LOCAL}/{_slug(reading.name)}"
    if not ID.fullmatch(identifier) or ".." in identifier:
        raise CatalogError(
            f"{identifier[:120]!r} is no id of a model", "organisation/model, of letters, digits and .-_+"
        )
    license_name = chosen.license or reading.license
    fields = {
        **configuration.fields,
        **_terms(license_name, known),
        **_tuning(reading),
        "id": identifier,
        "name": name[:200],
        "family": configuration.model_type,
        "vendor": reading.organisation or identifier.rpartition("/")[0] or LOCAL,
        "kind": "open",
        "license": license_name,
        "model_type": configuration.model_type,
        "config": configuration.config,
        "modality": configuration.modality,
        "languages": reading.languages,
        "lifecycle": "open_weights",
        "note": _note(reading),
        "as_of": today,
        "source": reading.source,
        "confidence": "sourced",
        "origin": "imported",
    }
    try:
        return Model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CatalogError(f"{reading.source}: {place}: {str(first['input'])[:40]!r}", first["msg"]) from error


def _slug(name: str) -> str:
    """A name as part of an id."""
    return re.sub(r"[^A-Za-z0-9_.+-]+|\.{2,}", "-", name).strip("-.")[:96] or "model"


def _sizes(model: Model) -> Sizes:
    """What the arithmetic gives; fields that contradict each other give nothing."""
    try:
        return sizes(model)
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        return Sizes(id=model.id, reasons=(f"the fields do not fit together ({str(error)[:80]})",))


def _counts(counted: Sizes, found: Check, told: tuple[str, ...]) -> Mapping[str, Any]:
    """Totals, cache, and whether they passed."""
    notes = "; ".join((*found.notes, *told))
    return {
        "total_params": found.total,
        "active_params": _positive(counted.active_params),
        "kv_bytes_per_token": _positive(counted.kv_bytes_per_token),
        "param_check": found.outcome,
        "param_note": notes or None,
        "confidence": "verified" if found.outcome == "exact" else "sourced",
    }


def _positive(number: int | None) -> int | None:
    return number if number and number > 0 else None


def _terms(license_name: str | None, known: Iterable[Model]) -> dict[str, Any]:
    """What a licence allows, where every model of the catalog under it says the same."""
    if not license_name:
        return {}
    alike = [one for one in known if (one.license or "").lower() == license_name.lower()]
    found = {(one.commercial_use, one.license_conditions) for one in alike}
    uses = {use for use, _ in found}
    if len(uses) != 1:
        return {}
    conditions = {text for _, text in found}
    return {"commercial_use": uses.pop(), "license_conditions": conditions.pop() if len(conditions) == 1 else None}


def _tuning(reading: Reading) -> dict[str, Any]:
    """Whether adapters can be trained on these very weights."""
    if reading.gguf:
        return {"fine_tune_note": "GGUF weights are for inference; train on the model's safetensors"}
    packed = reading.configuration.quantized or (reading.stored and reading.stored.packed)
    return {"fine_tune_note": "packed weights"} if packed else {"fine_tunable": "self_host"}


def _note(reading: Reading) -> str | None:
    """How the weights are stored, and what was assumed."""
    stored, assumed = reading.stored, "; ".join(reading.configuration.assumed)
    told = [f"assumed: {assumed}"] if assumed else []
    if stored is not None and stored.parameters:
        told.insert(0, f"weights: {weights(stored)}")
    return "; ".join(told) or None


def weights(stored: Stored) -> str:
    """How weights are stored, in words."""
    kinds = [
        f"{dtype} {count / stored.parameters:.0%}" for dtype, count in stored.types if count * 200 >= stored.parameters
    ]
    return f"{', '.join(kinds)}, in {stored.tensors:,} tensors"
