"""Snapshots packed in one file: tar.gz and zip, read without trusting a word of what they say of themselves."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from catalog.errors import CatalogError
from catalog.snapshot import IGNORED, TOTAL_LIMIT, Snapshot, check_name, check_whole
from catalog.tables import BYTES_LIMIT

ENTRY_LIMIT = 64
PACKED_LIMIT = BYTES_LIMIT
ALLOWED = "a tar.gz or zip with the tables at its top"


class _Member(NamedTuple):
    name: str
    plain: bool
    """A file, and neither a link nor a device."""
    content: IO[bytes] | None


class _TooLarge(Exception):
    """It unpacks to more than a snapshot can be."""


def unpack(packed: bytes, *, place: str) -> Snapshot:
    """The tables in an archive; nothing is written.

    Raises CatalogError for what is no archive, a name that leaves it, links, unknown or doubled files, and sizes that
    no snapshot has.
    """
    members = _zip_members(packed, place) if packed.startswith(b"PK") else _tar_members(packed)
    try:
        found = dict(_contents(members, place))
    except _TooLarge as error:
        raise CatalogError(
            f"{place}: unpacks to more than {TOTAL_LIMIT // 2**20} MiB", "a snapshot of a catalog"
        ) from error
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise CatalogError(f"{place}: cannot be unpacked ({' '.join(str(error).split())[:80]})", ALLOWED) from error
    check_whole(set(found), place)
    return found


def pack(snapshot: Snapshot) -> bytes:
    """A tar.gz, the same bytes for the same tables."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(snapshot):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(snapshot[name]), 0o644
            archive.addfile(member, io.BytesIO(snapshot[name]))
    return packed.getvalue()


def read_packed(path: Path) -> bytes:
    """The bytes of an archive on disk. Raises CatalogError where it cannot be read or is larger than any snapshot."""
    try:
        with path.open("rb") as file:
            packed = file.read(PACKED_LIMIT + 1)
    except OSError as error:
        raise CatalogError(
            f"{path}: cannot be read ({error.strerror})", "a snapshot: a folder, tar.gz, zip or URL"
        ) from error
    if len(packed) > PACKED_LIMIT:
        raise CatalogError(f"{path}: larger than {PACKED_LIMIT // 2**20} MiB", ALLOWED)
    return packed


def _contents(members: Iterator[_Member], place: str) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    left = TOTAL_LIMIT
    for number, member in enumerate(members, 1):
        if number > ENTRY_LIMIT:
            raise CatalogError(f"{place}: more than {ENTRY_LIMIT} entries", ALLOWED)
        name = _top_name(member, place)
        if name is None or name in IGNORED or member.content is None:
            continue
        if name in seen:
            raise CatalogError(f"{place}: {name} twice", "every table once")
        seen.add(name)
        content = member.content.read(min(BYTES_LIMIT, left) + 1)
        left -= len(content)
        if len(content) > BYTES_LIMIT or left < 0:
            raise _TooLarge
        yield name, content


def _top_name(member: _Member, place: str) -> str | None:
    """The name of a table at the top; None for the top itself."""
    shown = member.name[:80]
    if member.name.startswith(("/", "\\")) or ":" in member.name:
        raise CatalogError(f"{place}: {shown!r} is an absolute name", ALLOWED)
    parts = [part for part in member.name.replace("\\", "/").split("/") if part not in {"", "."}]
    if ".." in parts:
        raise CatalogError(f"{place}: {shown!r} leaves the archive", ALLOWED)
    if not member.plain:
        raise CatalogError(f"{place}: {shown!r} is a link or a device", "plain files; nothing outside is read")
    if not parts:
        return None
    if len(parts) > 1 or member.content is None:
        raise CatalogError(f"{place}: {shown!r} lies in a folder", ALLOWED)
    if parts[0] not in IGNORED:
        check_name(parts[0], place)
    return parts[0]


def _tar_members(packed: bytes) -> Iterator[_Member]:
    stream = _Limited(gzip.GzipFile(fileobj=io.BytesIO(packed)))
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]  # it only reads
        for member in archive:
            plain = member.isreg() or member.isdir()
            yield _Member(member.name, plain, archive.extractfile(member) if member.isreg() else None)
    stream.drain()


class _Limited:
    """A stream that ends with an error where more is unpacked than any snapshot holds, headers included."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream, self._left = stream, TOTAL_LIMIT + ENTRY_LIMIT * tarfile.RECORDSIZE

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes."""
        found = self._stream.read(min(size, self._left + 1))
        self._left -= len(found)
        if self._left < 0:
            raise _TooLarge
        return found

    def drain(self) -> None:
        """Read to the end, where the checksum of the whole stands; a reader of tar stops before. Raises OSError."""
        while self.read(tarfile.RECORDSIZE):
            pass


def _zip_members(packed: bytes, place: str) -> Iterator[_Member]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for member in archive.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if member.flag_bits & 1:
                raise CatalogError(f"{place}: {member.filename[:80]!r} is encrypted", ALLOWED)
            plain = kind in {0, stat.S_IFREG, stat.S_IFDIR}
            if member.is_dir() or not plain:
                yield _Member(member.filename, plain, None)
                continue
            with archive.open(member) as content:
                yield _Member(member.filename, plain, content)
