"""Observations that an update has dropped, for days on which they were the newest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalog.asof import OBSERVED
from catalog.installed import BUNDLED, folder_of, kept
from catalog.load import Catalog, Change


def remembered(folder: Path, name: str) -> Change:
    """The change that adds observations which other snapshots of this workspace hold and the one in force has dropped.

    Without them an update that replaces a price would take away what a plan of a past day was made from.
    """

    def apply(table: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
        if table not in OBSERVED:
            return records
        known = {(record.id, record.as_of): record for record in records}
        for other in (BUNDLED, *kept(folder)):
            if other != name:
                for record in Catalog(folder_of(folder, other)).table(table):
                    known.setdefault((record.id, record.as_of), record)
        return tuple(known.values())

    return apply
