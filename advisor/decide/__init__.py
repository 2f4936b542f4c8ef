"""Prompt or fine-tune: gates with sources, how sure, what would change it."""
