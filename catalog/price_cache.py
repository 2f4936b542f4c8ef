"""A file per day of prices that were computed before; whatever is wrong with it, it is as if it were not there."""

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


def path_for(version: str, day: date) -> Path:
    """The file for a day, of this version of the library, of our records and of the second source."""
    made_from = "\0".join([version, *ApiPrice.model_fields, hashlib.sha256(SECOND.read_bytes()).hexdigest()])
    return _folder() / f"{day}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.json"


def read(path: Path) -> Prices:
    """What the file holds; nothing where it is missing, unreadable or not what was written."""
    try:
        stamp, _, body = path.read_bytes().partition(b"\n")
        return PRICES.validate_json(body) if stamp == _stamp(body) else {}
    except (OSError, ValidationError):
        return {}


def write(path: Path, prices: Mapping[str, ApiPrice | None]) -> None:
    """Put a whole file in place at once; where that is not possible, do without."""
    body = PRICES.dump_json(dict(prices), exclude_none=True)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_stamp(body) + b"\n" + body)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
        _tidy(path.parent)


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
