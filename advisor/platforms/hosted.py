"""Hosted fine-tuning: who trains the model, what training takes, and what serving the result takes a month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from advisor.cost import DAYS_PER_MONTH, HOURS_PER_MONTH, amount
from advisor.plan.spans import exactly, scaled
from advisor.plan.work import Amounts
from advisor.platforms.machines import Machine, Yard
from advisor.platforms.month import Line, Site, Traffic, machines, priced, summed
from advisor.platforms.records import Part, Way
from advisor.platforms.sheet import Sheet
from catalog.records import FineTunePrice, Lifecycle, Model, Offer
from harness.protocol import MoneyRange as Money

SUPERVISED = re.compile(r"\bSFT\b|^LoRA$")
FULL_OR_TRIAL = re.compile(r"^full|developer tier")
"""Full tuning is not what is planned, and a developer tier's deployments end after a day."""
CLASS = re.compile(r"^(?:(<=|>)\s*)?(\d+(?:\.\d+)?)B(?:\s*-\s*(\d+(?:\.\d+)?)B)?$")
PER_GPU_HOUR = re.compile(r"per ([A-Z]+\d+)-hour")
BILLION = 1e9
DAYS = float(DAYS_PER_MONTH)


class Tariffs(NamedTuple):
    """What is on offer for a model, and why the rest is not."""

    open: tuple[FineTunePrice, ...]
    closed_because: tuple[str, ...]


def tariffs(model: Model, prices: Iterable[FineTunePrice], notices: Iterable[Lifecycle], *, until: date) -> Tariffs:
    """Prices of supervised tuning of the model, or of its size, that can be had until the day ``until``."""
    fitting = [price for price in prices if fits(price, model) and SUPERVISED.search(price.method)]
    ended = {price.id: why for price in fitting if (why := ends(price, model, notices, until=until))}
    kept = tuple(one for one in fitting if one.id not in ended and not FULL_OR_TRIAL.search(one.method))
    return Tariffs(kept, tuple(dict.fromkeys(ended.values())))


def fits(price: FineTunePrice, model: Model) -> bool:
    """Whether a price is of this model, or of a class of sizes that it falls into."""
    if price.model_id is not None:
        return price.model_id == model.id
    found = CLASS.match(price.model)
    if found is None or model.kind != "open" or not model.total_params:
        return False
    size, bound = model.total_params / BILLION, float(found[2])
    if found[3]:
        return bound <= size <= float(found[3])
    return size > bound if found[1] == ">" else size <= bound


def ends(price: FineTunePrice, model: Model, notices: Iterable[Lifecycle], *, until: date) -> str:
    """Why training or serving there stops before the day; empty where nothing is known to stop."""
    if price.status != "active":
        return f"{price.provider}: {price.status.replace('_', ' ')}" + (
            f", last new job {price.last_job_date}" if price.last_job_date else ""
        )
    if price.last_job_date and price.last_job_date <= until:
        return f"{price.provider}: last new job {price.last_job_date}"
    if model.shutdown_date and model.shutdown_date <= until:
        return f"{model.id} shuts down on {model.shutdown_date}"
    notice = next((one for one in notices if one.model_id == model.id and one.provider == price.provider), None)
    if notice and notice.fine_tuning_ends and notice.fine_tuning_ends <= until:
        return f"{price.provider}: fine-tuning ends {notice.fine_tuning_ends}"
    return ""


def ways(
    found: Iterable[FineTunePrice], *, model: Model, todo: Amounts, traffic: Traffic, yard: Yard, sheet: Sheet, today: date
) -> Iterator[Way]:  # fmt: skip
    """One way for each tariff."""
    for price in found:
        rented = PER_GPU_HOUR.search(price.hosting_unit or "")
        if rented and price.hosting_usd:
            way = _dedicated(price, rented[1], traffic=traffic, yard=yard, sheet=sheet, today=today)
        else:
            way = _per_token(price, model=model, todo=todo, traffic=traffic, today=today)
        asked = f"; the price is that of its size ({price.model}): ask whether {price.provider} trains this model"
        because = way.because + ("" if price.model_id else asked)
        yield way.model_copy(update={"once_usd": training_usd(price, todo), "because": because})


def training_usd(price: FineTunePrice, todo: Amounts) -> Money | None:
    """Training tokens of all epochs at the price per million, no less than the minimum of a job; None is unpriced."""
    if price.train_usd_per_mtok is None:
        return None
    tokens = scaled(todo.training_tokens, 1e-6)
    spent = [amount(size, price.train_usd_per_mtok) for size in (tokens.low, tokens.expected, tokens.high)]
    low, expected, high = (max(one, price.minimum_usd_per_job or one) for one in spent if one is not None)
    return Money(low=low, expected=expected, high=high)


