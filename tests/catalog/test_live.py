"""Offers of the day: mapped where the name says which card it is, named where it does not."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from catalog import live
from catalog.errors import CatalogError
from catalog.load import load
from tests.catalog.small import small

TODAY = date(2026, 11, 23)
KNOWN = frozenset(gpu.id for gpu in load().gpus)


@dataclass
class Item:
    """The fields of ``gpuhunt.CatalogItem`` 0.1.34 that are read."""

    provider: str = "aws"
    instance_name: str = "p5.48xlarge"
    location: str = "us-east-1"
    price: float = 55.04
    gpu_count: int = 8
    gpu_name: str | None = "H100"
    gpu_memory: float | None = 80.0
    spot: bool = False


def mapped(*items: Item) -> live.Live:
    return live.offers(items, source="gpuhunt 0.1.34", known=KNOWN, today=TODAY)


def test_a_machine_becomes_a_price_per_gpu_with_source_and_day() -> None:
    (offer,) = mapped(Item()).offers

    assert (offer.gpu_id, offer.gpu_count, offer.usd_per_gpu_hour) == ("h100-sxm", 8, Decimal("6.88"))
    assert (offer.provider, offer.product, offer.tier) == ("aws", "ec2", "on-demand")
    assert (offer.source, offer.as_of, offer.confidence) == ("gpuhunt 0.1.34, aws", TODAY, "sourced")
    assert offer.note == "p5.48xlarge in us-east-1, the cheapest of the day"


@pytest.mark.parametrize(
    ("name", "memory", "machine", "gpu"),
    [
        ("A100", 40.0, "p4d.24xlarge", "a100-40gb-sxm"),
        ("A100", 80.0, "p4de.24xlarge", "a100-80gb-sxm"),
        ("A100", 80.0, "Standard_NC24ads_A100_v4", "a100-80gb-pcie"),
        ("A100", 80.0, "NVIDIA A100 80GB PCIe", "a100-80gb-pcie"),
        ("A100", 80.0, "NVIDIA A100-SXM4-80GB", "a100-80gb-sxm"),
        ("H100", 80.0, "NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("H100", 80.0, "gpu_1x_h100_pcie", "h100-pcie"),
        ("H100NVL", 94.0, "whatever", "h100-nvl"),
        ("L40S", 48.0, "g6e.xlarge", "l40s"),
        ("RTX4090", 24.0, "1234567", "rtx-4090"),
        ("MI300X", 192.0, "Standard_ND96isr_MI300X_v5", "mi300x"),
    ],
)
def test_cards_are_told_by_name_memory_and_where_needed_machine(
    name: str, memory: float, machine: str, gpu: str
) -> None:
    (offer,) = mapped(Item(gpu_name=name, gpu_memory=memory, instance_name=machine)).offers

    assert offer.gpu_id == gpu


def test_a_card_that_is_not_told_apart_or_not_known_is_counted_and_left_out() -> None:
    found = mapped(
        Item(provider="vastai", instance_name="8812345"),
        Item(provider="vastai", instance_name="8812346"),
        Item(gpu_name="GAUDI3", gpu_memory=128.0),
        Item(gpu_name=None, gpu_memory=None),
    )

    assert found.offers == ()
    assert found.unknown == {"H100 80 GB": 2, "GAUDI3 128 GB": 1, "None 0 GB": 1}


def test_of_one_kind_of_machine_the_cheapest_is_taken() -> None:
    (offer,) = mapped(Item(price=80.0), Item(price=55.04, location="us-west-2"), Item(price=0.0)).offers

    assert offer.usd_per_gpu_hour == Decimal("6.88")
    assert "us-west-2" in (offer.note or "")


def test_a_market_is_marked_as_one_and_private_machines_too() -> None:
    card = {"gpu_name": "RTX4090", "gpu_memory": 24.0, "gpu_count": 1, "price": 0.4}
    found = mapped(
        Item(provider="vastai", instance_name="1", **card),  # type: ignore[arg-type]  # a plain dict of fields
        Item(provider="runpod", instance_name="NVIDIA GeForce RTX 4090", location="DE", spot=True, **card),  # type: ignore[arg-type]  # the same
        Item(provider="runpod", instance_name="NVIDIA GeForce RTX 4090", location="EU-RO-1", **card),  # type: ignore[arg-type]  # the same
    )

    assert {(offer.provider, offer.product, offer.tier) for offer in found.offers} == {
        ("vast", "marketplace", "on-demand"),
        ("runpod", "pod", "community spot"),
        ("runpod", "pod", "secure on-demand"),
    }


def test_every_name_in_the_tables_is_a_card_of_the_catalog() -> None:
    named = {*live.GPUS.values(), *(gpu for forms in live.FORMS.values() for _, gpu in forms)}

    assert named <= KNOWN


def test_offers_are_added_to_the_tables_and_asked_twice_a_day_replaced() -> None:
    found = mapped(Item()).offers
    once = live.with_offers(small(), found)
    dearer = tuple(offer.model_copy(update={"usd_per_gpu_hour": Decimal(7)}) for offer in found)
    twice = live.with_offers(once, dearer)

    rows = list(csv.DictReader(io.StringIO(twice["offers.csv"].decode())))
    assert [row["id"] for row in rows] == ["acme-march", "acme-may", found[0].id]
    assert rows[-1]["usd_per_gpu_hour"] == "7"
    assert {name: twice[name] for name in twice if name != "offers.csv"} == {
        name: content for name, content in small().items() if name != "offers.csv"
    }


def test_without_the_extra_one_line_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpuhunt", None)

    with pytest.raises(CatalogError, match="gpuhunt, which is not installed") as caught:
        live.ask()

    assert caught.value.allowed == "pip install 'tunewise[live]'"


def test_a_library_that_cannot_reach_its_server_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    library: Any = ModuleType("gpuhunt")
    library.GPUHuntError = type("GPUHuntError", (Exception,), {})

    def query(**_: object) -> list[Item]:
        raise ConnectionError("no route\nto host")

    library.query = query
    monkeypatch.setitem(sys.modules, "gpuhunt", library)

    with pytest.raises(CatalogError, match=r"gpuhunt cannot reach its data \(no route to host\)"):
        live.ask()


def test_records_of_the_library_itself_are_mapped() -> None:
    gpuhunt = pytest.importorskip("gpuhunt")
    item = gpuhunt.CatalogItem(
        provider="lambdalabs", instance_name="gpu_8x_h100_sxm5", location="us-west-1", price=23.92, cpu=208, memory=1800,
        gpu_vendor=gpuhunt.AcceleratorVendor.NVIDIA, gpu_count=8, gpu_name="H100", gpu_memory=80, spot=False, disk_size=None,
    )  # fmt: skip

    (offer,) = mapped(item).offers

    assert (offer.provider, offer.gpu_id, offer.usd_per_gpu_hour) == ("lambda", "h100-sxm", Decimal("2.99"))
