"""Hard constraints: each gives the reason why a model is out, or None.

What is unknown puts nothing out, but for one thing: whether an API is still sold.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from advisor.shortlist.need import Need
from catalog.records import Model

Constraint = Callable[[Model, Need], str | None]

PREVIEW = re.compile(r"preview|experimental|-exp\b")
"""In the name of an API: its vendor may change or end it at short notice."""
NO_TEXT = {"speech": "speech", "image generation": "images"}
"""Modalities to what such a model answers in."""
COUNTED = re.compile(r"multilingual-(\d+)")


def egress(model: Model, need: Need) -> str | None:
    """Data may not leave."""
    if need.profile.privacy == "no_egress" and model.kind == "api":
        return "runs behind an API, and the data may not leave"
    return None


def licence(model: Model, need: Need) -> str | None:
    """Commercial use needs a licence that allows it."""
    if need.profile.commercial_use and model.commercial_use == "no":
        return f"its licence ({model.license or 'unnamed'}) does not allow commercial use"
    return None


def lifecycle(model: Model, need: Need) -> str | None:
    """It has to live as long as the plan."""
    heir = f"; replaced by {model.replacement}" if model.replacement else ""
    if model.shutdown_date and model.shutdown_date <= need.horizon_end:
        word = "shut down" if model.shutdown_date <= need.today else "shuts down"
        return f"{word} on {model.shutdown_date}{heir}"
    return f"it is {model.lifecycle}{heir}" if model.lifecycle in ("retired", "deprecated") else None


def existence(model: Model, need: Need) -> str | None:
    """On a past day it has to have been there; of one without a release date that is known from the day it was seen."""
    if model.release_date is None and model.as_of > need.today:
        return f"its release is undated and it was first seen on {model.as_of}: it may not have been there yet"
    return None


def sold(model: Model, _: Need) -> str | None:
    """A price list keeps the prices of APIs that are gone: one list alone does not show that a model is still sold."""
    if model.kind == "open" or model.origin in ("overlay", "imported"):
        return None
    if PREVIEW.search(model.id.lower()):
        return "a preview, which its vendor may end at short notice"
    if model.lifecycle == "unknown" and model.price_confidence != "verified":
        return "nothing but one price list says that it is still sold"
    return None


def answers(model: Model, _: Need) -> str | None:
    """The answers have to be text."""
    given = NO_TEXT.get(model.modality or "")
    return f"it answers in {given}, not in text" if given else None


def tuning(model: Model, need: Need) -> str | None:
    """An approach that tunes needs a model that can be tuned, for as long as the plan."""
    if not need.tuned or model.fine_tunable not in ("no", "closing"):
        return None
    if model.fine_tunable == "no":
        return "its vendor offers no fine-tuning"
    return f"its fine-tuning is closing ({model.fine_tune_note or 'no date given'})"


def context(model: Model, need: Need) -> str | None:
    """The longest input has to fit, natively or extended."""
    longest = model.extended_context_tokens or model.native_context_tokens
    if need.context_tokens is None or longest is None or need.context_tokens <= longest:
        return None
    return f"its context of {longest:,} tokens is below the {need.context_tokens:,} needed"


def languages(model: Model, need: Need) -> str | None:
    """Every language has to be among those that are listed, where a full list is published."""
    if counted(model) or not model.languages:
        return None
    missing = [code for code in need.languages if code not in (*model.languages, "en")]
    return f"not trained for {', '.join(missing)} (lists {', '.join(model.languages)})" if missing else None


def counted(model: Model) -> int | None:
    """The published number of languages where they are not all listed."""
    found = [COUNTED.fullmatch(code) for code in model.languages]
    return next((int(match.group(1)) for match in found if match), None)


CONSTRAINTS: tuple[Constraint, ...] = (existence, lifecycle, sold, answers, egress, licence, tuning, context, languages)


def exclusion(model: Model, need: Need) -> str | None:
    """The first constraint that puts a model out, or None."""
    return next((why for rule in CONSTRAINTS if (why := rule(model, need))), None)
