"""The labelled cases: inputs over neutral answers, and the approaches that count as right."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from advisor.profile import Profile, parse

FOLDER = Path(__file__).parent / "cases"


class Case(NamedTuple):
    """One labelled case."""

    id: str
    full: Profile
    """What the case says over neutral answers."""
    sparse: Profile
    """What the case says alone, the rest unknown."""
    acceptable: tuple[str, ...]


def cases(name: str) -> list[Case]:
    """All cases of one file."""
    neutral = read("neutral")
    return [_case(raw, neutral) for raw in read(name)]


def read(name: str) -> Any:
    """One file of the cases folder."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _case(raw: dict[str, Any], neutral: dict[str, Any]) -> Case:
    full = {**neutral, **raw["given"]}
    return Case(raw["id"], parse(full), parse(raw["given"]), tuple(raw["acceptable"]))
