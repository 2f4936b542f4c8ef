"""What the application remembers of a person's taste, in ``tui.json`` of the workspace: theme and keys."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.paths import Workspace
from harness import chain

FILE = "tui.json"


class Settings(BaseModel):
    """Taste, never facts: a damaged file means defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: str = "tunewise-night"
    keymap: dict[str, str] = {}
    """Binding id to keys, as ``{"home.demo": "d,ctrl+d"}``."""


def read(workspace: Workspace) -> Settings:
    """The settings, or the defaults where there are none that can be read."""
    try:
        return Settings.model_validate_json(_path(workspace).read_bytes())
    except (OSError, ValidationError):
        return Settings()


def write(workspace: Workspace, settings: Settings) -> None:
    """Keep the settings; a workspace that cannot be written to keeps nothing."""
    try:
        with chain.atomic(_path(workspace)) as temporary:
            temporary.write_text(settings.model_dump_json(indent=1))
    except OSError:
        return


def _path(workspace: Workspace) -> Path:
    return workspace.root / FILE
