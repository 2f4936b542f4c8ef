"""Where an offer's machine stands."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.records import Offer

PREFIXES = {
    "us": "us", "northamerica": "ca", "ca": "ca", "eu": "eu", "europe": "eu", "uk": "uk", "ap": "ap", "asia": "ap",
    "india": "in", "me": "me", "af": "af", "sa": "sa",
}  # fmt: skip
"""First word of a cloud's region to the part of the world; ``asia-south1`` is India and in Asia too."""
NAMED = {"eastus": "us", "westus": "us", "westeurope": "eu", "northeurope": "eu", "uksouth": "uk", "asia-south1": "in", "ap-south-1": "in",
         "europe-west2": "uk", "eu-west-2": "uk"}  # fmt: skip


def regions(offer: Offer) -> frozenset[str]:
    """Parts of the world that an offer names; none where it is global or unknown."""
    words = offer.region.lower().split("/")
    return frozenset(code for word in words if (code := NAMED.get(word) or PREFIXES.get(word.partition("-")[0])))


def in_region(offers: Iterable[Offer], wanted: tuple[str, ...] | None) -> list[Offer]:
    """Offers in one of the regions; all where none is asked for."""
    return [one for one in offers if not wanted or regions(one) & set(wanted)]


def of_strangers(offer: Offer) -> bool:
    """Whether it is a private person's machine."""
    return "community" in offer.tier.lower() or offer.product == "marketplace"
