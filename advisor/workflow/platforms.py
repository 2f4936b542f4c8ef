"""Platforms compared for a profile and a model of the catalog."""

from __future__ import annotations

from datetime import date

from advisor.errors import BadInput
from advisor.platforms import Comparison, choose
from advisor.profile import Profile
from advisor.shortlist import best_to_tune, shortlist
from catalog.errors import UnknownId
from catalog.load import Catalog


def platforms_for(profile: Profile, catalog: Catalog, *, model: str | None, today: date) -> Comparison:
    """The comparison for a model; without a name for the best one whose weights can be tuned.

    Raises BadInput for an unknown name, with the nearest, and where no open model meets the constraints.
    """
    return choose(
        profile, catalog.model(_known(model, catalog) or _best(profile, catalog, today)), catalog, today=today
    )


def _known(name: str | None, catalog: Catalog) -> str | None:
    if name is None:
        return None
    try:
        return catalog.model(name).id
    except UnknownId as error:
        near = f"nearest: {', '.join(error.nearest)}" if error.nearest else "see: tunewise catalog list"
        raise BadInput(f"unknown model {name[:60]!r}", near) from error


def _best(profile: Profile, catalog: Catalog, today: date) -> str:
    found = best_to_tune(shortlist(profile, catalog, today=today, approach="lora"), catalog)
    if found is None:
        raise BadInput("no open model of the catalog meets this profile's constraints", "name one with --model ID")
    return found
