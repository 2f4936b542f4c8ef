"""CSV files into records, with the place of whatever is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catalog.errors import CatalogError

Record = TypeVar("Record", bound=BaseModel)
Shape = Callable[[dict[str, str]], dict[str, Any]]
"""Turns the filled cells of a line into the fields of a record."""

BYTES_LIMIT = 64 * 2**20
"""A catalog file is some hundred kilobytes; a thousand times that is not a catalog file."""


def read_records(path: Path, record: type[Record], shape: Shape = dict) -> tuple[Record, ...]:
    """All records of a file. Raises CatalogError with file, line, column and what is allowed."""
    return tuple(_record(path, line, cells, record, shape) for line, cells in _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and filled cells; an empty cell is unknown and left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = _header(path, next(reader, []))
        for cells in reader:
            if cells:
                yield reader.line_num, _named(path, reader.line_num, header, cells)
    except csv.Error as error:
        raise CatalogError(f"{path.name} line {reader.line_num}: not CSV ({error})", "RFC 4180, UTF-8") from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise CatalogError(f"{path.name}: larger than {BYTES_LIMIT // 2**20} MiB", "a CSV file of facts")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path.name}: byte {error.start} is not UTF-8", "UTF-8") from error
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})", "a readable CSV file") from error


def _header(path: Path, header: list[str]) -> list[str]:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled or not header:
        fault = f"column {doubled[0]!r} twice" if doubled else "no header"
        raise CatalogError(f"{path.name} line 1: {fault}", "one header line, each column once")
    return header


def _named(path: Path, line: int, header: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(header):
        raise CatalogError(f"{path.name} line {line}: {len(cells)} cells", f"{len(header)}, one for each column")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}


def _record(path: Path, line: int, cells: dict[str, str], record: type[Record], shape: Shape) -> Record:
    try:
        return record.model_validate(shape(cells))
    except ValidationError as error:
        raise _fault(path, line, cells, record, error) from error


def _fault(
    path: Path, line: int, cells: dict[str, str], record: type[BaseModel], error: ValidationError
) -> CatalogError:
    """The first thing wrong with a line, in one sentence; a column that nobody knows is why another is missing."""
    faults = error.errors(include_url=False)
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    column = ".".join(str(part) for part in first["loc"])
    place = f"{path.name} line {line} column {column}"
    if first["type"] == "extra_forbidden":
        return CatalogError(f"{place}: unknown column", "one of " + ", ".join(record.model_fields))
    if first["type"] == "missing":
        return CatalogError(f"{place}: empty", "a value; it is not optional")
    given = cells.get(column, str(first["input"]))
    return CatalogError(f"{place}: {given[:60]!r}", first["msg"][:1].lower() + first["msg"][1:])
