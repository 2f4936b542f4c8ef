"""Prices a plan in DuckDB: quantities times prices, ranking and totals are sets, so they are SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from advisor.cost import as_quantity
from advisor.estimate.ledger import LedgerRow
from advisor.plan.build import Catalog, assemble, draft, find_open_model
from advisor.plan.records import (
    ComponentDraft,
    CostComponent,
    Draft,
    Method,
    Money,
    OfferChoice,
    OfferDraft,
    Plan,
    Priced,
    Span,
)
from advisor.profile import Profile
from advisor.store.database import memory, sql

if TYPE_CHECKING:
    import duckdb


def make_plan(
    profile: Profile, model_id: str, catalog: Catalog, *, today: date, gpu: str | None = None, method: Method = "lora",
    ledger: Sequence[LedgerRow] = (),
) -> Plan:  # fmt: skip
    """A whole plan for tuning a model, by the runs of the ledger where there were like ones. Raises BadInput for unknown names, or when nothing fits."""
    model = find_open_model(model_id, catalog.models)
    drafted = draft(profile, model, catalog, today=today, method=method, gpu=gpu, ledger=ledger)
    return assemble(drafted, price(drafted))


def price(plan_draft: Draft) -> Priced:
    """Rank the offers, then price the components of the best one and those of none, and add them up."""
    with memory() as connection:
        offers = _price_offers(connection, plan_draft.offers)
        chosen = offers[0].offer_id
        lines = [line for line in plan_draft.components if line.offer_id in (None, chosen)]
        components = _price_components(connection, lines)
        totals = _totals(connection)
        unpriced = tuple(name for (name,) in connection.execute(sql("unpriced_components")).fetchall())
    return Priced(
        offers=offers,
        components=components,
        once_usd=totals["once"],
        monthly_usd=totals["monthly"],
        unpriced=unpriced,
    )


def _price_offers(connection: duckdb.DuckDBPyConnection, offers: Sequence[OfferDraft]) -> tuple[OfferChoice, ...]:
    by_id = {offer.offer_id: offer for offer in offers}
    given = {
        "offer_ids": [offer.offer_id for offer in offers],
        "gpus": [offer.gpus for offer in offers],
        "usd_per_gpu_hour": [str(offer.usd_per_gpu_hour) for offer in offers],
        "eligible": [offer.eligible for offer in offers],
        "outdated": [offer.outdated for offer in offers],
        "stale": [offer.stale_days is not None for offer in offers],
        **_bounds("hours", [offer.hours for offer in offers]),
    }
    rows = connection.execute(sql("price_offers"), given).fetchall()
    return tuple(_choice(by_id[offer_id], hourly, bounds) for offer_id, hourly, *bounds in rows)


def _choice(offer: OfferDraft, usd_per_hour: Decimal, usd: list[Decimal]) -> OfferChoice:
    return OfferChoice(
        usd_per_hour=usd_per_hour,
        usd=_money(usd),
        **offer.model_dump(exclude={"usd_per_gpu_hour", "eligible"}),
    )


def _price_components(
    connection: duckdb.DuckDBPyConnection, lines: Sequence[ComponentDraft]
) -> tuple[CostComponent, ...]:
    given = {
        "position": list(range(len(lines))),
        "name": [line.name for line in lines],
        "recurring": [line.recurring for line in lines],
        "counted": [line.counted for line in lines],
        "unit_price_usd": [None if line.unit_price_usd is None else str(line.unit_price_usd) for line in lines],
        **_bounds("quantity", [line.quantity for line in lines]),
    }
    connection.execute(sql("price_components"), given)
    rows = connection.execute(sql("priced_components")).fetchall()
    return tuple(_component(lines[position], usd) for position, *usd in rows)


def _component(line: ComponentDraft, usd: list[Decimal | None]) -> CostComponent:
    known = [part for part in usd if part is not None]
    money = _money(known) if len(known) == len(usd) else None
    return CostComponent(usd=money, **line.model_dump(exclude={"offer_id"}))


def _totals(connection: duckdb.DuckDBPyConnection) -> dict[str, Money]:
    rows = connection.execute(sql("plan_totals")).fetchall()
    return {recurring: _money(bounds) for recurring, *bounds in rows}


def _bounds(name: str, spans: Sequence[Span]) -> dict[str, Any]:
    """Low, expected and high as lists of six-place decimals, written as text: DuckDB casts them exactly."""
    return {
        f"{name}_{bound}": [str(as_quantity(getattr(span, bound))) for span in spans]
        for bound in ("low", "expected", "high")
    }


def _money(bounds: Sequence[Decimal]) -> Money:
    low, expected, high = bounds
    return Money(low=low, expected=expected, high=high)
