"""A report's Markdown as the application shows it: in parts, with notes as raised figures."""

from __future__ import annotations

import re

NUMBERS_HEADING = "## Every number"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def parts(markdown: str) -> tuple[str, ...]:
    """The sections one by one, so that each can be drawn before the next.

    The list of every number is hundreds of rows for machines and auditors: it is counted here, and stands in the files.
    """
    body, notes = _without_notes(markdown)
    sections = re.split(r"(?m)^(?=## )", body)
    shown = [_counted(part) if part.startswith(NUMBERS_HEADING) else part for part in sections if part.strip()]
    listed = ["## Notes\n\n" + "\n".join(f"- {note}" for note in notes)] if notes else []
    return tuple(_raised(part) for part in [*shown, *listed])


def _without_notes(markdown: str) -> tuple[str, list[str]]:
    found = re.findall(r"(?m)^(\[\^\d+\]): (.*)$", markdown)
    return re.sub(r"(?m)^\[\^\d+\]: .*\n?", "", markdown), [f"{mark} {text}" for mark, text in found]


def _counted(section: str) -> str:
    rows = max(0, len(re.findall(r"(?m)^\|", section)) - 2)
    return f"{NUMBERS_HEADING}\n\n{rows} numbers, each with its source, are listed at the end of both files.\n"


def _raised(text: str) -> str:
    return re.sub(r"\[\^(\d+)\]", lambda found: found[1].translate(RAISED), text)
