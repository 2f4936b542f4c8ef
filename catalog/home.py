"""The catalog of a workspace: bundled or installed facts, the user's own laid over them, as of a day."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from catalog.installed import BUNDLED, MARKER, checked, in_force
from catalog.load import Catalog, Change
from catalog.records import ApiPrice

OVERLAY = "overlay.toml"
Stamp = tuple[int, int, int] | None
"""Tells whether a file is still the one that was read."""


def current(folder: Path | None, *, as_of: date | None = None) -> Catalog:
    """The facts of a workspace's catalog folder, which need not exist, or be given; read once per process while nothing changes.

    ``as_of`` gives the facts that held on that day. Raises CatalogError with what, where and what is allowed for a
    damaged snapshot or overlay; nothing is changed.
    """
    place = (folder or Path(os.devnull)).absolute()
    return _read(place, as_of, _stamp(place / MARKER), _stamp(place / OVERLAY))


def installed(folder: Path) -> Catalog:
    """The bundled or installed facts alone, without the user's own and unpriced. Raises CatalogError."""
    return Catalog(checked(folder, in_force(folder)))


@functools.lru_cache(maxsize=8)
def _read(folder: Path, as_of: date | None, _marker: Stamp, own: Stamp) -> Catalog:
    name = in_force(folder)
    base = checked(folder, name)
    installed = () if name == BUNDLED else (_from_snapshot,)
    past = _past(folder, name, as_of) if as_of else None
    overlaid = (_overlay(folder, as_of),) if own else ()
    changes = (*installed, past.remembered, *overlaid, past.held) if past else (*installed, *overlaid)
    return Catalog(base, changes=changes, as_of=as_of, quote=_quote)


class _Past(NamedTuple):
    remembered: Change
    held: Change
    """The last of all changes."""


def _past(folder: Path, name: str, day: date) -> _Past:
    from catalog import asof  # noqa: PLC0415 - for past days only
    from catalog.remembered import remembered  # noqa: PLC0415

    return _Past(remembered(folder, name), asof.change(day))


def _overlay(folder: Path, day: date | None) -> Change:
    from catalog import overlay  # noqa: PLC0415 - only where there are facts of one's own

    return overlay.change(folder / OVERLAY, day=day)


def _from_snapshot(_: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(one.model_copy(update={"origin": "snapshot"}) if hasattr(one, "origin") else one for one in records)


def _quote(names: Iterable[str], day: date | None) -> Mapping[str, ApiPrice]:
    from catalog.api_prices import quote  # noqa: PLC0415 - the price library is slow to import

    return quote(names, day)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
