"""The cheapest hardware that serves a model around the clock, and how fast it would be.

First-order physics, to rank models against each other; a plan estimates its one model in detail.

- memory: 2 bytes per parameter (16 bits) + cache of the longest request or of a batch + 1 GB per GPU, within 90 % of
  the GPU (vLLM's default share);
- a batch is 16 requests, fewer where they are long: it caches at most 32,768 tokens;
- reading the prompt is bound by arithmetic: 2 x active parameters x tokens / (40 % of dense peak);
- writing is bound by memory: 2 bytes x parameters per step / (60 % of bandwidth), shared by a batch;
- the busiest hour has three times the mean load.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from advisor.shortlist.money import HOURS_PER_MONTH
from catalog.load import Catalog
from catalog.records import Gpu, Model, Offer

BYTES_PER_PARAMETER = 2
MEMORY_SHARE = 0.9
OVERHEAD_BYTES = 1e9
BATCH = 16
BATCH_TOKENS = 32_768
USUAL_REQUESTS_PER_DAY, USUAL_TOKENS_IN, USUAL_TOKENS_OUT = 1000.0, 824, 200
USUAL_TOKENS = USUAL_TOKENS_IN + USUAL_TOKENS_OUT
"""A load that says nothing about itself; judgement."""
COMPUTE_SHARE = 0.4
BANDWIDTH_SHARE = 0.6
PEAK_TO_MEAN = 3
SECONDS_PER_DAY = 86_400
GPU_COUNTS = (1, 2, 4, 8)
FAST_LINK_GB_S = 300
"""NVLink between all GPUs of a machine; over PCIe more than two GPUs wait for each other."""
MAX_OFFER_AGE_DAYS = 180
"""Older offers count only where there is no other."""
PER_GPU_PRODUCTS = frozenset({"pod", "serverless"})
"""Sold by the GPU, so that several can be rented together."""
INTERRUPTIBLE = ("spot", "bid", "median", "starting at")
"""Tiers that can be taken away, or that are a statistic: not for serving."""


class Volume(NamedTuple):
    """A load that is known in full, or taken for granted to compare prices."""

    requests_per_day: float
    tokens_in: int
    tokens_out: int


class Load(NamedTuple):
    """What has to be served; None is unknown."""

    requests_per_day: float | None
    tokens_in: int | None
    tokens_out: int | None
    context_tokens: int | None
    private: bool
    """Data may not leave: no machines of strangers."""
    today: date

    @property
    def request_tokens(self) -> int:
        """Length of a usual request, question and answer."""
        known = (self.tokens_in or 0) + (self.tokens_out or 0)
        return known or USUAL_TOKENS

    @property
    def usual(self) -> Volume:
        """What is known of it, and the usual for the rest."""
        volume, taken, given = self.requests_per_day, self.tokens_in, self.tokens_out
        return Volume(
            USUAL_REQUESTS_PER_DAY if volume is None else volume,
            USUAL_TOKENS_IN if taken is None else taken,
            USUAL_TOKENS_OUT if given is None else given,
        )

    @property
    def batch(self) -> int:
        """Requests that one replica works on at a time."""
        return max(1, min(BATCH, BATCH_TOKENS // self.request_tokens))


class Placement(NamedTuple):
    """A model on rented GPUs, always on."""

    offer: Offer
    gpu: Gpu
    gpus: int
    """In one replica."""
    replicas: int
    usd_per_month: Decimal
    ms_per_token: float
    """For one request alone."""
    seconds_per_request: float | None


def cheapest_placement(model: Model, catalog: Catalog, load: Load) -> Placement | None:
    """The cheapest way to hold and serve a model, or None where its size is unknown or it fits no offer."""
    found = list(_placements(model, catalog, load))
    fresh = [one for one in found if _fresh(one.offer, load)]
    return min(fresh or found, key=lambda one: (one.usd_per_month, one.offer.id), default=None)


def _placements(model: Model, catalog: Catalog, load: Load) -> Iterator[Placement]:
    needed = memory_bytes(model, load)
    if needed is None:
        return
    for gpu in catalog.gpus:
        count = gpus_needed(needed, gpu)
        if count is None or gpu.bf16_dense_tflops is None:  # weights are published in bfloat16
            continue
        for (rented, _), offer in _cheapest(catalog.offers_for(gpu.id), count, load).items():
            yield _placement(model, gpu, offer, rented, load)


def _cheapest(offers: Iterable[Offer], count: int, load: Load) -> dict[tuple[int, bool], Offer]:
    """By GPUs to pay for and freshness, of offers that come cheapest first."""
    best: dict[tuple[int, bool], Offer] = {}
    for offer in offers:
        if rented := _rented(offer, count, private=load.private):
            best.setdefault((rented, _fresh(offer, load)), offer)
    return best


def _fresh(offer: Offer, load: Load) -> bool:
    return offer.as_of >= load.today - timedelta(days=MAX_OFFER_AGE_DAYS)


def memory_bytes(model: Model, load: Load) -> float | None:
    """Weights and cache, or None where a size is unknown."""
    if model.total_params is None or model.kv_bytes_per_token is None:
        return None
    cache_tokens = max(load.batch * load.request_tokens, load.context_tokens or 0)
    return BYTES_PER_PARAMETER * model.total_params + model.kv_bytes_per_token * cache_tokens


def gpus_needed(needed_bytes: float, gpu: Gpu) -> int | None:
    """How many of a GPU hold that much, in powers of two; None if as many as can work together do not."""
    room = MEMORY_SHARE * gpu.memory_gb * 1e9 - OVERHEAD_BYTES
    counts = GPU_COUNTS if (gpu.nvlink_gb_s or 0) >= FAST_LINK_GB_S else GPU_COUNTS[:2]
    return next((count for count in counts if count * room >= needed_bytes), None)


def holdable(model: Model, catalog: Catalog, load: Load) -> bool:
    """Whether some GPU of the catalog holds it, its weights at least where its cache is unknown, or might."""
    needed = memory_bytes(model, load)
    if needed is None and model.total_params is not None:
        needed = float(BYTES_PER_PARAMETER * model.total_params)
    return needed is None or any(gpus_needed(needed, gpu) for gpu in catalog.gpus)


def _rented(offer: Offer, count: int, *, private: bool) -> int | None:
    """How many GPUs one has to pay for, or None where the offer does not serve."""
    strangers = "community" in offer.tier or offer.product == "marketplace"
    if offer.confidence == "recalled" or any(word in offer.tier for word in INTERRUPTIBLE) or (private and strangers):
        return None
    if offer.gpu_count >= count:
        return offer.gpu_count
    return count if offer.gpu_count == 1 and offer.product in PER_GPU_PRODUCTS else None


def _placement(model: Model, gpu: Gpu, offer: Offer, gpus: int, load: Load) -> Placement:
    replicas = replicas_needed(model, gpu, gpus, load)
    cost = offer.usd_per_gpu_hour * gpus * replicas * HOURS_PER_MONTH
    written = _write_seconds(model.active_params or model.total_params or 0, gpu, gpus)
    alone = None
    if load.tokens_in is not None and load.tokens_out is not None:
        alone = load.tokens_in * _read_seconds(model, gpu, gpus) + load.tokens_out * written
    return Placement(offer, gpu, gpus, replicas, cost.quantize(Decimal("0.01")), 1000 * written, alone)


def replicas_needed(model: Model, gpu: Gpu, gpus: int, load: Load) -> int:
    """Copies that carry the busiest hour; one where the load is unknown."""
    if load.requests_per_day is None or load.tokens_in is None or load.tokens_out is None:
        return 1
    step = _write_seconds(model.total_params or 0, gpu, gpus) / load.batch
    reading = _read_seconds(model, gpu, gpus)
    busy = load.tokens_in * reading + load.tokens_out * max(step, reading)
    return max(1, math.ceil(PEAK_TO_MEAN * load.requests_per_day * busy / SECONDS_PER_DAY))


def _read_seconds(model: Model, gpu: Gpu, gpus: int) -> float:
    """Per token of a prompt."""
    flops = 2 * (model.active_params or model.total_params or 0)
    return flops / (COMPUTE_SHARE * (gpu.bf16_dense_tflops or 0) * 1e12 * gpus)


def _write_seconds(parameters: int, gpu: Gpu, gpus: int) -> float:
    """Per step that reads so many parameters once."""
    return BYTES_PER_PARAMETER * parameters / (BANDWIDTH_SHARE * gpu.bandwidth_gb_s * 1e9 * gpus)
