"""Colours as placeholders that become the page's variables.

Matplotlib writes colours as hexadecimal numbers; each of these stands for one variable of the style sheet.
"""

from __future__ import annotations

INK, MUTED, LINE, ACCENT, GOOD, PAPER, BAND, WARNING = (
    "#010101",
    "#020202",
    "#030303",
    "#040404",
    "#050505",
    "#060606",
    "#070707",
    "#080808",
)
VARIABLES = {
    INK: "var(--ink)", MUTED: "var(--muted)", LINE: "var(--line)", ACCENT: "var(--accent)",
    GOOD: "var(--good)", PAPER: "var(--paper)", BAND: "var(--band)", WARNING: "var(--warning)",
}  # fmt: skip
