"""The hub, asked for the beginnings of a model's files; only when a person says so."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from catalog.errors import CatalogError
from catalog.importing.places import HUB_ID, Opening
from catalog.web import opener

PUBLIC = "https://huggingface.co"
REPLY_S, TOTAL_S = 15.0, 120.0
"""Given up after so long without a byte, and so long for one file."""
CHUNK = 1 << 16
FIRST_BYTES = 1 << 18
"""Asked for at once: most headers are shorter."""
RANGE = re.compile(r"bytes 0-\d+/(\d+)")
OFFLINE = frozenset({"1", "true", "yes", "on"})


@dataclass
class Hub:
    """The files of one model on the hub; keeps the opening of the file that was read last."""

    hub_id: str
    endpoint: str = PUBLIC
    _last: tuple[str, Opening] | None = field(default=None, repr=False)

    def told(self, name: str) -> str:
        """The address."""
        return f"{self.endpoint}/{self.hub_id}/resolve/main/{name}"

    def opening(self, name: str, length: int) -> Opening | None:
        """See ``Place``. Asks for a range; of a server that sends the whole file no more is read."""
        if self._last is not None and self._last[0] == name and _enough(self._last[1], length):
            return Opening(self._last[1].data[:length], self._last[1].size)
        found = self._ask(self.told(name), max(length, FIRST_BYTES))
        self._last = (name, found) if found else None
        return Opening(found.data[:length], found.size) if found else None

    def _ask(self, address: str, length: int) -> Opening | None:
        request = Request(address, headers={"Range": f"bytes=0-{length - 1}", "Accept-Encoding": "identity"})  # noqa: S310 - the opener speaks http and https alone
        try:
            with opener().open(request, timeout=REPLY_S) as reply:
                return Opening(_read(address, reply, length), _size(reply.status, reply.headers))
        except HTTPError as error:
            return _refused(address, error)
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise CatalogError(f"{address}: cannot be read ({str(reason)[:120]})", "a hub that answers") from error


def hub(hub_id: str, environment: Mapping[str, str]) -> Hub:
    """The hub that ``HF_ENDPOINT`` names, else the public one. Raises CatalogError where its variables say offline."""
    if environment.get("HF_HUB_OFFLINE", "").lower() in OFFLINE:
        raise CatalogError("HF_HUB_OFFLINE is set, so the hub is not asked", "unset it, or give a downloaded folder")
    endpoint = (environment.get("HF_ENDPOINT") or PUBLIC).rstrip("/")
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise CatalogError(f"HF_ENDPOINT is {endpoint[:80]!r}", "an address that begins with https:// or http://")
    if not HUB_ID.fullmatch(hub_id) or ".." in hub_id:
        raise CatalogError(f"{hub_id[:80]!r} is no name of a model on the hub", "organisation/model")
    return Hub(hub_id, endpoint)


def _enough(opening: Opening, length: int) -> bool:
    return len(opening.data) >= min(length, length if opening.size is None else opening.size)


def _read(address: str, reply: IO[bytes], length: int) -> bytes:
    """At most so many bytes, given up where they come too slowly."""
    give_up, found = time.monotonic() + TOTAL_S, bytearray()
    while len(found) < length and (chunk := reply.read(min(CHUNK, length - len(found)))):
        found += chunk
        if time.monotonic() > give_up:
            raise CatalogError(f"{address}: not there after {TOTAL_S:.0f} s", "a hub that answers")
    return bytes(found)


def _size(status: int, headers: Mapping[str, Any] | HTTPMessage) -> int | None:
    """Of the whole file, as the answer to a range or the length of the whole says."""
    if status == 206:
        told = RANGE.fullmatch(headers.get("Content-Range") or "")
        return int(told[1]) if told and len(told[1]) < 20 else None
    told_length = headers.get("Content-Length") or ""
    return int(told_length) if told_length.isdecimal() and len(told_length) < 20 else None


def _refused(address: str, error: HTTPError) -> Opening | None:
    """An absent file is none, an empty one is empty. Raises CatalogError for every other answer."""
    with error:
        if error.code == 404 and error.headers.get("X-Error-Code") != "RepoNotFound":
            return None
        if error.code == 416:
            return Opening(b"", 0)
    told = {401: "no such model, or one behind terms", 403: "behind terms", 404: "no such model"}
    raise CatalogError(
        f"{address}: the hub answers {error.code} ({told.get(error.code, str(error.reason)[:60])})",
        "a public model; of one behind terms download config.json and weights, and give the folder",
    ) from error
