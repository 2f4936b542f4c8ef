"""Prices of APIs for lists, kept as text for the day, so that a list needs neither the price library nor its records.

Beside the prices stands what they were made from: the price library's data, the second source, the code between. When
one of these is another file than it was, the prices are asked for anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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
    path, made_from = cache_files.folder("list-prices") / f"{day}.json", _made_from()
    kept = _kept(path)
    if kept.get("made_from") == made_from:
        texts: Texts = kept["prices"]
        return texts
    texts = _asked(ids, day)
    cache_files.write(path, json.dumps({"made_from": made_from, "prices": texts}).encode(), keep=KEPT_FILES)
    return texts


def _kept(path: Path) -> Mapping[str, Any]:
    """What the file holds below its first line; files are put in place whole. Nothing where there is none that is."""
    try:
        found = json.loads(path.read_bytes().partition(b"\n")[2])
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _asked(ids: Iterable[str], day: date) -> Texts:
    from catalog.api_prices import quote  # noqa: PLC0415 - once a day; slow to import

    return {name: _texts(price.model_dump(mode="json")) for name, price in quote(ids, day).items()}


def _texts(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value is not None}


def _made_from() -> list[str]:
    """Name, size and time of every file that the prices come from."""
    found = find_spec("genai_prices")
    library = Path(found.origin).parent if found and found.origin else HERE
    files = [HERE / name for name in MADE_BY] + [HERE / "data" / name for name in MADE_FROM]
    return [_stamp(path) for path in [*files, *(library / name for name in LIBRARY_FILES)]]


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path} is not there"
    return f"{path} {found.st_size} {found.st_mtime_ns}"
