"""Finding a record by the name that a person types."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from catalog.errors import UnknownId

GPU_ALIASES: Mapping[str, str] = {
    "a100": "a100-80gb-sxm",
    "a100-40gb": "a100-40gb-sxm",
    "a100-80gb": "a100-80gb-sxm",
    "h100": "h100-sxm",
    "h200": "h200-sxm",
    "gh200": "gh200-96gb",
    "v100": "v100-16gb",
    "a800": "a800-80gb-sxm",
    "h800": "h800-sxm",
    "h20": "h20-sxm",
    "rtx-3060": "rtx-3060-12gb",
    "3060": "rtx-3060-12gb",
    "rtx-3080": "rtx-3080-10gb",
    "3080": "rtx-3080-10gb",
    "3090": "rtx-3090",
    "4060": "rtx-4060",
    "4070-ti": "rtx-4070-ti",
    "4080": "rtx-4080",
    "4080-super": "rtx-4080-super",
    "4090": "rtx-4090",
    "5090": "rtx-5090",
}
"""Short GPU names; without a form factor the SXM module with the larger memory is meant."""

MODEL_ALIASES: Mapping[str, str] = {
    "claude-3.5": "anthropic/claude-3-5-sonnet",
    "claude-3.5-sonnet": "anthropic/claude-3-5-sonnet",
    "mistral-7b": "mistralai/Mistral-7B-Instruct-v0.3",
    "mistral-nemo": "mistralai/Mistral-Nemo-Instruct-2407",
}
"""Names of the guide that no id ends in. Besides these every model answers to what follows the slash, with or
without a trailing ``-Instruct``, ``-Chat`` or ``-it``, where only one model does."""

CHAT_SUFFIX = re.compile(r"-(instruct|chat|it)$")


def plain(name: str) -> str:
    """Lower case, single dashes: ``RTX 4090`` and ``rtx_4090`` are ``rtx-4090``."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


def short_names(identifier: str) -> tuple[str, ...]:
    """The id in plain form, its last part, and its last part without the chat suffix."""
    whole = plain(identifier)
    last = whole.rpartition("/")[2]
    return whole, last, CHAT_SUFFIX.sub("", last)


def name_index(identifiers: Iterable[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """Plain name to id; a short name that fits two ids is left out, a whole id always wins.

    An open model and the API that serves it may differ in case alone: each answers to its id as it is written.
    """
    known = list(identifiers)
    claims: dict[str, set[str]] = {}
    for identifier in known:
        for name in short_names(identifier):
            claims.setdefault(name, set()).add(identifier)
    index = {name: next(iter(owners)) for name, owners in claims.items() if len(owners) == 1}
    present = {alias: target for alias, target in aliases.items() if target in known}
    whole = {plain(identifier): identifier for identifier in known}
    return index | present | whole | {identifier: identifier for identifier in known}


def resolve(kind: str, name: str, index: Mapping[str, str]) -> str:
    """The id that a name means. Raises UnknownId with the nearest ids."""
    found = index.get(name.strip()) or index.get(plain(name))
    if found is None:
        raise UnknownId(kind, name, nearest(name, index))
    return found


def nearest(name: str, index: Mapping[str, str]) -> tuple[str, ...]:
    """At most three ids whose names are closest."""
    close = difflib.get_close_matches(plain(name), index, n=6, cutoff=0.5)
    return tuple(dict.fromkeys(index[match] for match in close))[:3]
