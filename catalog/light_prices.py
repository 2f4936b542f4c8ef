"""Prices of APIs for lists, kept as text for the day, so that a list needs neither the price library nor its records.

A file is named for the day and for everything that the prices were made from: the price library's data, the second
source, the code between. When one of them is another file than it was, the prices are asked for anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from catalog import cache_files

HERE = Path(__file__).parent
MADE_BY = ("records.py", "price_library.py", "price_agreement.py", "api_prices.py")
MADE_FROM = ("price_second_source.csv", "price_exceptions.csv", "models.csv")
LIBRARY_FILES = ("data.py", "types.py", "data_snapshot.py")
KEPT_FILES = 4

Texts = Mapping[str, Mapping[str, str]]
"""Id of a model to the fields of its price as text."""


def light_prices(ids: Iterable[str], day: date) -> Texts:
    """The prices that ``catalog.api_prices.quote`` gives for a day."""
    path = cache_files.folder("list-prices") / f"{day}_{_fingerprint()}.json"
    body = cache_files.read(path)
    if body is None:
        body = json.dumps(_asked(ids, day)).encode()
        cache_files.write(path, body, keep=KEPT_FILES)
    texts: Texts = json.loads(body)
    return texts


def _asked(ids: Iterable[str], day: date) -> Texts:
    from catalog.api_prices import quote  # noqa: PLC0415 - once a day; slow to import

    return {name: _texts(price.model_dump(mode="json")) for name, price in quote(ids, day).items()}


def _texts(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value is not None}


def _fingerprint() -> str:
    """Size and time of every file that the prices come from."""
    found = find_spec("genai_prices")
    library = Path(found.origin).parent if found and found.origin else HERE
    files = [HERE / name for name in MADE_BY] + [HERE / "data" / name for name in MADE_FROM]
    stamps = [_stamp(path) for path in [*files, *(library / name for name in LIBRARY_FILES)]]
    return hashlib.sha256("\0".join(stamps).encode()).hexdigest()[:16]


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path} is not there"
    return f"{path} {found.st_size} {found.st_mtime_ns}"
