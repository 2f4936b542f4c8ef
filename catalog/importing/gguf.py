"""The header of a GGUF file: metadata and the shapes of its tensors; the weights are not read.

Format: github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3. Whatever a file claims of itself is compared with its
size before room is made for it.
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from catalog.errors import CatalogError
from catalog.importing.counted import Stored, Tally, Tensor
from catalog.importing.ggml import TYPES
from catalog.importing.places import Folder, open_regular

MAGIC = b"GGUF"
VERSIONS = (2, 3)
HEADER_LIMIT = 128 * 2**20
"""Bytes before the weights; a vocabulary of 256,000 tokens with its merges takes some 12 MiB."""
ENTRIES_LIMIT = 10_000
TENSORS_LIMIT = 200_000
ELEMENTS_LIMIT = 2_000_000
"""Of all lists together: tokens, scores, types and merges of 260,000 tokens make 1.3 million."""
KEPT_ELEMENTS = 2_048
"""Longer lists are vocabularies, of which only the length matters."""
NAME_LIMIT = 1_024
TEXT_LIMIT = 2**20
DIMENSIONS_LIMIT = 4
DEPTH_LIMIT = 3
SIDE_LIMIT = 2**40
PARTS_LIMIT = 1_000
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Value types of the metadata by number; 8 is text, 9 a list."""
TEXT, LIST = 8, 9
PART = re.compile(r"(.+)-(\d{5})-of-(\d{5})\.gguf")
AGAIN = "copy or download it again"


class Length(NamedTuple):
    """A list of the metadata that is only counted."""

    elements: int


class Header(NamedTuple):
    """What a GGUF file says of itself, all its parts together."""

    metadata: Mapping[str, Any]
    """Values by key; a long list as its ``Length``."""
    stored: Stored
    names: frozenset[str]
    """Names of tensors without layer numbers: ``blk.N.attn_q.bias``."""


@dataclass
class Cursor:
    """A place in a file that is never read beyond its end or the limit of a header."""

    path: Path
    file: IO[bytes]
    size: int
    at: int = 0
    elements: int = 0
    names: set[str] = field(default_factory=set)

    def take(self, length: int) -> bytes:
        """The next bytes. Raises CatalogError where the file has not that many, or a header should not."""
        if length > min(self.size, HEADER_LIMIT) - self.at:
            if self.at + length <= self.size:
                raise self.wrong(f"its header goes on beyond {HEADER_LIMIT >> 20} MiB", "the GGUF file of one model")
            raise self.wrong(f"is cut off: at byte {self.at} it promises {length} bytes more", AGAIN)
        found = self.file.read(length)
        if len(found) < length:
            raise self.wrong(f"ends at byte {self.at + len(found)}", AGAIN)
        self.at += length
        return found

    def number(self, code: str) -> Any:
        """A number in the file's byte order, least significant first."""
        return struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]

    def text(self, limit: int) -> str:
        """A text. Raises CatalogError where it claims to be longer than ``limit`` bytes."""
        length = self.number("Q")
        if length > limit:
            raise self.wrong(f"at byte {self.at} has a text of {length} bytes", f"at most {limit}")
        return self.take(length).decode("utf-8", "replace")

    def count(self, elements: int) -> int:
        """So many elements more. Raises CatalogError beyond the limit of a file."""
        self.elements += elements
        if self.elements > ELEMENTS_LIMIT:
            raise self.wrong(f"at byte {self.at} has lists of {self.elements} elements", f"at most {ELEMENTS_LIMIT}")
        return elements

    def wrong(self, what: str, allowed: str) -> CatalogError:
        """An error of this file."""
        return CatalogError(f"{self.path}: {what}", allowed)


def read_gguf(path: Path) -> Header:
    """Metadata and parameters of a GGUF file; of one in parts all of them. Raises CatalogError."""
    tally, names = Tally(), set[str]()
    metadata: Mapping[str, Any] = {}
    for number, part in enumerate(_parts(path)):
        file = open_regular(path) if part == path else Folder(path.parent).open(part.name)
        if file is None:
            raise CatalogError(f"{part}: no such file", "every part of the model in one folder")
        with file:
            cursor = Cursor(part, file, os.fstat(file.fileno()).st_size)
            found, tensors = _header(cursor)
            metadata = metadata or found
            tally.add(tensors)
        names |= cursor.names if number == 0 else _new_names(cursor, names)
    plain = frozenset(re.sub(r"\.\d+\.", ".N.", name) for name in names)
    return Header(metadata, tally.frozen(), plain)


def _parts(path: Path) -> tuple[Path, ...]:
    """The file, or with ``-00001-of-00003`` in its name all parts."""
    named = PART.fullmatch(path.name)
    if named is None:
        return (path,)
    count = int(named[3])
    if not 1 <= int(named[2]) <= count <= PARTS_LIMIT:
        raise CatalogError(f"{path}: part {int(named[2])} of {count}", f"parts 1 to {PARTS_LIMIT}")
    return tuple(path.with_name(f"{named[1]}-{one:05}-of-{named[3]}.gguf") for one in range(1, count + 1))