def _dedicated(price: FineTunePrice, gpu_word: str, *, traffic: Traffic, yard: Yard, sheet: Sheet, today: date) -> Way:
    """GPUs of the host around the clock."""
    site = _site(price, gpu_word, yard, sheet, today)
    if site is None:
        return _unpriced(price, "dedicated", f"unpriced: no {gpu_word} of the catalog is known to hold the model")
    wanted = machines(site, traffic)
    hours = scaled(wanted, float(HOURS_PER_MONTH) * site.machine.gpus)
    said = f"{gpu_word} of the host around the clock"
    if traffic.requests_per_day is None:
        said += "; one machine, as requests a day are unknown"
    part = priced(
        Line("Dedicated GPUs", hours, "GPU hour"), price.hosting_usd,
        fact=price, because=said, today=today, stale="fine-tuning price",
    )  # fmt: skip
    return Way(
        mode=price.provider, kind="dedicated", what=f"{price.provider}, {site.machine.gpus} x {gpu_word} dedicated",
        parts=(part,), usd_per_month=summed((part,)), because=said,
        usd_per_hour=price.hosting_usd * site.machine.gpus if price.hosting_usd else None,
    )  # fmt: skip


def _site(price: FineTunePrice, gpu_word: str, yard: Yard, sheet: Sheet, today: date) -> Site | None:
    """The host's GPU as a machine of the catalog."""
    found = yard.named(gpu_word)
    if found is None or price.hosting_usd is None:
        return None
    card, count, rates = found
    offer = Offer(
        id=price.id, provider=price.provider, product="dedicated", gpu_id=card.id, gpu_count=1, tier="dedicated",
        usd_per_gpu_hour=price.hosting_usd, billing="per-hour", region="unknown", as_of=price.as_of,
        source=price.source, confidence=price.confidence,
    )  # fmt: skip
    return Site(Machine(offer, card, count, rates), sheet, price.provider, 0.0, today, pinned=False)


def _per_token(price: FineTunePrice, *, model: Model, todo: Amounts, traffic: Traffic, today: date) -> Way:
    """Tokens at the tuned model's prices, and the hours of its deployment where they are billed."""
    taken, given = _token_prices(price, model)
    if taken is None or given is None:
        return _unpriced(price, "per_token", "unpriced: what serving the tuned model takes is not known")
    if traffic.requests_per_day is None:
        return _unpriced(price, "per_token", "unpriced: requests a day are unknown, and every token is billed")
    requests = traffic.requests_per_day * DAYS / 1e6
    sizes = (("Input tokens", todo.tokens_in, taken), ("Output tokens", todo.tokens_out, given))
    parts = [
        priced(
            Line(name, scaled(tokens, requests), "million tokens", by_traffic=True), cost,
            fact=price, because=f"{traffic.requests_per_day:,.0f} requests a day x 365/12", today=today,
            stale="fine-tuning price",
        )
        for name, tokens, cost in sizes
    ]  # fmt: skip
    parts += _hosting(price, today)
    return Way(
        mode=price.provider, kind="per_token", what=f"{price.provider}, by the token", parts=tuple(parts),
        usd_per_month=summed(tuple(parts)), because=f"${taken:f} in and ${given:f} out per million tokens",
        unpriced=tuple(part.name for part in parts if part.usd is None),
    )  # fmt: skip


def _token_prices(price: FineTunePrice, model: Model) -> tuple[Decimal | None, Decimal | None]:
    """Of the tuned model; those of its base where the host says that they are the same."""
    if price.inference_as_base or "base price" in (price.hosting_unit or ""):
        return model.input_usd_per_mtok, model.output_usd_per_mtok
    return price.input_usd_per_mtok, price.output_usd_per_mtok


def _hosting(price: FineTunePrice, today: date) -> list[Part]:
    """A deployment by the hour, or keeping the weights; nothing where the host says that it takes nothing."""
    unit = price.hosting_unit or ""
    hourly, monthly = unit.startswith("per hour"), "month" in unit
    if not (hourly or monthly):
        return []
    quantity = exactly(float(HOURS_PER_MONTH) if hourly else 1.0)
    return [
        priced(
            Line("Deployment" if hourly else "Keeping the weights", quantity, "hour" if hourly else "month"), price.hosting_usd,
            fact=price, because=unit, today=today, stale="fine-tuning price",
        )
    ]  # fmt: skip


def _unpriced(price: FineTunePrice, kind: str, because: str) -> Way:
    return Way.model_validate({
        "mode": price.provider, "kind": kind, "what": f"{price.provider}, {price.model}", "parts": (),
        "usd_per_month": None, "because": because,
    })  # fmt: skip
