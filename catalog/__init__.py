"""Facts: models, GPUs and offers; typed, sourced, dated."""
