"""What config.json leaves out because it is the default of its family."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("defaults.json")
"""Written by ``scripts/config_defaults.py`` from the configuration classes of transformers, whose version it names."""


class Family(NamedTuple):
    """Of one ``model_type``."""

    defaults: Mapping[str, Any]
    """Fields that decide sizes, by name."""
    renamed: Mapping[str, str]
    """The family's own names of fields to the usual ones."""
    text: str | None
    """``model_type`` of the language model inside."""


def family(model_type: str) -> Family | None:
    """A family that is known, else None."""
    found = _document()["families"].get(model_type)
    return Family(found["defaults"], found["renamed"], found["text"]) if found else None


def source() -> str:
    """Where the defaults are from."""
    return str(_document()["source"])


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
