"""Reading and writing tables, and the turns of phrase that all of them share."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

Row = dict[str, str]
FLAGS = {"y": "true", "n": "false", "1": "true", "0": "false"}
DOUBTFUL = re.compile(r"recalled|unverified|model memory", re.IGNORECASE)
"""How the research marks what nobody looked up."""


class Carried(NamedTuple):
    """The rows of a table that are carried over, and of the others which and why."""

    kept: list[Row]
    left_out: list[Row]


def read(path: Path) -> list[Row]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    """Write rows under the first row's columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path}: {len(rows)} rows")


def identifier(*parts: str) -> str:
    """Parts in lower case, joined by dashes."""
    return re.sub(r"[^a-z0-9.]+", "-", "-".join(part for part in parts if part).lower()).strip("-")


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Rows whose id another one had before get ``-2``, ``-3`` ..."""
    seen: dict[str, int] = {}
    unique = []
    for row in rows:
        times = seen[row["id"]] = seen.get(row["id"], 0) + 1
        unique.append(row if times == 1 else row | {"id": f"{row['id']}-{times}"})
    return unique


def excluded(table: str, record: str, reason: str) -> Row:
    """A line of the list of exclusions."""
    return {"table": table, "record": record, "reason": reason}


def truth(flag: str) -> str:
    """``true``, ``false`` or nothing."""
    return FLAGS.get(flag, "")


def first_day(text: str) -> str:
    """A whole date; a month or a year counts from its first day, so that it goes stale early rather than late."""
    return {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)


def joined(*remarks: str) -> str:
    """Remarks that say something, separated by semicolons."""
    return "; ".join(remark for remark in remarks if remark)


def doubtful(*texts: str) -> bool:
    """Whether any of these says that a figure is from memory."""
    return any(DOUBTFUL.search(text) for text in texts)
