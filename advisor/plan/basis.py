"""Everything that a plan follows from, kept with it: it can be made again after the world's prices have moved on."""

from __future__ import annotations

from datetime import date

from advisor.estimate.ledger import LedgerRow
from advisor.plan.build import Catalog
from advisor.plan.records import Method, Plan
from advisor.profile import Profile
from advisor.records import Frozen
from catalog.records import Gpu, Model, Offer


class Basis(Frozen):
    """The profile, what was asked for, and the facts of that day; stands in for the catalog."""

    profile: Profile
    model: str
    method: Method
    gpu: str | None
    """The only one to be considered, as it was named."""
    today: date
    models: tuple[Model, ...]
    """The one that is tuned, and the API beside it with its prices."""
    gpus: tuple[Gpu, ...]
    current_offers: tuple[Offer, ...]
    ledger: tuple[LedgerRow, ...] = ()
    """The runs of this installation up to then."""

    @property
    def built_models(self) -> tuple[Model, ...]:
        """The same; they carry their dimensions."""
        return self.models


class KeptPlan(Frozen):
    """A plan and what it follows from."""

    version: str
    """Of tunewise."""
    plan: Plan
    basis: Basis


def basis_of(
    plan: Plan, profile: Profile, facts: Catalog, *, gpu: str | None, ledger: tuple[LedgerRow, ...] = ()
) -> Basis:
    """What a plan that was just made from these facts follows from."""
    used = (plan.model, plan.break_even.api_model)
    return Basis(
        profile=profile,
        model=plan.model,
        method=plan.method,
        gpu=gpu,
        today=plan.as_of,
        models=tuple(model for model in facts.models if model.id in used),
        gpus=facts.gpus,
        current_offers=tuple(facts.current_offers),
        ledger=ledger,
    )
