"""JSON that others wrote: bounded, without values that JSON has not, without a key twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from catalog.errors import CatalogError


def json_object(raw: bytes, where: str) -> dict[str, Any]:
    """The object of a JSON document. Raises CatalogError with where and what is wrong."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{where}: byte {error.start} is not UTF-8", "JSON in UTF-8") from error
    except json.JSONDecodeError as error:
        raise CatalogError(
            f"{where} line {error.lineno} column {error.colno}: not JSON ({error.msg})", "JSON"
        ) from error
    except RecursionError as error:
        raise CatalogError(f"{where}: nested without end", "a few levels, as models have them") from error
    except ValueError as error:
        raise CatalogError(f"{where}: not JSON ({str(error)[:80]})", "JSON, each key once, numbers finite") from error
    if not isinstance(found, dict):
        raise CatalogError(f"{where}: not an object but {_kind(found)}", "{...} with names and values")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{name[:60]!r} twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _kind(value: object) -> str:
    names = {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")
