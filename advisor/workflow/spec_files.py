"""Specifications of runs as files that a person names."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from advisor.errors import BadInput
from harness import protocol


def read_spec(path: Path) -> protocol.PrepareSpec | protocol.TrainSpec | protocol.EvaluateSpec:
    """The specification in a file. Raises BadInput that names the field which is wrong."""
    if path.exists() and not path.is_file():
        raise BadInput(f"{path}: not a regular file", "give the spec.json of a run")
    try:
        return protocol.read_spec(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {where or 'specification'}: {first['msg']}") from error
