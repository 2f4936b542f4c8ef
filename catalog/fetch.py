"""A snapshot from where a person says it is: a folder, a file, or an address, compared with its hash."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import url2pathname

from catalog.archive import PACKED_LIMIT, read_packed, unpack
from catalog.errors import CatalogError
from catalog.installed import HASH
from catalog.snapshot import Snapshot, digest, read_folder
from catalog.web import opener

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SCHEMES = frozenset({"http", "https"})
REPLY_S = 15.0
"""Without a byte for so long a server is given up."""
TOTAL_S = 120.0
CHUNK = 1 << 16


def is_address(source: str) -> bool:
    """Whether a source is an address and not a path."""
    return bool(ADDRESS.match(source))


def leaves_machine(source: str) -> bool:
    """Whether reading a source asks another machine."""
    return is_address(source) and urlsplit(source).scheme.lower() != "file"


def fetch(source: str, *, sha256: str | None) -> Snapshot:
    """The snapshot of a folder, a tar.gz or zip, or an http, https or file address of one; nothing is written.

    ``sha256`` is of the file or of the snapshot, which ``export`` and ``history`` print; an address needs it. Raises
    CatalogError where it differs and for whatever is no snapshot.
    """
    wanted = _wanted(source, sha256)
    path = None if leaves_machine(source) else _path(source)
    if path is not None and path.is_dir():
        found = read_folder(path)
        _compare(source, wanted, digest(found))
        return found
    packed = read_packed(path) if path is not None else _download(source)
    whole = hashlib.sha256(packed).hexdigest()
    if wanted == whole:
        return unpack(packed, place=source)
    found = unpack(packed, place=source)
    _compare(source, wanted, digest(found), whole)
    return found


def _wanted(source: str, sha256: str | None) -> str | None:
    if sha256 is None:
        if is_address(source):
            raise CatalogError(
                f"{source}: an address without a hash", "--sha256 with the hash that its publisher states"
            )
        return None
    if not HASH.fullmatch(sha256.lower()):
        raise CatalogError(f"{sha256[:80]!r} is no SHA-256", "64 hex digits")
    return sha256.lower()


def _compare(source: str, wanted: str | None, *found: str) -> None:
    if wanted is not None and wanted not in found:
        raise CatalogError(f"{source}: its hash is {found[-1]}, not {wanted}", "the very snapshot that the hash is of")


def _path(source: str) -> Path:
    if not is_address(source):
        return Path(source).expanduser()
    parts = urlsplit(source)
    if parts.netloc not in {"", "localhost"}:
        raise CatalogError(f"{source}: a file of another machine", "file:///path")
    return Path(url2pathname(parts.path))


def _download(address: str) -> bytes:
    if urlsplit(address).scheme.lower() not in SCHEMES:
        raise CatalogError(f"{address}: an address of another kind", "http, https or file")
    try:
        with opener().open(address, timeout=REPLY_S) as reply:
            return b"".join(_chunks(address, reply))
    except HTTPError as error:
        error.close()
        raise CatalogError(
            f"{address}: the server answers {error.code} {error.reason}", "an address that gives a snapshot"
        ) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise CatalogError(f"{address}: cannot be read ({reason})", "an address that this machine reaches") from error


def _chunks(address: str, reply: IO[bytes]) -> Iterator[bytes]:
    """The reply as it comes, given up where it is too large or too slow."""
    give_up, left = time.monotonic() + TOTAL_S, PACKED_LIMIT
    while chunk := reply.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise CatalogError(f"{address}: larger than {PACKED_LIMIT // 2**20} MiB", "a snapshot of a catalog")
        if time.monotonic() > give_up:
            raise CatalogError(f"{address}: not there after {TOTAL_S:.0f} s", "a server that answers")
        yield chunk
