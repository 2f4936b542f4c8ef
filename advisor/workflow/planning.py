"""Plans for a model of the catalog, and for a model that lies in a folder here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from advisor.errors import BadInput
from advisor.plan.records import Method, Plan
from advisor.profile import Profile
from advisor.shortlist import shortlist
from advisor.store.pricing import make_plan
from advisor.workflow.facts import load_catalog
from catalog.load import Catalog
from catalog.records import Gpu, Model, Offer
from harness.protocol import PrepareResult


class Facts(NamedTuple):
    """The part of the catalog that a plan is made from."""

    models: tuple[Model, ...]
    gpus: tuple[Gpu, ...]
    current_offers: Iterable[Offer]


def plan_for(profile: Profile, *, model: str | None, gpu: str | None, today: date, method: Method = "lora") -> Plan:
    """A plan for a model of the catalog; without a name for the best one that can be tuned.

    Raises BadInput for unknown names, with the nearest, and where nothing fits.
    """
    catalog = load_catalog()
    return make_plan(
        profile, model or _best_open(profile, catalog, today), catalog, today=today, gpu=gpu, method=method
    )


def plan_for_prepared(profile: Profile, prepared: PrepareResult, *, today: date) -> Plan:
    """A plan for tuning the very model that was prepared, from what was counted in its folder."""
    catalog = load_catalog()
    own = as_fact(prepared, today)
    others = (model for model in catalog.models if model.id != own.id)
    return make_plan(profile, own.id, Facts((own, *others), catalog.gpus, catalog.current_offers), today=today)


def as_fact(prepared: PrepareResult, today: date) -> Model:
    """A prepared model as a record of the catalog."""
    shape = prepared.model
    return Model(
        as_of=today,
        source=f"config.json and safetensors headers in {Path(prepared.model_dir).name}",
        confidence="verified",
        id=prepared.model_name,
        name=prepared.model_name,
        family=shape.architecture,
        vendor="local folder",
        kind="open",
        fine_tunable="self_host",
        total_params=shape.total_params,
        active_params=shape.total_params,
        num_layers=shape.num_layers,
        hidden_size=shape.hidden_size,
        num_heads=shape.num_heads,
        num_kv_heads=shape.num_kv_heads,
        head_dim=shape.head_dim,
        intermediate_size=shape.intermediate_size,
        vocab_size=shape.vocab_size,
        tied_embeddings=shape.tied_embeddings,
        native_context_tokens=shape.context_length,
        lifecycle="open_weights",
    )


def _best_open(profile: Profile, catalog: Catalog, today: date) -> str:
    """The best model of the shortlist whose weights can be tuned."""
    candidates = shortlist(profile, catalog, today=today, approach="lora").candidates
    tunable = (one.model for one in candidates if catalog.model(one.model).kind == "open")
    found = next(tunable, None)
    if found is None:
        raise BadInput("no open model of the catalog meets this profile's constraints", "name one with --model ID")
    return found
