"""The headers of safetensors files: 8 bytes of length, JSON of names, types and shapes; the weights are not read.

Format: github.com/huggingface/safetensors, README, "Format". One file, or shards that an index names.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

from catalog.errors import CatalogError
from catalog.importing.counted import Stored, Tally, Tensor
from catalog.importing.documents import json_object
from catalog.importing.places import Opening, Place, check_name, whole

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
HEADER_LIMIT = 16 * 2**20
"""Bytes of one header; a file of 30,000 tensors has about 4 MiB. (The format itself allows 100 MB.)"""
INDEX_LIMIT = 64 * 2**20
SHARDS_LIMIT = 2_000
TENSORS_LIMIT = 1_000_000
SIDES_LIMIT = 8
OFFSET_LIMIT = 2**48
BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32,
    "U16": 16, "U8": 8, "BOOL": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4, "C64": 64,
}  # fmt: skip
"""Bits of a stored value by type."""
AGAIN = "copy or download it again"


def read_headers(place: Place) -> Stored | None:
    """What the weights of a folder are, or None where it has no safetensors file. Raises CatalogError."""
    names = shards(place)
    tally, seen = Tally(), set[str]()
    for name in names or (SINGLE,):
        opening = place.opening(name, 8)
        if opening is None and names is None:
            return None
        if opening is None:
            raise CatalogError(f"{place.told(name)}: missing, but {INDEX} names it", AGAIN)
        tally.add(_new(place.told(name), _tensors(place, name, opening, tally), seen))
    return tally.frozen()


def shards(place: Place) -> tuple[str, ...] | None:
    """The files that the index names, or None where there is no index. Raises CatalogError."""
    raw = whole(place, INDEX, limit=INDEX_LIMIT)
    if raw is None:
        return None
    where = place.told(INDEX)
    named = json_object(raw, where).get("weight_map")
    if not isinstance(named, dict) or not named:
        raise CatalogError(f"{where}: no weight_map", "tensor names to file names")
    files = sorted({check_name(name, where) for name in named.values()})
    if len(files) > SHARDS_LIMIT:
        raise CatalogError(f"{where}: names {len(files)} files", f"at most {SHARDS_LIMIT}")
    return tuple(files)


def stated_total(place: Place) -> int | None:
    """The number of parameters that newer indexes state."""
    raw = whole(place, INDEX, limit=INDEX_LIMIT)
    metadata = json_object(raw, place.told(INDEX)).get("metadata") if raw else None
    found = metadata.get("total_parameters") if isinstance(metadata, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _new(where: str, tensors: Iterator[Tensor], seen: set[str]) -> Iterator[Tensor]:
    for tensor in tensors:
        if tensor.name in seen:
            raise CatalogError(f"{where}: tensor {tensor.name[:80]!r} is in another shard too", AGAIN)
        seen.add(tensor.name)
        if len(seen) > TENSORS_LIMIT:
            raise CatalogError(f"{where}: more than {TENSORS_LIMIT} tensors", "the weights of one model")
        yield tensor


def _tensors(place: Place, name: str, opening: Opening, tally: Tally) -> Iterator[Tensor]:
    """Every tensor of a file, once header and file are known to fit together."""
    where = place.told(name)
    length = _length(where, opening)
    found = place.opening(name, 8 + length)
    if found is None or len(found.data) < 8 + length:
        raise CatalogError(f"{where}: ends within its header", AGAIN)
    entries = json_object(found.data[8:], f"{where} header")
    entries.pop("__metadata__", None)
    end = 0
    for label, entry in entries.items():
        tensor, last = _tensor(where, label, entry)
        end = max(end, last)
        yield tensor
    if found.size is not None and found.size != 8 + length + end:
        raise CatalogError(f"{where}: has {found.size} bytes, its header describes {8 + length + end}", AGAIN)
    tally.weight_bytes += end


def _length(where: str, opening: Opening) -> int:
    if len(opening.data) < 8:
        raise CatalogError(f"{where}: {len(opening.data)} bytes are no safetensors file", AGAIN)
    length: int = struct.unpack("<Q", opening.data[:8])[0]
    room = HEADER_LIMIT if opening.size is None else min(HEADER_LIMIT, opening.size - 8)
    if not 2 <= length <= room:
        raise CatalogError(f"{where}: says that its header has {length} bytes", f"2 to {max(room, 2)} bytes")
    return length


def _tensor(where: str, label: str, entry: Any) -> tuple[Tensor, int]:
    """A tensor and where it ends. Raises CatalogError where type, shape and place do not agree."""
    described: dict[str, Any] = entry if isinstance(entry, dict) else {}
    shape, span = _counts(described.get("shape"), SIDES_LIMIT), _counts(described.get("data_offsets"), 2)
    if shape is None or span is None or len(span) != 2 or span[0] > span[1]:
        raise CatalogError(f"{where}: tensor {label[:80]!r} is not described properly", AGAIN)
    dtype, values = str(described.get("dtype")), math.prod(shape)
    bits = BITS.get(dtype)
    if bits is None:
        raise CatalogError(f"{where}: tensor {label[:80]!r} has the unknown type {dtype[:20]!r}", ", ".join(BITS))
    if (values * bits + 7) // 8 != span[1] - span[0]:
        raise CatalogError(
            f"{where}: tensor {label[:80]!r} has {span[1] - span[0]} bytes, its shape another size", AGAIN
        )
    return Tensor(label, dtype, shape, values), span[1]


def _counts(value: Any, most: int) -> tuple[int, ...] | None:
    """At most so many whole numbers, None for anything else."""
    if not isinstance(value, list) or len(value) > most:
        return None
    return tuple(value) if all(type(one) is int and 0 <= one <= OFFSET_LIMIT for one in value) else None
