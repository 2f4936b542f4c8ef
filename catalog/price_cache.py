"""Prices that were computed before, a file for each span of days on which they hold.

Whatever is wrong with a file, it is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

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
    with suppress(OSError):
        _write(_folder() / f"{first}_{last}_{_key(version)}.json", PRICES.dump_json(dict(prices), exclude_none=True))
        _tidy(_folder())


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
        stamp, _, body = path.read_bytes().partition(b"\n")
        return PRICES.validate_json(body) if stamp == _stamp(body) else {}
    except (OSError, ValidationError):
        return {}


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_stamp(body) + b"\n" + body)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Keep the newest files."""
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[KEPT_FILES:]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    """By the rules for such files on the desktop, also where the variable names no absolute folder."""
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (named if named.is_absolute() else _home() / ".cache") / "tunewise" / "api-prices"


def _home() -> Path:
    """The user's folder; one that cannot be written where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _stamp(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
