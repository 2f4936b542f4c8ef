"""What the comparison takes for granted, each as a range that anyone may replace."""

from __future__ import annotations

from harness.protocol import Range as Span

ACTIVE_HOURS = Span(low=8, expected=16, high=24)
"""Hours of a day in which requests come; in the others nothing is asked."""
BUSY_SHARE = Span(low=1 / 3, expected=0.5, high=0.7)
"""Of an engine's rate that traffic can use: the busiest hour has 1.4 to 3 times the mean load."""
CORES = Span(low=2, expected=4, high=8)
MEMORY_GIB = Span(low=8, expected=16, high=64)
"""Beside the GPU, where they are paid apart."""
DISK_GB = Span(low=20, expected=30, high=60)
"""Container and engine, beside the weights."""
PAID_KINDS = "GPUs, disks, control plane; traffic to the internet and people's time are in no sum"
SAID = (
    "requests come by chance, evenly over 8 to 24 hours a day, expected 16",
    "one machine is used to a third to 70 % of its rate, expected half; more traffic takes more machines",
    "weights and cache in 16 bits; 32 requests side by side on one machine",
    f"a month holds {PAID_KINDS}",
)
