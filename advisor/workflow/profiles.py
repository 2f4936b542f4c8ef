"""Profiles on disk: read, the embedded example, written back, and the unfinished one of the wizard."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.profile import Profile, parse
from advisor.workflow.records import Draft
from harness.chain import atomic

MAX_PROFILE_BYTES = 1_000_000


def read_profile(path: Path) -> Profile:
    """A profile from a YAML or JSON file. Raises BadInput with the file, the field, and what is allowed."""
    return _named(path, _load(path, _text(path)))


def example_profile() -> Profile:
    """The profile of the embedded example: bank customers' messages into ten intents."""
    text = resources.files("advisor.workflow").joinpath("example_profile.yaml").read_text("utf-8")
    return parse(yaml.safe_load(text))


def write_profile(profile: Profile, path: Path) -> None:
    """Write the known answers as YAML, or as JSON where the name ends so."""
    answers = profile.model_dump(mode="json")
    text = json.dumps(answers, indent=2) if path.suffix == ".json" else yaml.safe_dump(answers, sort_keys=False)
    with atomic(path) as temporary:
        temporary.write_text(text, "utf-8")


def write_draft(workspace: Workspace, draft: Draft) -> None:
    """Keep an unfinished wizard."""
    with atomic(workspace.session) as temporary:
        temporary.write_text(draft.model_dump_json(), "utf-8")


def read_draft(workspace: Workspace) -> Draft | None:
    """The unfinished wizard; a damaged file is moved aside, not fatal."""
    try:
        return Draft.model_validate_json(workspace.session.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        workspace.session.replace(workspace.session.with_suffix(".damaged.json"))
        return None


def _text(path: Path) -> str:
    if not path.exists():
        raise BadInput(
            f"{path}: no such file", "give a profile in YAML or JSON; `tunewise` has a wizard that writes one"
        )
    if not path.is_file():
        raise BadInput(f"{path}: not a regular file")
    try:
        if path.stat().st_size > MAX_PROFILE_BYTES:
            raise BadInput(f"{path}: larger than {MAX_PROFILE_BYTES:,} bytes, which no profile is")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error


def _load(path: Path, text: str) -> Any:
    try:
        if path.suffix == ".json":
            return json.loads(text, object_pairs_hook=_each_once)
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that refuses a field given twice
    except _GivenTwice as twice:
        raise BadInput(f"{path}: {str(twice.args[0])[:60]!r} is given twice", "keep the value that holds") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}:{error.lineno}: not JSON ({error.msg} at column {error.colno})") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise BadInput(f"{path}:{line}: not YAML ({error.problem})") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    except ValueError as error:  # a date that no calendar has, a number of more digits than Python reads
        raise BadInput(f"{path}: a value cannot be read ({error})") from error
    except RecursionError:
        raise BadInput(f"{path}: nested too deeply", "a profile is a flat list of fields with values") from None


class _GivenTwice(Exception):
    """A field stands twice in one mapping."""


class _Loader(yaml.SafeLoader):
    """Plain values only, and every field once: which of two values holds is not ours to guess."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys differ."""
        written = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = next((key for place, key in enumerate(written) if key in written[:place]), None)
        if twice is not None:
            raise _GivenTwice(twice)
        return super().construct_mapping(node, deep)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _GivenTwice(key)
        found[key] = value
    return found


def _named(path: Path, raw: Any) -> Profile:
    if not isinstance(raw, dict):
        raise BadInput(f"{path}: a profile is a list of fields with values, this is {type(raw).__name__}")
    try:
        return parse(raw)
    except BadInput as error:
        raise BadInput(f"{path}: {error.message}", error.hint) from error
