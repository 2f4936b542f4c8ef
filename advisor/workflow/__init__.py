"""One workflow under two front ends."""
