"""Prices that were computed before, a file for each span of days on which they hold.

Whatever is wrong with a file, it is as if it were not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from catalog import cache_files
from catalog.price_agreement import SECOND
from catalog.records import ApiPrice

Prices = dict[str, ApiPrice | None]
"""By id; None is a model that was asked for and has no price."""
PRICES: TypeAdapter[Prices] = TypeAdapter(Prices)
KEPT_FILES = 16


def read(version: str, day: date) -> Prices:
    """What is known of a day by a version of the library; nothing where no whole file says."""
    for path in _files(version):
        if _holds(path, day):
            return _read(path)
    return {}


def write(version: str, span: tuple[date, date], prices: Mapping[str, ApiPrice | None]) -> None:
    """Put a whole file in place at once; where that is not possible, do without."""
    first, last = span
    body = PRICES.dump_json(dict(prices), exclude_none=True)
    cache_files.write(_folder() / f"{first}_{last}_{_key(version)}.json", body, keep=KEPT_FILES)


def _key(version: str) -> str:
    """Of this version of the library, of our records and of the second source."""
    made_from = "\0".join([version, *ApiPrice.model_fields, hashlib.sha256(SECOND.read_bytes()).hexdigest()])
    return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def _files(version: str) -> list[Path]:
    return sorted(_folder().glob(f"*_{_key(version)}.json"))


def _holds(path: Path, day: date) -> bool:
    """The name says from when to when; dates as text are in the order of time."""
    first, _, rest = path.name.partition("_")
    return first <= day.isoformat() <= rest.partition("_")[0]


def _read(path: Path) -> Prices:
    try:
        body = cache_files.read(path)
        return PRICES.validate_json(body) if body is not None else {}
    except ValidationError:
        return {}


def _folder() -> Path:
    return cache_files.folder("api-prices")
