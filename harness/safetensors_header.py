"""What a safetensors file says about itself, read without loading a weight.

Format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes without gaps.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import InputError

MAX_HEADER_BYTES = 100_000_000
"""The format's own limit."""
FLOAT_TYPES = frozenset({"F64", "F32", "F16", "BF16"})


class Contents(NamedTuple):
    """What a file holds."""

    params: int
    weight_bytes: int
    dtypes: frozenset[str]


def contents(path: Path) -> Contents:
    """Count a file's parameters by its header. Raises InputError when header and file do not fit together."""
    size = path.stat().st_size
    header, start = read_header(path, size)
    tensors = [check_entry(path, name, entry) for name, entry in header.items() if name != "__metadata__"]
    end = start + max((stop for *_, stop in tensors), default=0)
    if size < end:
        raise InputError(f"{path}: is cut off: {size} bytes, its header promises {end}", "copy or download it again")
    if size > end:
        raise InputError(f"{path}: has {size - end} bytes more than its header describes", "copy or download it again")
    params = sum(count for _, count, _ in tensors)
    return Contents(params, end - start, frozenset(dtype for dtype, *_ in tensors))


def read_header(path: Path, size: int) -> tuple[dict[str, Any], int]:
    """The JSON header and the offset of the first tensor."""
    with path.open("rb") as handle:
        prefix = handle.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else -1
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
            raise InputError(f"{path}: is not a whole safetensors file (header length {length})", "copy it again")
        raw = handle.read(length)
    try:
        header = json.loads(raw)
    except ValueError as error:
        raise InputError(f"{path}: its safetensors header is not JSON", "copy or download it again") from error
    if not isinstance(header, dict):
        raise InputError(f"{path}: its safetensors header is not an object", "copy or download it again")
    return header, 8 + length


def check_entry(path: Path, name: str, entry: Any) -> tuple[str, int, int]:
    """A tensor's type, number of values and end offset."""
    try:
        shape, (begin, end) = [int(side) for side in entry["shape"]], entry["data_offsets"]
        dtype = str(entry["dtype"])
        whole = 0 <= begin <= end and all(side >= 0 for side in shape)
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise InputError(f"{path}: tensor {name!r} is not described properly", "copy or download it again")
    return dtype, math.prod(shape), int(end)
