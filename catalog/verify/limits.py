"""Bounds outside of which a figure is most likely in another unit."""

from __future__ import annotations

from decimal import Decimal

TOKEN_PRICE_USD = (Decimal("0.02"), Decimal(1000))
"""Per million tokens. The cheapest hosted text model of November 2026 takes 0.029 for input, so a price below this is
most likely per thousand tokens."""
CACHED_PRICE_USD = (Decimal("0.002"), Decimal(500))
OUTPUT_TO_INPUT = (Decimal("0.5"), Decimal(25))
"""Output costs 1 to 10 times input at every vendor of the catalog; one column in other units breaks this."""
TRAINING_PRICE_USD = (Decimal("0.05"), Decimal(500))
"""Per million tokens. Hosted training took 0.06 to 100 in 2026; per thousand tokens that is at most 0.1, and only for
the largest models above the lower bound."""
TRAINING_HOUR_USD = (Decimal(1), Decimal(1000))
GPU_HOUR_USD = (Decimal("0.05"), Decimal(30))
OFFER_TO_MEDIAN = Decimal(5)
PARAMETERS = (10_000_000, 100_000_000_000_000)
"""From a hundredth of a billion to a hundred thousand billions; a count in millions or billions lies below."""
CONTEXT_TOKENS = (512, 20_000_000)
"""A window in thousands of tokens lies below."""
MEMORY_GB = (4, 1024)
"""Of one GPU; in megabytes it lies above."""
BANDWIDTH_GB_S = (100, 20_000)
"""Terabytes a second lie below."""
DENSE_TFLOPS = (5, 20_000)
"""Petaflops lie below."""
WATTS = (30, 3_000)
NVLINK_GB_S = (50, 4_000)
FP8_TO_BF16 = (1.8, 2.2)
FP4_TO_FP8 = (1.5, 4.5)
"""Each halving of width doubles the rate, four times where accumulation differs (RTX 5090); a rate with sparsity in
one column breaks this."""
HEADLINE_PERCENT = (1.0, 100.0)
"""A share of one lies below."""
