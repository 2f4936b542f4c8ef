"""Many workloads at once: one JSON object per line in, one estimate each out, a bad line named by its number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from advisor.errors import BadInput
from advisor.estimate.architecture import Facts
from advisor.estimate.predict import predict
from advisor.estimate.records import Prediction


class Skipped(NamedTuple):
    """A line without an estimate, and why."""

    line: int
    because: str


def predict_lines(lines: Iterable[str], facts: Facts) -> Iterator[Prediction | Skipped]:
    """An estimate or the reason why not for every line that is not blank."""
    for position, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield predict(_spec(line), facts)
        except BadInput as error:
            yield Skipped(position, f"{error.message}{f' ({error.hint})' if error.hint else ''}")


def _spec(line: str) -> dict[str, object]:
    try:
        spec = json.loads(line)
    except ValueError as error:
        raise BadInput(f"not JSON: {error}") from None
    except RecursionError:
        raise BadInput("not a workload: nested too deeply") from None
    if not isinstance(spec, dict):
        raise BadInput(
            f"a {type(spec).__name__}, not an object", "a workload is {...} with the columns of the calibration files"
        )
    return spec
