"""Text that others wrote, on its way to a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """A space for every character that is no printable one, so that no name or message steers the terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
