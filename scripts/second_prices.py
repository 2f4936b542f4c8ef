"""Writes catalog/data/price_second_source.csv from the price list that comes in a litellm wheel.

    python scripts/second_prices.py model_prices_and_context_window_backup.json 1.109.1 2026-11-23

The list is a second opinion on API prices for `tunewise catalog verify`; no price is ever computed from it.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.load import load

OUT = Path(__file__).resolve().parent.parent / "catalog" / "data" / "price_second_source.csv"
PREFIXES: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("",),
    "aws": ("",),
    "cohere": ("", "cohere/"),
    "deepseek": ("deepseek/",),
    "google": ("gemini/",),
    "meta": ("meta_llama/",),
    "minimax": ("minimax/",),
    "mistral": ("mistral/",),
    "moonshotai": ("moonshot/",),
    "openai": ("",),
    "x-ai": ("xai/",),
    "zai": ("zai/",),
}
"""What the list puts before a model's name where the vendor itself sells it."""
COSTS = {
    "input_usd_per_mtok": "input_cost_per_token",
    "output_usd_per_mtok": "output_cost_per_token",
    "cached_input_usd_per_mtok": "cache_read_input_token_cost",
}


def main() -> None:
    """Read the list, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("version")
    parser.add_argument("as_of", type=date.fromisoformat)
    given = parser.parse_args()
    listed = json.loads(given.list.read_text(encoding="utf-8"))
    hosted = [model.id for model in load().models if model.kind == "api"]
    rows = [_row(name, entry, listed[entry]) for name in hosted if (entry := _entry(name, listed))]
    stamp = {"as_of": given.as_of.isoformat(), "confidence": "sourced"}
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "source", *stamp], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"source": f"litellm {given.version} model_prices: {row['entry']}"} | stamp)


def _entry(name: str, listed: Mapping[str, Any]) -> str | None:
    vendor, _, ref = name.partition("/")
    names = [prefix + spelled for prefix in PREFIXES.get(vendor, ()) for spelled in (ref, ref.lower())]
    return next((one for one in names if one in listed), None)


def _row(name: str, entry: str, costs: Mapping[str, Any]) -> dict[str, str]:
    prices = {ours: _per_million(costs.get(theirs)) for ours, theirs in COSTS.items()}
    return {"id": name, "entry": entry, "mode": str(costs.get("mode") or ""), **prices}


def _per_million(usd_per_token: float | None) -> str:
    if not usd_per_token:
        return ""
    return f"{(Decimal(repr(usd_per_token)) * 1_000_000).normalize():f}"


if __name__ == "__main__":
    main()
