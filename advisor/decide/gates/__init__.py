"""The gates by theme."""
