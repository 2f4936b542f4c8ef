"""GPUs: figures in their units, as sold, and dense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from catalog.load import Catalog
from catalog.records import Gpu
from catalog.verify.limits import (
    BANDWIDTH_GB_S,
    DENSE_TFLOPS,
    FP4_TO_FP8,
    FP8_TO_BF16,
    MEMORY_GB,
    NVLINK_GB_S,
    WATTS,
)
from catalog.verify.problem import Problem, outside

GIGABYTES = re.compile(r"(\d+) ?GB\b")
RATES = (
    "bf16_dense_tflops",
    "fp16_dense_tflops",
    "fp8_dense_tflops",
    "fp4_dense_tflops",
    "int8_dense_tops",
    "fp32_tflops",
)


def gpu_figures(catalog: Catalog, _: date) -> Iterator[Problem]:
    """Each figure is in the unit of its column."""
    for gpu in catalog.gpus:
        yield from _memory(gpu)
        yield from outside(gpu.id, "bandwidth", gpu.bandwidth_gb_s, BANDWIDTH_GB_S, "gigabytes per second")
        yield from outside(gpu.id, "power", gpu.tdp_w, WATTS, "watts")
        yield from outside(gpu.id, "NVLink", gpu.nvlink_gb_s, NVLINK_GB_S, "gigabytes per second")
        for field in RATES:
            yield from outside(gpu.id, field, getattr(gpu, field), DENSE_TFLOPS, "dense teraflops")
        yield from _proportions(gpu)


def _memory(gpu: Gpu) -> Iterator[Problem]:
    """Memory is sold in whole gigabytes: 37.25 is 40 counted in gibibytes, 81920 is megabytes."""
    yield from outside(gpu.id, "memory", gpu.memory_gb, MEMORY_GB, "gigabytes")
    if gpu.memory_gb != int(gpu.memory_gb):
        yield Problem("error", gpu.id, f"memory {gpu.memory_gb:g} is no whole number of gigabytes: gibibytes?")
    sold = GIGABYTES.search(gpu.name)
    if sold and int(sold.group(1)) != gpu.memory_gb:
        yield Problem("error", gpu.id, f"memory {gpu.memory_gb:g}, sold as {sold.group(0)}: another unit?")


def _proportions(gpu: Gpu) -> Iterator[Problem]:
    """A rate with sparsity is twice the dense one and stands out beside the others."""
    for what, above, below, (low, high) in (
        ("fp8 over bf16", gpu.fp8_dense_tflops, gpu.bf16_dense_tflops, FP8_TO_BF16),
        ("fp4 over fp8", gpu.fp4_dense_tflops, gpu.fp8_dense_tflops, FP4_TO_FP8),
        ("bf16 over fp16", gpu.bf16_dense_tflops, gpu.fp16_dense_tflops, (0.99, 1.01)),
    ):
        if above and below and not low <= above / below <= high:
            yield Problem(
                "error", gpu.id, f"{what} is {above / below:.3g}, not {low:g} to {high:g}: a rate with sparsity?"
            )
