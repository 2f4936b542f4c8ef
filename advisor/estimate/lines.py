"""Many workloads at once: one JSON object per line in, one estimate each out, a bad line named by its number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from advisor.errors import BadInput
from advisor.estimate.architecture import Facts
from advisor.estimate.predict import predict
from advisor.estimate.records import Prediction
from advisor.estimate.remembered import Remembered

LONGEST = 2**20
"""Bytes of a line; a workload has some hundred."""
FEW = 64
"""Workloads that are estimated one by one before columns are worth their start."""
TOGETHER = 8192
"""Workloads that are held at a time."""
BOM = b"\xef\xbb\xbf"


class Skipped(NamedTuple):
    """A line without an estimate, and why."""

    line: int
    because: str


class Numbered(NamedTuple):
    """A workload and the line it stands in."""

    line: int
    spec: dict[str, object]


def predict_lines(lines: Iterable[bytes | str], facts: Facts) -> Iterator[Prediction | Skipped]:
    """An estimate or the reason why not for every line that is not blank, in order; few lines are held at a time."""
    known, rest = Remembered(facts), workloads(lines)
    for one in islice(rest, FEW):
        yield one if isinstance(one, Skipped) else estimated(one, known)
    while chunk := list(islice(rest, TOGETHER)):
        from advisor.estimate.grids import estimates  # noqa: PLC0415 - numpy takes longer than a few estimates

        yield from estimates(chunk, known)


def estimated(one: Numbered, facts: Facts) -> Prediction | Skipped:
    """The estimate of a line, or why there is none."""
    try:
        return predict(one.spec, facts)
    except BadInput as error:
        return skipped(one.line, error)


def workloads(lines: Iterable[bytes | str]) -> Iterator[Numbered | Skipped]:
    """The workload, or what is wrong, of every line that is not blank."""
    for position, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Numbered(position, _spec(_decoded(line)))
        except BadInput as error:
            yield skipped(position, error)


def skipped(position: int, error: BadInput) -> Skipped:
    """A line and what is wrong with it, in one line."""
    return Skipped(position, f"{error.message}{f' ({error.hint})' if error.hint else ''}")


def _decoded(line: bytes | str) -> str:
    if len(line) > LONGEST:
        raise BadInput(f"longer than {LONGEST >> 20} MiB", "one workload a line")
    if isinstance(line, str):
        return line
    try:
        return line.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 text at byte {error.start}", "save the file as UTF-8") from None


def _spec(line: str) -> dict[str, object]:
    try:
        spec = DECODER.decode(line)
    except RecursionError:
        raise BadInput("not a workload: nested too deeply") from None
    except ValueError as error:
        raise BadInput(f"not JSON: {error}") from None
    if not isinstance(spec, dict):
        raise BadInput(
            f"a {type(spec).__name__}, not an object", "a workload is {...} with the columns of the calibration files"
        )
    return spec


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; which of two values was meant is not for us to choose."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"{doubled[:60]!r} stands there twice", "each field once")
    return made


DECODER = json.JSONDecoder(object_pairs_hook=_once)