def _new_names(cursor: Cursor, known: set[str]) -> set[str]:
    if doubled := sorted(cursor.names & known):
        raise cursor.wrong(f"tensor {doubled[0][:80]!r} is in another part too", AGAIN)
    return cursor.names


def _header(cursor: Cursor) -> tuple[dict[str, Any], list[Tensor]]:
    _check_start(cursor)
    tensors, entries = cursor.number("Q"), cursor.number("Q")
    if tensors > TENSORS_LIMIT or entries > ENTRIES_LIMIT:
        raise cursor.wrong(
            f"claims {tensors} tensors and {entries} entries", f"at most {TENSORS_LIMIT} and {ENTRIES_LIMIT}"
        )
    metadata: dict[str, Any] = {}
    for _ in range(entries):
        key = cursor.text(NAME_LIMIT)
        if key in metadata:
            raise cursor.wrong(f"has {key[:60]!r} twice", "every key once")
        metadata[key] = _value(cursor, cursor.number("I"), depth=0)
    return metadata, list(_tensors(cursor, tensors, _alignment(cursor, metadata)))


def _check_start(cursor: Cursor) -> None:
    if cursor.size < 24 or cursor.take(4) != MAGIC:
        raise cursor.wrong("is no GGUF file", "a file that begins with GGUF")
    version = cursor.number("I")
    if version not in VERSIONS:
        big = version & 0xFFFF == 0
        told = "has its bytes in the other order (big-endian)" if big else f"is GGUF version {version}"
        raise cursor.wrong(told, "version 2 or 3, little-endian")


def _value(cursor: Cursor, kind: int, *, depth: int) -> Any:
    if kind in SCALARS:
        return cursor.number(SCALARS[kind])
    if kind == TEXT:
        return cursor.text(TEXT_LIMIT)
    if kind == LIST and depth < DEPTH_LIMIT:
        return _list(cursor, depth=depth)
    told = "has lists within lists without end" if kind == LIST else f"has a value of the unknown type {kind}"
    raise cursor.wrong(f"at byte {cursor.at} {told}", "types 0 to 12, lists a few levels deep")


def _list(cursor: Cursor, *, depth: int) -> Any:
    """Its values where it is short, else its length."""
    kind, length = cursor.number("I"), cursor.count(cursor.number("Q"))
    if kind in SCALARS:
        raw = cursor.take(length * struct.calcsize(f"<{SCALARS[kind]}"))
        return list(struct.unpack(f"<{length}{SCALARS[kind]}", raw)) if length <= KEPT_ELEMENTS else Length(length)
    if length > KEPT_ELEMENTS:
        for _ in range(length):
            _value(cursor, kind, depth=depth + 1)
        return Length(length)
    return [_value(cursor, kind, depth=depth + 1) for _ in range(length)]


def _alignment(cursor: Cursor, metadata: Mapping[str, Any]) -> int:
    found = metadata.get("general.alignment", 32)
    if type(found) is not int or not 1 <= found <= 2**16 or found % 8:
        raise cursor.wrong(f"aligns its tensors to {str(found)[:20]}", "a multiple of 8, usually 32")
    return found


def _tensors(cursor: Cursor, count: int, alignment: int) -> Iterator[Tensor]:
    """Shape and type of every tensor; at the end whether the file is long enough for them."""
    end = 0
    for _ in range(count):
        name = cursor.text(NAME_LIMIT)
        if name in cursor.names:
            raise cursor.wrong(f"has tensor {name[:80]!r} twice", AGAIN)
        cursor.names.add(name)
        tensor, last = _tensor(cursor, name)
        end = max(end, last)
        yield tensor
    start = -(-cursor.at // alignment) * alignment
    if start + end > cursor.size and count:
        raise cursor.wrong(f"is cut off: {cursor.size} bytes, its header promises {start + end}", AGAIN)


def _tensor(cursor: Cursor, name: str) -> tuple[Tensor, int]:
    """A tensor with its sides as other formats order them, and where its bytes end."""
    dimensions = cursor.number("I")
    if dimensions > DIMENSIONS_LIMIT:
        raise cursor.wrong(f"tensor {name[:80]!r} has {dimensions} dimensions", f"at most {DIMENSIONS_LIMIT}")
    sides = tuple(cursor.number("Q") for _ in range(dimensions))
    kind, offset = cursor.number("I"), cursor.number("Q")
    if any(side > SIDE_LIMIT for side in sides):
        raise cursor.wrong(f"tensor {name[:80]!r} has a side of {max(sides)}", f"at most {SIDE_LIMIT}")
    values, known = math.prod(sides), TYPES.get(kind)
    length = -(-values // known.block) * known.block_bytes if known else 0
    label = known.name if known else f"type {kind}"
    return Tensor(name, label, tuple(reversed(sides)), values), offset + length
