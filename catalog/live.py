"""Offers of the day from ``gpuhunt``, as rows of this catalog; a GPU that its answer does not tell apart is named, not guessed."""

from __future__ import annotations

import csv
import importlib
import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib import metadata
from typing import Any, NamedTuple, Protocol

from catalog.errors import CatalogError
from catalog.records import Offer
from catalog.snapshot import Snapshot

INSTALL = "pip install 'tunewise[live]'"
GPUS: Mapping[tuple[str, int], str] = {
    ("t4", 16): "t4", ("v100", 16): "v100-16gb", ("l4", 24): "l4", ("a10", 24): "a10", ("a10g", 24): "a10g",
    ("a40", 48): "a40", ("a4000", 16): "rtx-a4000", ("a5000", 24): "rtx-a5000", ("a6000", 48): "rtx-a6000",
    ("rtx3090", 24): "rtx-3090", ("rtx4090", 24): "rtx-4090", ("rtx5090", 32): "rtx-5090",
    ("rtx6000ada", 48): "rtx-6000-ada", ("l40", 48): "l40", ("l40s", 48): "l40s", ("rtxpro6000", 96): "rtx-pro-6000",
    ("h100nvl", 94): "h100-nvl", ("h200", 141): "h200-sxm", ("h200nvl", 141): "h200-nvl", ("gh200", 96): "gh200-96gb",
    ("b200", 180): "b200", ("gb200", 186): "gb200", ("b300", 270): "b300", ("mi300x", 192): "mi300x",
    ("mi325x", 256): "mi325x", ("mi355x", 288): "mi355x",
}  # fmt: skip
"""Name and memory in GB of ``gpuhunt`` 0.1.34 (its list of known accelerators) to our id. H200 there is the SXM module,
the NVL card having a name of its own."""
SXM, PCIE = re.compile(r"sxm|hbm3", re.IGNORECASE), re.compile(r"pcie", re.IGNORECASE)
FORMS: Mapping[tuple[str, int], tuple[tuple[re.Pattern[str], str], ...]] = {
    ("a100", 40): ((SXM, "a100-40gb-sxm"), (PCIE, "a100-40gb-pcie"), (re.compile(r"^p4d\.|^a2-(high|mega)gpu"), "a100-40gb-sxm")),
    ("a100", 80): (
        (SXM, "a100-80gb-sxm"), (PCIE, "a100-80gb-pcie"), (re.compile(r"^p4de\.|^a2-ultragpu|ND96amsr_A100"), "a100-80gb-sxm"),
        (re.compile(r"NC\d+ads_A100"), "a100-80gb-pcie"),
    ),
    ("h100", 80): (
        (SXM, "h100-sxm"), (PCIE, "h100-pcie"), (re.compile(r"^p5\.|^a3-(high|mega)gpu|ND96isr_H100"), "h100-sxm"),
    ),
}  # fmt: skip
"""Cards of one name in two forms: told by the name of the machine, where the provider's own pages say which it has."""
PRODUCTS: Mapping[str, str] = {"aws": "ec2", "runpod": "pod", "vastai": "marketplace", "lium": "marketplace"}
PROVIDERS: Mapping[str, str] = {"lambdalabs": "lambda", "vastai": "vast"}
COUNTRY = re.compile(r"[A-Z]{2}")
OTHER = re.compile(r"[^a-z0-9.]+")


class Item(Protocol):
    """What an answer of ``gpuhunt`` tells; its price is of the whole machine and hour, in US dollars."""

    provider: str
    instance_name: str
    location: str
    price: float
    gpu_count: int
    gpu_name: str | None
    gpu_memory: float | None
    spot: bool


class Live(NamedTuple):
    """Offers, and what is left out."""

    offers: tuple[Offer, ...]
    unknown: Mapping[str, int]
    """GPU names that stand for none of the catalog, or for more than one, to how many offers name them."""


class Answer(NamedTuple):
    """What ``gpuhunt`` answers today."""

    items: list[Item]
    source: str
    faults: tuple[str, ...]
    """What it could not read, in its words."""


