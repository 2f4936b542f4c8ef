"""Plans for a model of the catalog, and for a model that lies in a folder here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from advisor.errors import BadInput
from advisor.estimate.ledger import LedgerRow
from advisor.paths import Workspace
from advisor.plan.basis import Basis, basis_of
from advisor.plan.records import Method, Plan
from advisor.profile import Profile
from advisor.shortlist import best_to_tune, shortlist
from advisor.store import plans
from advisor.store.ledger import ledger
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

    @property
    def built_models(self) -> tuple[Model, ...]:
        """The same; they carry their dimensions."""
        return self.models


def plan_for(
    profile: Profile, *, model: str | None, gpu: str | None, today: date, method: Method = "lora",
    catalog: Catalog | None = None, workspace: Workspace | None = None,
) -> Plan:  # fmt: skip
    """A plan for a model of the catalog; without a name for the best one that can be tuned and hosted.

    It rests on the facts of the package unless others are given, and is kept in the workspace with them. Raises BadInput for unknown names, with the nearest,
    where nothing fits, and for a day of which no price is known.
    """
    facts = catalog or load_catalog()
    _require_prices(facts)
    rows = _gpu_rows(workspace)
    chosen = model or _best_open(profile, facts, today)
    made = make_plan(profile, chosen, facts, today=today, gpu=gpu, method=method, ledger=rows)
    _keep(workspace, made, basis_of(made, profile, facts, gpu=gpu, ledger=rows))
    return made


def plan_for_prepared(
    profile: Profile, prepared: PrepareResult, *, today: date, catalog: Catalog | None = None,
    workspace: Workspace | None = None,
) -> Plan:  # fmt: skip
    """A plan for tuning the very model that was prepared, from what was counted in its folder; kept like the other."""
    facts = catalog or load_catalog()
    own = as_fact(prepared, today)
    others = (model for model in facts.models if model.id != own.id)
    known = Facts((own, *others), facts.gpus, facts.current_offers)
    rows = _gpu_rows(workspace)
    made = make_plan(profile, own.id, known, today=today, ledger=rows)
    _keep(workspace, made, basis_of(made, profile, known, gpu=None, ledger=rows))
    return made


def _gpu_rows(workspace: Workspace | None) -> tuple[LedgerRow, ...]:
    """Measured runs that a plan can learn from: it plans for GPUs."""
    rows = ledger(workspace) if workspace is not None else ()
    return tuple(row for row in rows if row.expected.device.is_gpu)


def _keep(workspace: Workspace | None, plan: Plan, basis: Basis) -> None:
    """With what it follows from; a plan is worth showing where it cannot be kept."""
    if workspace is not None:
        with suppress(OSError):
            plans.keep(workspace, plan, basis)


def _require_prices(facts: Catalog) -> None:
    """Raises BadInput, naming the first day there is, for a day on which nothing that could be rented was known."""
    from catalog.asof import note  # noqa: PLC0415 - for past days only

    missing = note(facts) if facts.as_of else ""
    if missing:
        raise BadInput(f"a plan needs hardware with a price; {missing}", "a later --as-of")


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
    """The best model of the shortlist whose weights can be tuned, and hosted at a known price if there is one."""
    found = best_to_tune(shortlist(profile, catalog, today=today, approach="lora"), catalog)
    if found is None:
        raise BadInput("no open model of the catalog meets this profile's constraints", "name one with --model ID")
    return found
