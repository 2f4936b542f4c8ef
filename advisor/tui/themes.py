"""Two themes of our own, one dark and one light; Textual's are kept beside them."""

from __future__ import annotations

from textual.theme import Theme

NIGHT = Theme(
    name="tunewise-night",
    primary="#5FB3B3",
    secondary="#7A9EC9",
    accent="#E5B567",
    warning="#E5945B",
    error="#E5727A",
    success="#8CC27C",
    foreground="#D8DEE6",
    background="#12171E",
    surface="#171D26",
    panel="#2A3442",
    dark=True,
    variables={
        "footer-background": "#171D26",
        "footer-key-foreground": "#E5B567",
        "footer-description-foreground": "#A9B4C2",
        "block-cursor-background": "#2B4A55",
        "block-cursor-foreground": "#F2F5F8",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#212C38",
        "block-cursor-blurred-foreground": "#D8DEE6",
        "input-selection-background": "#5FB3B3 35%",
    },
)

DAY = Theme(
    name="tunewise-day",
    primary="#1F7A7A",
    secondary="#3A66A0",
    accent="#9A5B00",
    warning="#A8480A",
    error="#B3261E",
    success="#2F7D32",
    foreground="#22303C",
    background="#FBFAF7",
    surface="#F2F0EA",
    panel="#D9D5CA",
    dark=False,
    variables={
        "footer-background": "#E9E6DD",
        "footer-key-foreground": "#9A5B00",
        "footer-description-foreground": "#44525E",
        "block-cursor-background": "#CFE3E1",
        "block-cursor-foreground": "#12201F",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#E6E3DA",
        "block-cursor-blurred-foreground": "#22303C",
        "input-selection-background": "#1F7A7A 25%",
    },
)
