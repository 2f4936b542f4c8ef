"""GPUs, and what renting one costs."""

from __future__ import annotations

import re
from pathlib import Path

from catalog_import.text import Carried, Row, doubtful, excluded, first_day, identifier, joined, read

FROM_MEMORY = {
    "as_of": "2026-11-23",
    "source": "NVIDIA datasheet (recalled; dense = published sparse/2)",
    "confidence": "recalled",
}


ADDED = Path(__file__).with_name("gpus_added.csv")
"""GPUs that published measurements were made on and that the research lacks."""


def gpus(tables: Path) -> Carried:
    """All GPUs, then those that were added."""
    return Carried([gpu(row) for row in read(tables / "gpus.csv")] + [row | FROM_MEMORY for row in read(ADDED)], [])


def gpu(row: Row) -> Row:
    """One GPU."""
    agrees = row["check"].startswith("agrees")
    return {
        "id": row["gpu_id"],
        "name": row["display_name"],
        "vendor": row["vendor"],
        "architecture": row["architecture"],
        "segment": row["class"],
        "form_factor": row["form_factor"],
        "release_date": row["release_date"],
        "compute_capability": row["compute_capability"],
        "memory_gb": row["memory_gb"],
        "bandwidth_gb_s": row["bandwidth_gb_s"],
        "bf16_dense_tflops": row["bf16_dense_tflops"],
        "fp16_dense_tflops": row["fp16_dense_tflops"],
        "fp8_dense_tflops": row["fp8_dense_tflops"],
        "fp4_dense_tflops": row["fp4_dense_tflops"],
        "int8_dense_tops": row["int8_dense_tops"],
        "fp32_tflops": row["fp32_tflops"],
        "tdp_w": row["tdp_w"],
        "nvlink_gb_s": row["nvlink_gb_s"],
        "note": joined(row["notes"], "" if agrees else row["check"]),
        "as_of": row["as_of"],
        "source": row["source"],
        "confidence": "recalled" if doubtful(row["source"]) else "verified" if agrees else "sourced",
    }


def offers(tables: Path) -> Carried:
    """The offers that can be rented, and the others with the reason."""
    kept: dict[str, Row] = {}
    left_out: list[Row] = []
    for row in read(tables / "gpu_prices.csv"):
        shaped = offer(row)
        why = refusal(row) or ("same offer on the same day, carried already" if shaped["id"] in kept else "")
        if why:
            left_out.append(excluded("gpu_prices", shaped["id"], why))
        else:
            kept[shaped["id"]] = shaped
    return Carried(list(kept.values()), left_out)


def refusal(row: Row) -> str:
    """Why a row is not an offer that can be rented at that price, or nothing."""
    if row["tier"] == "mean of observed":
        return "a mean over several kinds of GPU, not an offer"
    if row["as_of"] == "undated":
        return "undated"
    if row["gpu_id"] == "h200-nvl" and float(row["usd_per_gpu_hour"]) < 1:
        return "0.50 USD an hour is a quarter of the lowest other price for this GPU: taken for an error of the source"
    return ""


def offer(row: Row) -> Row:
    """One way to rent a GPU on one day."""
    where = row["instance_type"] or row["product"]
    return {
        "id": identifier(
            row["provider"], where, row["gpu_id"], f"x{row['gpu_count']}", row["tier"], row["region"], row["as_of"]
        ),
        "provider": row["provider"],
        "product": row["product"],
        "gpu_id": row["gpu_id"],
        "gpu_count": row["gpu_count"],
        "tier": row["tier"],
        "usd_per_gpu_hour": row["usd_per_gpu_hour"],
        "usd_per_instance_hour": row["usd_per_instance_hour"],
        "billing": row["billing"],
        "region": row["region"],
        "instance": row["instance_type"],
        "note": row["notes"],
        "as_of": first_day(row["as_of"]),
        "source": re.sub(r" file id \d+", "", row["source"]),
        "source_kind": row["source_kind"],
        "confidence": "recalled" if doubtful(row["source"], row["source_kind"], row["notes"]) else "sourced",
    }