def ask() -> Answer:
    """All offers with GPUs. Raises CatalogError where ``gpuhunt`` is absent or reaches nothing."""
    try:
        gpuhunt: Any = importlib.import_module("gpuhunt")
    except ModuleNotFoundError as error:
        raise CatalogError("live offers need gpuhunt, which is not installed", INSTALL) from error
    try:
        with _heard("gpuhunt") as faults:
            found: list[Item] = gpuhunt.query(min_gpu_count=1)
    except (gpuhunt.GPUHuntError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise CatalogError(f"gpuhunt cannot reach its data ({reason})", "a connection to its server") from error
    return Answer(found, f"gpuhunt {metadata.version('gpuhunt')}", tuple(faults))


@contextmanager
def _heard(library: str) -> Iterator[list[str]]:
    """The first sentence of everything that a library would write to the terminal, instead of its tracebacks."""
    said: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(record.getMessage().partition(". ")[0])  # type: ignore[method-assign]  # a list is enough
    logger = logging.getLogger(library)
    passed_on = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(listener)
        logger.propagate = passed_on


def offers(items: Iterable[Item], *, source: str, known: frozenset[str], today: date) -> Live:
    """Rows of an answer: of every provider, GPU, count and tier the cheapest machine. ``known`` are the catalog's GPUs."""
    unknown: Counter[str] = Counter()
    cheapest: dict[str, Offer] = {}
    for item in items:
        gpu = _gpu(item)
        if gpu not in known:
            unknown[f"{item.gpu_name} {item.gpu_memory or 0:g} GB"] += 1
        elif gpu and item.gpu_count and item.price > 0:
            offer = _offer(item, gpu, source, today)
            seen = cheapest.get(offer.id)
            cheapest[offer.id] = offer if seen is None else min(seen, offer, key=_price)
    return Live(tuple(sorted(cheapest.values(), key=lambda one: one.id)), dict(unknown.most_common()))


def with_offers(snapshot: Snapshot, found: Iterable[Offer]) -> Snapshot:
    """The tables with further observations; one that is there already is replaced."""
    reader = csv.DictReader(io.StringIO(snapshot["offers.csv"].decode("utf-8-sig"), newline=""))
    header = list(reader.fieldnames or ())
    new = {offer.id: offer.model_dump(mode="json", exclude={"origin"}, exclude_none=True) for offer in found}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, [*header, *(name for name in Offer.model_fields if name not in {*header, "origin"})], lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(row for row in reader if row["id"] not in new)
    writer.writerows(new.values())
    return {**snapshot, "offers.csv": text.getvalue().encode()}


def _gpu(item: Item) -> str | None:
    """Our id; None where the name is unknown, or the form is not told."""
    name = ((item.gpu_name or "").lower(), round(item.gpu_memory or 0))
    told = (gpu for pattern, gpu in FORMS.get(name, ()) if pattern.search(item.instance_name))
    return GPUS.get(name) or next(told, None)


def _offer(item: Item, gpu: str, source: str, today: date) -> Offer:
    provider, product = PROVIDERS.get(item.provider, item.provider), PRODUCTS.get(item.provider, "vm")
    tier = _tier(item)
    name = OTHER.sub("-", f"{provider}-{product}-{gpu}-x{item.gpu_count}-{tier}-live-{today}".lower())
    return Offer(
        id=name, provider=provider, product=product, gpu_id=gpu, gpu_count=item.gpu_count, tier=tier,
        usd_per_gpu_hour=(Decimal(str(item.price)) / item.gpu_count).quantize(Decimal("0.0001")), billing="not stated",
        region="any", instance=None, note=f"{item.instance_name} in {item.location}, the cheapest of the day",
        as_of=today, source=f"{source}, {item.provider}", confidence="sourced",
    )  # fmt: skip


def _tier(item: Item) -> str:
    """RunPod's community machines are listed by country, its own by data centre."""
    tier = "spot" if item.spot else "on-demand"
    if item.provider != "runpod":
        return tier
    return f"{'community' if COUNTRY.fullmatch(item.location) else 'secure'} {tier}"


def _price(offer: Offer) -> Decimal:
    return offer.usd_per_gpu_hour
