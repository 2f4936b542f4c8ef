"""The API that the plan is measured against: the cheapest current one, which is the hardest comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from advisor.plan.work import Amounts
from advisor.profile import Profile
from advisor.shortlist.constraints import exclusion
from advisor.shortlist.money import cached_tokens, usd_per_request
from advisor.shortlist.need import need
from catalog.records import Confidence, Model
from catalog.tariff import Tariff, standard


class Api(NamedTuple):
    """The alternative, or why there is none."""

    model: Model | None
    usd_per_request: Decimal | None
    because: str

    @property
    def confidence(self) -> Confidence | None:
        """Of its price."""
        return self.model.price_confidence or self.model.confidence if self.model else None


def best_api(profile: Profile, models: Iterable[Model], todo: Amounts, today: date) -> Api:
    """The cheapest API per request that the shortlist would not exclude: still sold, long enough, and fit for the task."""
    if profile.privacy == "no_egress":
        return Api(None, None, "data may not leave: no API comes into question")
    asked = need(profile, today=today, approach="prompt")
    usable = [model for model in models if model.kind == "api" and exclusion(model, asked) is None]
    priced = [(_request_price(prices, profile, todo), one.id, one) for one in usable if (prices := standard(one))]
    if not priced:
        return Api(None, None, "no current API with a known price and enough context is in the catalog")
    price, _, model = min(priced)
    if profile.tokens_in is None or profile.tokens_out is None:
        return Api(model, None, "tokens per request are unknown, so is the price of a request")
    return Api(model, price, f"cheapest current API for {profile.tokens_in} + {profile.tokens_out} tokens a request")


def _request_price(prices: Tariff, profile: Profile, todo: Amounts) -> Decimal:
    """With the long price of a long request, and with the cache where the traffic keeps one warm."""
    return usd_per_request(
        prices,
        tokens_in=round(todo.tokens_in.expected),
        tokens_out=round(todo.tokens_out.expected),
        cached_tokens=cached_tokens(profile.cacheable_prefix_tokens, profile.volume_per_day or 0),
    )
