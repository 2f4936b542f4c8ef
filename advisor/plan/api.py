"""The API that the plan is measured against: the cheapest current one, which is the hardest comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from advisor.cost import request_usd
from advisor.plan.work import Amounts
from advisor.profile import Profile
from catalog.records import Model

LEAST_DAYS = 90
"""An API that ends sooner is no alternative."""


class Api(NamedTuple):
    """The alternative, or why there is none."""

    model: Model | None
    usd_per_request: Decimal | None
    because: str


def best_api(profile: Profile, models: Iterable[Model], todo: Amounts, today: date) -> Api:
    """The cheapest API per request that lives on, has room for the task, and may be used."""
    if profile.privacy == "no_egress":
        return Api(None, None, "data may not leave: no API comes into question")
    usable = [model for model in models if _usable(model, profile, today)]
    if not usable:
        return Api(None, None, "no current API with a known price and enough context is in the catalog")
    priced = [(_request_price(model, todo), model.id, model) for model in usable]
    price, _, model = min(priced)
    if profile.tokens_in is None or profile.tokens_out is None:
        return Api(model, None, "tokens per request are unknown, so is the price of a request")
    return Api(model, price, f"cheapest current API for {profile.tokens_in} + {profile.tokens_out} tokens a request")


def _usable(model: Model, profile: Profile, today: date) -> bool:
    if model.kind != "api" or model.lifecycle not in ("current", "unknown"):
        return False
    if model.shutdown_date and model.shutdown_date < today + timedelta(days=LEAST_DAYS):
        return False
    room = model.native_context_tokens
    if profile.context_tokens and room and room < profile.context_tokens:
        return False
    return bool(model.input_usd_per_mtok and model.output_usd_per_mtok)


def _request_price(model: Model, todo: Amounts) -> Decimal:
    return request_usd(
        tokens_in=round(todo.tokens_in.expected),
        tokens_out=round(todo.tokens_out.expected),
        input_usd_per_mtok=model.input_usd_per_mtok or Decimal(0),
        output_usd_per_mtok=model.output_usd_per_mtok or Decimal(0),
    )
