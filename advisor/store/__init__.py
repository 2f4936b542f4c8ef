"""Journals (the truth) and the DuckDB index over them (rebuilt from the journals whenever in doubt)."""
